import type NoiseWrap from 'hyperdht/lib/noise-wrap.js'

/** First bytes of a handshake's datagrams: no packet of UDX begins so. */
const magic = Buffer.from('S6\u0001', 'latin1')
const kinds = ['ask', 'answer'] as const
const tokenBytes = 8
const headBytes = magic.length + 1 + tokenBytes
/** An IPv6 path carries that much everywhere. */
const maxBytes = 1200

/** One of the two messages of a handshake. */
export interface SixDatagram {
  kind: (typeof kinds)[number]
  /** Drawn by who asks, said back in the answer: who does not see the way between cannot answer instead. */
  token: Buffer
  noise: Buffer
}

export function newToken(): Buffer {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(tokenBytes)))
}

export function encodeSixDatagram({ kind, token, noise }: SixDatagram): Buffer {
  return Buffer.concat([magic, Buffer.of(kinds.indexOf(kind)), token, noise])
}

/** Undefined for what is none. */
export function decodeSixDatagram(datagram: Buffer): SixDatagram | undefined {
  if (datagram.length <= headBytes || datagram.length > maxBytes) return undefined
  if (!datagram.subarray(0, magic.length).equals(magic)) return undefined
  const kind = kinds[datagram[magic.length]!]
  if (kind === undefined) return undefined
  return { kind, token: datagram.subarray(magic.length + 1, headBytes), noise: datagram.subarray(headBytes) }
}

/** What is said with the keys: at which stream id the sender listens. */
export function sayStreamId(noise: NoiseWrap, id: number): Buffer {
  return noise.send({ error: 0, firewall: 0, udx: { reusableSocket: false, id, seq: 0 }, secretStream: {} })
}

/** The other end's stream id; undefined for what is no such message, or not meant for this node. */
export function hearStreamId(noise: NoiseWrap, message: Buffer): number | undefined {
  try {
    const { version, udx } = noise.recv(message)
    return version === 1 ? udx?.id : undefined
  } catch {
    return undefined
  }
}
