import type { Address } from 'hyperdht'
import Plugin from 'hyperdht/lib/plugin.js'

/** A blind relay: the key that it answers to, and where. */
export interface Relay {
  publicKey: Buffer
  address: Address
}

const keyBytes = 32
const replyBytes = keyBytes + 2
const askForRelay = 0

type Request = Parameters<Plugin['onrequest']>

/**
 * The one question that our DHT nodes answer beside the DHT's own: which blind relay stands beside you? The answer is the
 * relay's key and its port on the same host. Nobody proves anything here: a false relay would see ciphertext only.
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
}

function encodeReply(publicKey: Buffer, port: number): Buffer {
  const reply = Buffer.alloc(replyBytes)
  publicKey.copy(reply)
  reply.writeUInt16LE(port, keyBytes)
  return reply
}
