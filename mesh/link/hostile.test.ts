import { afterEach, expect, test } from 'bun:test'
import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import NoiseSecretStream from '@hyperswarm/secret-stream'
import { heldBytes } from '../memory/held-bytes.ts'
import { randomOf } from '../udx/engine/fuzz.ts'
import { dialWebSocket } from '../websocket/dial.ts'
import { decodeFrame, encodeFrame } from './frame.ts'
import { encodeHello, linkFormat } from './hello.ts'
import { introduce, type Node, Recorder, startNode } from './test/node.ts'
import { LinkViolation } from './violation.ts'

const nodes: Node[] = []
afterEach(async () => {
  await Promise.all(nodes.splice(0).map(({ links }) => links.close()))
})

const closed = (stream: NoiseSecretStream) => new Promise<void>((resolve) => stream.once('close', resolve))

async function node(): Promise<Node> {
  const started = await startNode()
  nodes.push(started)
  return started
}

test('random bytes are a frame, or a violation, and nothing else', () => {
  const random = randomOf(7)
  for (let count = 0; count < 20_000; count++) {
    const bytes = Buffer.from(Array.from({ length: Math.floor(random() * 60) }, () => Math.floor(random() * 256)))
    if (random() < 0.9 && bytes.length > 0) bytes[0] = Math.floor(random() * 8)
    try {
      decodeFrame(bytes)
    } catch (error) {
      expect(error).toBeInstanceOf(LinkViolation)
    }
  }
})

/** What a member that has lost its mind may send after the handshake. */
const madness: [string, () => Buffer[]][] = [
  ['garbage', () => [Buffer.concat([Buffer.of(200), randomBytes(100)])]],
  ['a message before hello', () => [encodeFrame({ kind: 'use', choice: 1 }, [0, 0])]],
  ['a hello of another format', () => [hello({ format: 99 })]],
  ['a hello with wrong fields', () => [hello({ received: ['many'] })]],
  ['a hello that is no JSON', () => [encodeFrame({ kind: 'hello', text: '{' }, [0, 0])]],
  ['two hellos', () => [hello({}), hello({})]],
  ['what was never sent acknowledged', () => [hello({}), encodeFrame({ kind: 'acknowledgement' }, [5, 5])]],
  [
    'a message of 4 GiB',
    () => [
      hello({}),
      encodeFrame({ kind: 'use', choice: 1 }, [0, 0]),
      encodeFrame(
        {
          kind: 'data',
          lane: 0,
          seq: 0,
          protocol: 0,
          messageBytes: 2 ** 32 - 1,
          isLast: false,
          payload: Buffer.alloc(1000),
        },
        [0, 0],
      ),
    ],
  ],
]

function hello(fields: object): Buffer {
  const whole = {
    format: linkFormat,
    self: { process: randomBytes(16).toString('hex'), session: 0 },
    received: [0, 0],
    protocols: ['x'],
    ...fields,
  }
  return encodeFrame({ kind: 'hello', text: encodeHello(whole as Parameters<typeof encodeHello>[0]) }, [0, 0])
}

test.each(madness)(
  '%s: the connection is closed, the reason is told, and the next session works',
  async (_, frames) => {
    const a = await node()
    const keyPair = NoiseSecretStream.keyPair()
    const received = new Recorder(a.links, 'x', 'control')
    a.links.setPeers(new Map([[keyPair.publicKey.toString('hex'), { udp: [], webSocket: [] }]]))
    const stream = await dialWebSocket(a.addresses.webSocket[0]!, keyPair, a.keyPair.publicKey, 5000)
    stream.on('error', () => {})
    stream.on('data', () => {})
    const ended = new Promise<void>((resolve) => stream.once('end', resolve))
    for (const bytes of frames()) stream.write(bytes)
    await Promise.race([ended, closed(stream)])
    stream.destroy()
    const [status] = a.links.status()
    expect(status).toMatchObject({ state: 'connecting' })
    expect(status!.lastError).toMatch(/broke the link's protocol|disagree/)
    const b = await startNode({ keyPair })
    nodes.push(b)
    const sender = new Recorder(b.links, 'x', 'control')
    b.links.setPeers(new Map([[a.key, a.addresses]]))
    const channel = await sender.opened
    const before = received.count()
    channel.send(Buffer.from('sane'))
    await received.arrived(before + 1)
    expect(String(received.messages.at(-1))).toBe('sane')
  },
)

test('1,000 half-open dials are refused beyond a bound, and others get in meanwhile', async () => {
  const a = await node()
  const b = await node()
  const url = new URL(a.addresses.webSocket[0]!)
  const upgrade = [
    `GET ${url.pathname} HTTP/1.1`,
    `Host: ${url.host}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    '',
    '',
  ].join('\r\n')
  const before = heldBytes()
  const answers: Promise<string>[] = []
  const sockets: Socket[] = []
  for (let count = 0; count < 1000; count++) {
    const socket = connect({ host: url.hostname, port: Number(url.port), localAddress: '127.0.0.9' })
    sockets.push(socket)
    socket.on('error', () => {})
    socket.write(upgrade)
    answers.push(
      new Promise((resolve) => {
        socket.once('data', (bytes) => resolve(String(bytes).slice(9, 12)))
        socket.once('close', () => resolve('closed'))
      }),
    )
  }
  const codes = await Promise.all(answers)
  expect(codes.filter((code) => code === '101').length).toBeLessThanOrEqual(32)
  expect(codes.filter((code) => code === '503').length).toBeGreaterThan(900)
  const opened = new Recorder(a.links, 'x', 'control').opened
  new Recorder(b.links, 'x', 'control')
  introduce(a, b)
  await opened
  expect(heldBytes() - before).toBeLessThan(64 * 1024 * 1024)
  for (const socket of sockets) socket.destroy()
})
