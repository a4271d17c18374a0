import type { Address } from 'hyperdht'
import Plugin from 'hyperdht/lib/plugin.js'
import { probeTokenBytes, sendProbe } from './reachability.ts'

/** A blind relay: the key that it answers to, and where. */
export interface Relay {
  publicKey: Buffer
  address: Address
}

const keyBytes = 32
const replyBytes = keyBytes + 2
const askForRelay = 0
const askForProbe = 1
const probeBytes = 2 + probeTokenBytes

type Request = Parameters<Plugin['onrequest']>

/**
 * What our DHT nodes answer beside the DHT's own questions. Which blind relay stands beside you? The relay's key, and its
 * port on the same host; nobody proves anything here: a false relay would see ciphertext only. And: can you reach this
 * port of mine?
 */
export class RendezvousPlugin extends Plugin {
  static readonly pluginName = 'skein'
  offered: { publicKey: Buffer; port: number } | undefined

  constructor() {
    super(RendezvousPlugin.pluginName, 1)
  }

  override onpersistent(): void {}

  override destroy(): void {}

  override onrequest(request: Request[0], outer: Request[1]): void {
    if (request.command === askForProbe) this.#probe(request.value, outer)
    if (request.command !== askForRelay) return
    const reply = this.offered === undefined ? null : encodeReply(this.offered.publicKey, this.offered.port)
    outer.reply(reply, { token: false, closerNodes: false })
  }

  /** Undefined when that node is there but has no relay; rejects when nobody answers (in some 4 s). */
  async ask(node: Address): Promise<{ relay: Relay; rttMs: number } | undefined> {
    const { error, value, rtt } = await this.request({ command: askForRelay }, node)
    if (error !== 0 || value === null || value.byteLength !== replyBytes) return undefined
    const port = value.readUInt16LE(keyBytes)
    if (port === 0) return undefined
    const publicKey = Buffer.from(value.subarray(0, keyBytes))
    return { relay: { publicKey, address: { host: node.host, port } }, rttMs: rtt }
  }

  /** Has that node send a token to a port of this host; gives this host's address as that node sees it. */
  async askForProbe(node: Address, port: number, token: Buffer): Promise<string> {
    const value = Buffer.alloc(probeBytes)
    value.writeUInt16LE(port)
    token.copy(value, 2)
    const { error, to } = await this.request({ command: askForProbe, value }, node)
    if (error !== 0) throw new Error('that node does not probe')
    return to.host
  }

  #probe(value: Buffer | null, outer: Request[1]): void {
    if (value?.byteLength !== probeBytes || this.offered === undefined) return
    const port = value.readUInt16LE(0)
    if (port === 0) return
    // To the asking host only, and no more than it sent.
    sendProbe({ host: outer.from.host, port }, Buffer.from(value.subarray(2)))
    outer.reply(null, { token: false, closerNodes: false })
  }
}

function encodeReply(publicKey: Buffer, port: number): Buffer {
  const reply = Buffer.alloc(replyBytes)
  publicKey.copy(reply)
  reply.writeUInt16LE(port, keyBytes)
  return reply
}
