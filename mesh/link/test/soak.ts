/**
 * Twenty nodes in one process that lose connections, restart, forget and remember each other while they talk:
 * `soak.ts PEERS SECONDS [SEED]`. Prints a line of figures every 10 s, and at the end one of JSON.
 */
import { randomOf } from '../../udx/engine/fuzz.ts'
import type { Channel, PeerKey } from '../links.ts'
import { joinByUdx, type Node, startNode } from './node.ts'

const [peerCount = 20, seconds = 300, seed = 1] = process.argv.slice(2).map(Number)
const random = randomOf(seed)
const draw = (count: number) => Math.floor(random() * count)
const figures = { actions: 0, restarts: 0, sessions: 0, messages: 0, errors: [] as string[] }
const nodes: Node[] = []
const channels: Map<PeerKey, Channel[]>[] = []

/** Each message says how many its sender sent before it in this session. */
function serve(index: number): void {
  const open = new Map<PeerKey, Channel[]>()
  channels[index] = open
  for (const priority of ['control', 'bulk'] as const) {
    nodes[index]!.links.serve({
      name: priority,
      priority,
      opened(channel) {
        figures.sessions++
        let expected = 0
        let sent = 0
        const counting: Channel = {
          peer: channel.peer,
          get queuedBytes() {
            return channel.queuedBytes
          },
          send(message) {
            Buffer.from(message.buffer, message.byteOffset).writeUInt32LE(sent++)
            return channel.send(message)
          },
        }
        open.set(channel.peer, [...(open.get(channel.peer) ?? []), counting])
        return {
          received(message) {
            figures.messages++
            const number = Buffer.from(message.buffer, message.byteOffset).readUInt32LE()
            if (number !== expected) figures.errors.push(`message ${number} where ${expected} is next`)
            expected = number + 1
          },
          closed() {
            open.delete(channel.peer)
          },
        }
      },
    })
  }
}

function introduceAll(except?: { node: number; peer: number }): void {
  for (const [index, { links }] of nodes.entries()) {
    const known = nodes.filter((_, other) => index !== except?.node || other !== except.peer)
    links.setPeers(new Map(known.map(({ key, addresses }) => [key, addresses])))
  }
}

async function restart(index: number): Promise<void> {
  const { keyPair, links } = nodes[index]!
  await links.close()
  nodes[index] = await startNode({ keyPair })
  serve(index)
  introduceAll()
  figures.restarts++
}

async function act(): Promise<void> {
  figures.actions++
  const one = draw(nodes.length)
  const other = (one + 1 + draw(nodes.length - 1)) % nodes.length
  const dice = random()
  if (dice < 0.4) await joinByUdx(nodes[one]!, nodes[other]!)
  else if (dice < 0.75) {
    const connections = [...nodes[one]!.hand.connections]
    connections[draw(connections.length)]?.stream.destroy()
  } else if (dice < 0.85) nodes[one]!.links.networkChanged()
  else if (dice < 0.95) {
    introduceAll({ node: one, peer: other })
    introduceAll()
  } else await restart(one)
}

function talk(): void {
  for (const open of channels) {
    for (const [control, bulk] of open.values()) {
      if (random() < 0.3) control?.send(Buffer.alloc(4 + draw(200)))
      if (random() < 0.02 && (bulk?.queuedBytes ?? 0) < 1e6) bulk?.send(Buffer.alloc(4 + draw(300_000)))
    }
  }
}

for (let index = 0; index < peerCount; index++) {
  nodes.push(await startNode())
  serve(index)
}
introduceAll()
const startedMs = performance.now()
const rss: number[] = []
let nextSampleMs = 0
while (performance.now() - startedMs < seconds * 1000) {
  await act()
  talk()
  await Bun.sleep(100)
  const elapsedMs = performance.now() - startedMs
  if (elapsedMs < nextSampleMs) continue
  nextSampleMs += Math.max(1000, (seconds * 1000) / 180)
  Bun.gc(true)
  rss.push(process.memoryUsage.rss() / 1e6)
  if (rss.length % 10 === 1) console.error(`${Math.round(elapsedMs / 1000)} s: ${rss.at(-1)!.toFixed(0)} MB`)
}
// After a calm time everybody is linked with everybody.
const calmMs = performance.now() + 60_000
const missing = () => nodes.flatMap(({ links }) => links.status()).filter(({ state }) => state !== 'connected').length
while (missing() > 0 && performance.now() < calmMs) await Bun.sleep(100)
const third = Math.floor(rss.length / 3)
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const thirdsMb = [0, 1, 2].map((part) => Math.round(mean(rss.slice(part * third, (part + 1) * third))))
console.log(JSON.stringify({ ...figures, missing: missing(), thirdsMb }))
process.exit(0)
