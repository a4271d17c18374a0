/**
 * A process with nodes whose links are measured, told what to do by lines of JSON: `{id, command, ...}` in, `{id, ...}` or
 * `{id, error}` out.
 */
import { createHash } from 'node:crypto'
import { createInterface } from 'node:readline'
import NoiseSecretStream from '@hyperswarm/secret-stream'
import type { Connection } from '../transport.ts'
import { type Node, Recorder, startNode } from './node.ts'

const chunkBytes = 64 * 1024
/** Wall clock: compared between processes (Bun 1.4.5: process.hrtime is not the same in all of them). */
const nowMs = () => performance.timeOrigin + performance.now()

interface Hosted {
  node: Node
  control: Recorder
  bulk: Recorder
  latenciesMs: number[]
  receivedBytes: number
  sentHash: ReturnType<typeof createHash>
  receivedHash: ReturnType<typeof createHash>
}

const nodes: Hosted[] = []

/** What a command is told, as the tests write it. */
interface Command {
  id: number
  command: string
  node: number
  host: string
  key: string
  url: string
  isInitiator: boolean
  localId: number
  remoteId: number
  remoteHost: string
  remotePort: number
  bytes: number
  ms: number
  everyMs: number
}

const commands: Record<string, (options: Command) => unknown> = {
  async start({ host }) {
    const node = await startNode({ host })
    const hosted: Hosted = {
      node,
      control: new Recorder(node.links, 'control', 'control', false),
      bulk: new Recorder(node.links, 'bulk', 'bulk', false),
      latenciesMs: [],
      receivedBytes: 0,
      sentHash: createHash('sha256'),
      receivedHash: createHash('sha256'),
    }
    hosted.control.onMessage = (message) => {
      hosted.latenciesMs.push(nowMs() - Buffer.from(message).readDoubleLE(0))
    }
    hosted.bulk.onMessage = (message) => {
      hosted.receivedBytes += message.length
      hosted.receivedHash.update(message)
    }
    nodes.push(hosted)
    const udpPort = node.hand.socket.address()!.port
    return { node: nodes.length - 1, key: node.key, url: node.addresses.webSocket[0], udpPort }
  },

  /** Names one more peer; `url` empty when it is not to be dialled. */
  know({ node, key, url }) {
    const { links } = nodes[node]!.node
    const peers = new Map(links.status().map(({ peer }) => [peer, { udp: [], webSocket: [] as string[] }]))
    peers.set(key, { udp: [], webSocket: url === '' ? [] : [url] })
    links.setPeers(peers)
  },

  /** Opens one end of a UDX stream with a peer. */
  async udx({ node, key, isInitiator, localId, remoteId, remoteHost, remotePort }) {
    const { hand, keyPair } = nodes[node]!.node
    const raw = hand.udx.createStream(localId)
    raw.connect(hand.socket, remoteId, remotePort, remoteHost)
    const remotePublicKey = isInitiator ? Buffer.from(key, 'hex') : undefined
    const stream = new NoiseSecretStream(isInitiator, raw, { pattern: 'IK', keyPair, remotePublicKey })
    stream.on('error', () => {})
    await stream.opened
    const connection: Connection = { stream, peer: key, way: 'udp', via: `${remoteHost}:${remotePort}`, isInitiator }
    hand.take(connection)
  },

  async opened({ node }) {
    await nodes[node]!.control.opened
    return nodes[node]!.node.links.status()[0]
  },

  /** Control messages that say when they were sent. */
  async probe({ node, ms, everyMs }) {
    const channel = await nodes[node]!.control.opened
    const endMs = nowMs() + ms
    while (nowMs() < endMs) {
      const message = Buffer.alloc(100)
      message.writeDoubleLE(nowMs(), 0)
      channel.send(message)
      await Bun.sleep(everyMs)
    }
  },

  latencies({ node }) {
    return { latenciesMs: nodes[node]!.latenciesMs.splice(0) }
  },

  async bulk({ node, bytes }) {
    const { bulk, sentHash } = nodes[node]!
    const channel = await bulk.opened
    for (let sent = 0; sent < bytes; ) {
      const chunk = Buffer.alloc(Math.min(chunkBytes, bytes - sent), sent / chunkBytes)
      sent += chunk.length
      sentHash.update(chunk)
      if (!channel.send(chunk)) await bulk.drained()
    }
    return { hash: sentHash.copy().digest('hex') }
  },

  /** When so much has come. */
  async received({ node, bytes }) {
    const hosted = nodes[node]!
    await hosted.bulk.arrived(Math.ceil(bytes / chunkBytes))
    return { bytes: hosted.receivedBytes, hash: hosted.receivedHash.copy().digest('hex') }
  },

  status({ node }) {
    return { links: nodes[node]!.node.links.status() }
  },

  usage() {
    const cpuMicros = process.cpuUsage()
    Bun.gc(true)
    return { rssBytes: process.memoryUsage.rss(), cpuMicros }
  },
}

for await (const line of createInterface({ input: process.stdin })) {
  const options = JSON.parse(line) as Command
  const answer = (result: object) => process.stdout.write(`${JSON.stringify({ id: options.id, ...result })}\n`)
  Promise.resolve()
    .then(() => commands[options.command]!(options))
    .then(
      (result) => answer((result ?? {}) as object),
      (error: Error) => answer({ error: error.stack ?? error.message }),
    )
}
process.exit(0)
