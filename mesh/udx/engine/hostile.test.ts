import { expect, test } from 'bun:test'
import { randomOf } from './fuzz.ts'
import { encodeControl, encodeMessage, headerBytes, PacketType, type SackRange, writeHeader } from './packet.ts'
import { after } from './sequence.ts'
import { maxReceiveWindow, StreamEngine } from './stream-engine.ts'

const mebibyte = 1024 * 1024

/** A packet that somebody may send who knows the stream's id and where it is. */
function hostilePacket(random: () => number, engine: StreamEngine): Uint8Array {
  const near = (seq: number) => after(seq, Math.floor((random() - 0.5) * 10 ** Math.floor(random() * 10)))
  const header = {
    types: Math.floor(random() * 64),
    remoteId: 1,
    rwnd: random() < 0.5 ? 0xffffffff : Math.floor(random() * 2 ** 32),
    seq: near(engine.receiver.next),
    ack: near(engine.send.unacked),
  }
  const dice = random()
  if (dice < 0.3) {
    const ranges: SackRange[] = Array.from({ length: Math.floor(random() * 180) }, () => ({
      start: near(engine.send.unacked),
      end: near(engine.send.next),
    }))
    return encodeControl({ ...header, types: 0 }, ranges)
  }
  if (dice < 0.4) return encodeMessage(header, Buffer.alloc(Math.floor(random() * 3000)))
  if (dice < 0.5) return encodeControl({ ...header, types: PacketType.HEARTBEAT })
  const size = random() < 0.1 ? 65_000 : Math.floor(random() * 1500)
  const datagram = Buffer.alloc(headerBytes + size, Math.floor(random() * 256))
  datagram[3] = random() < 0.5 ? 0 : Math.floor(random() * 256)
  // DESTROY is taken at its word when its seq is right, as libudx does: it would end the test.
  writeHeader(datagram, { ...header, types: header.types & ~PacketType.DESTROY })
  if (random() < 0.2) return datagram.subarray(0, headerBytes + Math.floor(random() * 10))
  return datagram
}

test.each([1, 2, 3, 4, 5, 6, 7, 8])('seed %d: forged packets never throw, and what they cost is bounded', (seed) => {
  const random = randomOf(seed)
  let nowMs = 0
  const engine = new StreamEngine({ nowMs, random })
  engine.connect(2, 28, nowMs)
  let unread = 0
  let datagrams = 0
  const packets = 20_000
  for (let count = 0; count < packets; count++) {
    nowMs += random() * 5
    if (engine.send.pendingBytes < engine.send.highWaterBytes && engine.isConnected) {
      engine.write([Buffer.alloc(1 + Math.floor(random() * 20_000))], nowMs)
    }
    engine.receive(hostilePacket(random, engine), nowMs)
    if (engine.wantsTurn || (engine.deadlineMs() ?? Number.POSITIVE_INFINITY) <= nowMs) engine.pump(nowMs)
    const effects = engine.takeEffects()
    // Nobody reads: what is handed on is kept by the stream above.
    for (const payload of effects.payloads) unread += payload.length
    datagrams += effects.datagrams.length
    engine.setWindow(maxReceiveWindow - unread)
    expect(engine.receiver.reorderBytes).toBeLessThanOrEqual(8 * mebibyte)
    // Two datagrams of the largest size may come over a window that is used up.
    expect(unread).toBeLessThan(maxReceiveWindow + mebibyte)
    expect(engine.send.pendingBytes).toBeLessThan(17 * mebibyte)
  }
  expect(datagrams).toBeLessThan(packets * 100)
})

test('a reader that stops is not sent more than its window, whatever the sender does', () => {
  const engine = new StreamEngine({ nowMs: 0, random: Math.random })
  engine.connect(2, 28, 0)
  let unread = 0
  for (let seq = 0; seq < 10_000; seq++) {
    const datagram = Buffer.alloc(headerBytes + 1400)
    writeHeader(datagram, { types: PacketType.DATA, remoteId: 1, rwnd: 0, seq, ack: 0 })
    engine.receive(datagram, seq)
    for (const payload of engine.takeEffects().payloads) unread += payload.length
    engine.setWindow(maxReceiveWindow - unread)
  }
  expect(unread).toBeLessThan(maxReceiveWindow + 128 * 1024)
})
