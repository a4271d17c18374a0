import { afterEach, expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import { introduce, joinByUdx, linkIs, type Node, Recorder, startNode } from './test/node.ts'

const nodes: Node[] = []
afterEach(async () => {
  await Promise.all(nodes.splice(0).map(({ links }) => links.close()))
})

async function twoNodes(options: { hasWebSocket?: boolean } = {}) {
  const a = await startNode(options)
  const b = await startNode(options)
  nodes.push(a, b)
  const control = [new Recorder(a.links, 'control', 'control'), new Recorder(b.links, 'control', 'control')] as const
  const bulk = [new Recorder(a.links, 'bulk', 'bulk', false), new Recorder(b.links, 'bulk', 'bulk', false)] as const
  introduce(a, b)
  return { a, b, control, bulk }
}

const chunkBytes = 50_000

/** Sends numbered chunks until it is stopped; what came on the other end is checked on the fly. */
async function transfer(from: Recorder, to: Recorder) {
  const channel = await from.opened
  const sent = createHash('sha256')
  const received = createHash('sha256')
  to.onMessage = (message) => received.update(message)
  let isStopped = false
  let count = 0
  const sending = (async () => {
    while (!isStopped) {
      const chunk = Buffer.alloc(chunkBytes, count)
      chunk.writeUInt32LE(count++)
      sent.update(chunk)
      if (!channel.send(chunk)) await from.drained()
    }
  })()
  return {
    count: () => count,
    async stop() {
      isStopped = true
      await sending
      await to.arrived(count)
      expect(received.digest('hex')).toBe(sent.digest('hex'))
    },
  }
}

test('from WebSocket to UDP and back, again and again, under transfers both ways: no byte lost or doubled', async () => {
  const { a, b, control, bulk } = await twoNodes()
  const transfers = [await transfer(bulk[0], bulk[1]), await transfer(bulk[1], bulk[0])]
  const numbers = await control[0].opened
  let number = 0
  const ticking = setInterval(() => numbers.send(Buffer.from(String(number++))), 1)
  for (let round = 0; round < 4; round++) {
    const target = transfers[0]!.count() + 100
    await bulk[1].arrived(target)
    await joinByUdx(a, b)
    await Promise.all([linkIs(a, { way: 'udp' }), linkIs(b, { way: 'udp' })])
    await bulk[1].arrived(target + 100)
    // Cut in the middle of whatever is under way, by either end.
    const cut = [...(round % 2 === 0 ? a : b).hand.connections].at(-1)
    cut!.stream.destroy()
    await Promise.all([linkIs(a, { way: 'websocket' }), linkIs(b, { way: 'websocket' })])
  }
  for (const one of transfers) await one.stop()
  clearInterval(ticking)
  await control[1].arrived(number)
  expect(control[1].messages.map(Number)).toEqual(Array.from({ length: number }, (_, index) => index))
  expect([control[0].sessions, bulk[1].sessions]).toEqual([1, 1])
  expect(a.links.status()[0]!.wayChanges).toBeGreaterThan(6)
}, 30_000)

test('a way that dies without a word is noticed, and the session goes on by another', async () => {
  const { a, b, bulk } = await twoNodes()
  await joinByUdx(a, b)
  await Promise.all([linkIs(a, { way: 'udp' }), linkIs(b, { way: 'udp' })])
  const running = await transfer(bulk[0], bulk[1])
  await bulk[1].arrived(50)
  // The sockets stay open and carry nothing more.
  a.hand.socket.transmit = () => {}
  b.hand.socket.transmit = () => {}
  await Promise.all([linkIs(a, { way: 'websocket' }), linkIs(b, { way: 'websocket' })])
  await running.stop()
  expect(bulk[1].sessions).toBe(1)
}, 30_000)

test('a relayed connection that becomes direct is preferred to the WebSocket', async () => {
  const { a, b } = await twoNodes()
  await Promise.all([linkIs(a, { way: 'websocket' }), linkIs(b, { way: 'websocket' })])
  await joinByUdx(a, b, 'relayed')
  for (const node of [a, b]) {
    expect(node.links.status()[0]!.way).toBe('websocket')
    const [connection] = node.hand.connections
    connection!.way = 'udp'
    node.hand.owner.wayChanged(connection!)
  }
  await Promise.all([linkIs(a, { way: 'udp' }), linkIs(b, { way: 'udp' })])
})

test('control messages overtake bulk that waits', async () => {
  const { a, control, bulk } = await twoNodes()
  const [channel, urgent] = await Promise.all([bulk[0].opened, control[0].opened])
  await linkIs(a, { state: 'connected' })
  let bulkBefore: number | undefined
  control[1].onMessage = () => {
    bulkBefore = bulk[1].count()
  }
  const count = 100
  for (let index = 0; index < count; index++) channel.send(Buffer.alloc(200_000))
  urgent.send(Buffer.from('now'))
  await bulk[1].arrived(count)
  expect(bulkBefore).toBeLessThan(count / 2)
})
