import type { NoiseKeyPair } from '@hyperswarm/secret-stream'
import type { Address } from 'hyperdht'
import type { PeerKey } from '../link/links.ts'
import type { Connection } from '../link/transport.ts'
import { connectionOf } from './connection.ts'
import type { DhtNode } from './dht-node.ts'
import type { RelayDirectory } from './relay-directory.ts'

/** A host that does not answer in this time is not reached directly. */
const pingTimeoutMs = 700
const maxAddresses = 8

export interface Dial {
  node: DhtNode
  relays: RelayDirectory
  keyPair: NoiseKeyPair
  peer: PeerKey
  /** Where the peer itself may answer. */
  addresses: Address[]
  /** DHT nodes that know the way to it, when some are known. */
  hints: Address[]
  signal: AbortSignal
  wayChanged(connection: Connection): void
}

/**
 * Connects to a peer by its key: at the address of its that answers a ping, or through the DHT, with hole punching and
 * meanwhile a relay. Rejects with one sentence.
 */
export async function dialPeer(dial: Dial): Promise<Connection> {
  const { node, relays, keyPair, peer, signal } = dial
  const near = await firstToAnswer(node, dial.addresses.slice(0, maxAddresses))
  signal.throwIfAborted()
  // Who answers needs no relay, and who can be reached by anybody is reached by the peer.
  const isDirect = near !== undefined || !node.firewalled
  const stream = node.connect(Buffer.from(peer, 'hex'), {
    keyPair,
    relayAddresses: near === undefined ? dial.hints : [near],
    relayThrough: isDirect ? null : () => relays.choose(),
  })
  const abort = () => stream.destroy(signal.reason as Error)
  signal.addEventListener('abort', abort, { once: true })
  let failure: Error | undefined
  stream.on('error', (error) => {
    failure ??= error
  })
  try {
    const connection = await connectionOf(stream, node, dial.wayChanged)
    if (connection !== undefined) return connection
    signal.throwIfAborted()
    throw failure ?? new Error('closed')
  } catch (error) {
    throw signal.aborted ? (signal.reason as Error) : explained(error as NodeJS.ErrnoException)
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

/** The first address at which a DHT node answers; all are asked at once. */
async function firstToAnswer(node: DhtNode, addresses: Address[]): Promise<Address | undefined> {
  if (addresses.length === 0) return undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), pingTimeoutMs)
  })
  const pings = addresses.map(async (address) => {
    await node.ping(address, { retry: false })
    return address
  })
  try {
    return await Promise.race([Promise.any(pings).catch(() => undefined), late])
  } finally {
    clearTimeout(timer)
  }
}

function explained({ code, message }: NodeJS.ErrnoException): Error {
  const sentence = sentences[code ?? '']
  return new Error(sentence ?? `hyperswarm: ${message}`)
}

const notPunched = 'the NATs between could not be punched, and no relay answered'

const sentences: Readonly<Record<string, string>> = {
  PEER_NOT_FOUND: 'not found: it is off, or no rendezvous is shared with it',
  PEER_CONNECTION_FAILED: 'found but not reached: it is off or does not know this node yet',
  HANDSHAKE_INVALID: 'it did not answer the handshake',
  SERVER_ERROR: 'it refused the connection',
  SERVER_INCOMPATIBLE: 'it speaks another version of HyperDHT',
  CANNOT_HOLEPUNCH: notPunched,
  HOLEPUNCH_ABORTED: notPunched,
  HOLEPUNCH_PROBE_TIMEOUT: notPunched,
  HOLEPUNCH_DOUBLE_RANDOMIZED_NATS: 'both are behind NATs with random ports, and no relay answered',
  REMOTE_ABORTED: notPunched,
  REMOTE_NOT_HOLEPUNCHABLE: notPunched,
  REMOTE_NOT_HOLEPUNCHING: notPunched,
  RELAY_ABORTED: 'the relay did not bring the two together',
}
