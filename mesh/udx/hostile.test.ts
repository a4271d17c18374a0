import { expect, test } from 'bun:test'
import { randomBytes } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { heldBytes } from '../memory/held-bytes.ts'
import { encodeControl, headerBytes } from './engine/packet.ts'
import { UDX } from './udx.ts'

test('a flood of unknown ids, garbage and oversize leaves a stream and the memory as they were', async () => {
  const udx = new UDX()
  const sockets = [udx.createSocket(), udx.createSocket()]
  for (const socket of sockets) socket.bind(0, '127.0.0.1')
  const [a, b] = [udx.createStream(1), udx.createStream(2)]
  a.connect(sockets[0]!, 2, sockets[1]!.address()!.port, '127.0.0.1')
  b.connect(sockets[1]!, 1, sockets[0]!.address()!.port, '127.0.0.1')
  let strange = 0
  sockets[1]!.on('message', () => {
    strange++
  })
  let received = 0
  const whole = Promise.withResolvers<void>()
  const bytes = 4_000_000
  b.on('data', (data) => {
    received += (data as Buffer).length
    if (received >= bytes) whole.resolve()
  })
  const attacker = createSocket('udp4')
  const { port } = sockets[1]!.address()!
  const beforeBytes = heldBytes()
  for (let count = 0; count < 20_000; count++) {
    const header = { types: count & 255, remoteId: 1000 + count, rwnd: 0, seq: count, ack: count }
    attacker.send(count % 3 === 0 ? randomBytes(count % 5000) : encodeControl(header), port, '127.0.0.1')
    if (count % 200 === 0) await new Promise(setImmediate)
    if (count === 5000) a.write(Buffer.alloc(bytes, 1))
  }
  await whole.promise
  expect(received).toBe(bytes)
  expect(strange).toBeGreaterThan(0)
  expect(heldBytes() - beforeBytes).toBeLessThan(100 * 1024 * 1024)
  // Its own id, from somebody else: a header alone, cut or not, does no harm.
  for (let size = 0; size < headerBytes + 10; size++) {
    attacker.send(
      encodeControl({ types: 4, remoteId: 2, rwnd: 0, seq: 5, ack: 5 }).subarray(0, size),
      port,
      '127.0.0.1',
    )
  }
  const again = new Promise<void>((resolve) => b.once('data', () => resolve()))
  a.write(Buffer.from('still here'))
  await again
  await new Promise<void>((resolve) => attacker.close(() => resolve()))
  for (const stream of [a, b]) stream.destroy()
  await Promise.all(sockets.map((socket) => socket.close()))
})
