import { expect, test } from 'bun:test'
import { decodeCircuitFrame, encodeCircuitFrame } from './circuit-frame.ts'
import { type CircuitStream, circuitWindowBytes } from './circuit-stream.ts'
import { Circuits } from './circuits.ts'
import type { Channel, ChannelHandlers } from './links.ts'

const key = (digit: string) => digit.repeat(64)

/** Nodes whose channels are arrays: every message is delivered by `settle`, so a test may look at what is under way. */
class Net {
  readonly nodes = new Map<string, { circuits: Circuits; incoming: CircuitStream[]; near: Set<string> }>()
  readonly queue: { to: string; from: string; message: Uint8Array }[] = []
  readonly handlers = new Map<string, ChannelHandlers>()

  add(self: string): void {
    const incoming: CircuitStream[] = []
    const near = new Set<string>()
    const circuits = new Circuits({
      self,
      near: () => near,
      incoming: (_peer, _via, stream) => {
        stream.on('error', () => {})
        incoming.push(stream)
      },
    })
    this.nodes.set(self, { circuits, incoming, near })
  }

  link(one: string, other: string): void {
    for (const [from, to] of [
      [one, other],
      [other, one],
    ] as const) {
      const channel: Channel = {
        peer: to,
        queuedBytes: 0,
        send: (message) => {
          this.queue.push({ to, from, message })
          return true
        },
      }
      const { circuits, near } = this.nodes.get(from)!
      near.add(to)
      this.handlers.set(`${from} ${to}`, circuits.opened(channel))
    }
  }

  settle(): void {
    for (let next = this.queue.shift(); next !== undefined; next = this.queue.shift()) {
      this.handlers.get(`${next.to} ${next.from}`)!.received(next.message)
    }
  }
}

function threeNodes() {
  const net = new Net()
  for (const name of ['a', 'b', 'c']) net.add(key(name))
  net.link(key('a'), key('b'))
  net.link(key('b'), key('c'))
  return net
}

const ended = (stream: CircuitStream) => new Promise<Error>((resolve) => stream.once('error', resolve))

test('a circuit through a relay carries bytes both ways', async () => {
  const net = threeNodes()
  const stream = net.nodes.get(key('a'))!.circuits.connect(key('b'), key('c'))
  net.settle()
  const [far] = net.nodes.get(key('c'))!.incoming
  const heard: string[] = []
  far!.on('data', (data) => heard.push(String(data)))
  stream.on('data', (data) => heard.push(String(data)))
  stream.write(Buffer.from('hello'))
  far!.write(Buffer.from('world'))
  while (heard.length < 2) {
    await Bun.sleep(0)
    net.settle()
  }
  expect(heard.sort()).toEqual(['hello', 'world'])
})

test('a reader that stands still holds the writer at the window', async () => {
  const net = threeNodes()
  const stream = net.nodes.get(key('a'))!.circuits.connect(key('b'), key('c'))
  net.settle()
  const [far] = net.nodes.get(key('c'))!.incoming
  let received = 0
  let isDone = false
  stream.write(Buffer.alloc(3 * circuitWindowBytes))
  stream.once('drain', () => {
    isDone = true
  })
  for (let round = 0; round < 50; round++) {
    await Bun.sleep(0)
    net.settle()
  }
  expect(isDone).toBe(false)
  far!.on('data', (data) => {
    received += (data as Buffer).byteLength
  })
  while (received < 3 * circuitWindowBytes) {
    await Bun.sleep(0)
    net.settle()
  }
  expect(received).toBe(3 * circuitWindowBytes)
})

test('one who sends more than it was let loses the circuit, at the relay', () => {
  const net = threeNodes()
  net.nodes
    .get(key('a'))!
    .circuits.connect(key('b'), key('c'))
    .on('error', () => {})
  net.settle()
  const relay = net.handlers.get(`${key('b')} ${key('a')}`)!
  const open = decodeCircuitFrame(encodeCircuitFrame({ kind: 'open', circuit: 2, peer: key('c') }))!
  const flood = { kind: 'data', circuit: open.circuit, bytes: new Uint8Array(circuitWindowBytes + 1) } as const
  relay.received(encodeCircuitFrame(flood))
  const frames = net.queue.map(({ to, message }) => ({ to, kind: decodeCircuitFrame(message)!.kind }))
  expect(frames).toEqual([
    { to: key('a'), kind: 'close' },
    { to: key('c'), kind: 'close' },
  ])
})

test.each([
  ['an unknown peer', 'd', /not linked to the relay/],
  ['the relay itself', 'b', /not linked to the relay/],
  ['oneself', 'a', /not linked to the relay/],
])('a circuit to %s is refused', async (_what, peer, reason) => {
  const net = threeNodes()
  const stream = net.nodes.get(key('a'))!.circuits.connect(key('b'), key(peer))
  const error = ended(stream)
  net.settle()
  expect((await error).message).toMatch(reason)
})

test('no circuit runs over a link that is relayed itself', async () => {
  const net = threeNodes()
  net.nodes.get(key('b'))!.near.delete(key('c'))
  const stream = net.nodes.get(key('a'))!.circuits.connect(key('b'), key('c'))
  const error = ended(stream)
  net.settle()
  expect((await error).message).toMatch(/not chained/)
})

test('when the link to one end is lost, the other end is told', async () => {
  const net = threeNodes()
  const stream = net.nodes.get(key('a'))!.circuits.connect(key('b'), key('c'))
  net.settle()
  const error = ended(stream)
  net.handlers.get(`${key('b')} ${key('c')}`)!.closed!()
  net.settle()
  expect((await error).message).toMatch(/link to the relay was lost/)
})

test('garbage is nothing', () => {
  const net = threeNodes()
  const relay = net.handlers.get(`${key('b')} ${key('a')}`)!
  for (const bytes of [[], [0], [99, 0, 0, 0, 0], [0, 1, 0, 0, 0, 7], [3, 1, 0, 0, 0], [2, 9, 9, 9, 9, 1]]) {
    relay.received(Uint8Array.from(bytes))
  }
  expect(net.queue).toEqual([])
})
