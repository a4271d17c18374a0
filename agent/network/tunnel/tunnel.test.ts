import { describe, expect, test } from 'bun:test'
import { ReplayWindow, windowSize } from './replay-window.ts'
import { Opener, Sealer, type SessionSecret } from './seal.ts'
import { cutPacket, Joiner, offloadHeaderBytes, writeSegment } from './segment.ts'

function randomNumbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

describe('replay window', () => {
  test('each counter once, in any order within the window', () => {
    const window = new ReplayWindow()
    expect([5, 3, 5, 3, 4, 0].map((counter) => window.accept(counter))).toEqual([true, true, false, false, true, true])
    expect(window.accept(5 + windowSize)).toBe(true)
    expect([5, 6, 6].map((counter) => window.accept(counter))).toEqual([false, true, false])
    expect(window.accept(2 ** 47)).toBe(true)
    expect(window.accept(6 + windowSize)).toBe(false)
  })

  test.each([1, 2, 3])('as a set of all that was seen would (seed %d)', (seed) => {
    const random = randomNumbers(seed)
    const window = new ReplayWindow()
    const seen = new Set<number>()
    let newest = 0
    for (let round = 0; round < 20_000; round++) {
      const jump = random(1000) === 0 ? random(3 * windowSize) : 0
      const counter = Math.max(0, newest + jump + random(40) - 20 - (random(50) === 0 ? random(2 * windowSize) : 0))
      const isFresh = counter > newest - windowSize && !seen.has(counter)
      expect(window.accept(counter)).toBe(isFresh)
      seen.add(counter)
      newest = Math.max(newest, counter)
    }
  })
})

describe('sealing', () => {
  const secret = new Uint8Array(32).fill(7)
  const initiator: SessionSecret = { secret, isInitiator: true }
  const responder: SessionSecret = { secret, isInitiator: false }
  const sealed = (sealer: Sealer, text: string): Buffer => {
    const target = Buffer.alloc(1500)
    return target.subarray(0, sealer.seal(Buffer.from(text), target))
  }

  test('the other side opens it, once; nobody else does', () => {
    const datagram = sealed(new Sealer(initiator, 0), 'hello')
    const opener = new Opener(responder)
    expect(datagram.toString('latin1')).not.toContain('hello')
    expect(opener.open(datagram)?.plain.toString()).toBe('hello')
    expect(opener.open(datagram)).toBeUndefined()
    expect(new Opener(initiator).open(datagram)).toBeUndefined()
    expect(new Opener({ secret: new Uint8Array(32), isInitiator: false }).open(datagram)).toBeUndefined()
  })

  test('any changed bit is refused, and costs nothing else', () => {
    const datagram = sealed(new Sealer(initiator, 0), 'hello')
    const opener = new Opener(responder)
    for (let bit = 0; bit < datagram.length * 8; bit++) {
      const changed = Buffer.from(datagram)
      changed[bit >> 3]! ^= 1 << (bit & 7)
      expect(opener.open(changed)).toBeUndefined()
    }
    for (let size = 0; size < datagram.length; size++) expect(opener.open(datagram.subarray(0, size))).toBeUndefined()
    expect(opener.open(datagram)?.plain.toString()).toBe('hello')
  })

  test('lanes count apart, and never share a nonce', () => {
    const opener = new Opener(responder)
    const lanes = [0, 1].map((lane) => new Sealer(initiator, lane))
    const datagrams = lanes.flatMap((lane) => ['x', 'x'].map((text) => sealed(lane, text).toString('hex')))
    expect(new Set(datagrams.map((hex) => hex.slice(32))).size).toBe(4)
    for (const hex of datagrams) expect(opener.open(Buffer.from(hex, 'hex'))?.plain.toString()).toBe('x')
  })

  test('rekeying: the epoch before is still read, the one before that no more', () => {
    const sealer = new Sealer(initiator, 0)
    const opener = new Opener(responder)
    const open = (datagram: Buffer) => opener.open(datagram)?.plain.toString()
    const old = [sealed(sealer, 'a'), sealed(sealer, 'b')]
    expect(open(old[0]!)).toBe('a')
    for (let epoch = 1; epoch <= 600; epoch++) {
      sealer.advance(epoch)
      const datagram = sealed(sealer, `e${epoch}`)
      if (epoch === 1) expect(open(datagram) + open(old[1]!)!).toBe('e1b')
      else expect(open(datagram)).toBe(`e${epoch}`)
      if (epoch === 2) expect(open(sealed(new Sealer(initiator, 3), 'late'))).toBeUndefined()
    }
  })

  test('epochs in which nothing arrived are passed over; a forged one changes nothing', () => {
    const sealer = new Sealer(initiator, 0)
    const opener = new Opener(responder)
    const first = sealed(sealer, 'first')
    for (const claimed of [1, 30, 200]) {
      const forged = Buffer.from(first)
      forged[1] = claimed
      expect(opener.open(forged)).toBeUndefined()
    }
    expect(opener.open(first)?.plain.toString()).toBe('first')
    sealer.advance(30)
    expect(opener.open(sealed(sealer, 'later'))?.plain.toString()).toBe('later')
  })
})

/** A TCP packet as the device gives it: offload header, IPv4 or IPv6, TCP with timestamps. */
function tcpPacket(payload: Uint8Array, gsoSize: number, version: 4 | 6, sequence = 0xfffffff0): Buffer {
  const ip = version === 4 ? 20 : 40
  const packet = Buffer.from(new ArrayBuffer(offloadHeaderBytes + ip + 32 + payload.length))
  const view = new DataView(packet.buffer)
  packet.set([1, payload.length > gsoSize ? (version === 4 ? 1 : 4) : 0])
  view.setUint16(2, ip + 32, true)
  view.setUint16(4, payload.length > gsoSize ? gsoSize : 0, true)
  view.setUint16(6, ip, true)
  view.setUint16(8, 16, true)
  const header = packet.subarray(offloadHeaderBytes)
  header[0] = version === 4 ? 0x45 : 0x60
  if (version === 4) header.set([10, 42, 0, 2, 10, 42, 1, 2], 12)
  else header.fill(0xfd, 8, 40)
  if (version === 4) view.setUint16(offloadHeaderBytes + 4, 0xfffe)
  const tcp = offloadHeaderBytes + ip
  view.setUint32(tcp + 4, sequence)
  packet[tcp + 12] = 8 << 4
  packet[tcp + 13] = 0x80 | 0x19
  packet.set(payload, tcp + 32)
  if (version === 4) {
    view.setUint16(offloadHeaderBytes + 2, packet.length - offloadHeaderBytes)
    view.setUint16(offloadHeaderBytes + 10, ~sum(packet, offloadHeaderBytes, 20, 0) & 0xffff)
    view.setUint16(tcp + 16, sum(packet, offloadHeaderBytes + 12, 8, 6 + 32 + payload.length))
  } else {
    view.setUint16(offloadHeaderBytes + 4, packet.length - offloadHeaderBytes - 40)
    view.setUint16(tcp + 16, sum(packet, offloadHeaderBytes + 8, 32, 6 + 32 + payload.length))
  }
  return packet
}

/** The Internet checksum's sum. */
function sum(bytes: Uint8Array, from: number, size: number, start: number): number {
  let total = start
  for (let at = from; at < from + size; at += 2) total += (bytes[at]! << 8) | bytes[at + 1]!
  while (total > 0xffff) total = (total & 0xffff) + (total >>> 16)
  return total
}

interface Received {
  sequence: number
  payload: Uint8Array
  flags: number
}

/** Reads a packet given to the device, and checks all that the kernel would rely on. */
function readPacket(packet: Uint8Array): Received {
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength)
  const isV4 = packet[offloadHeaderBytes]! >> 4 === 4
  const ip = offloadHeaderBytes
  const tcp = ip + (isV4 ? 20 : 40)
  const payload = packet.slice(tcp + 32)
  if (isV4) {
    expect(view.getUint16(ip + 2)).toBe(packet.length - ip)
    expect(sum(packet, ip, 20, 0)).toBe(0xffff)
    expect(view.getUint16(tcp + 16)).toBe(sum(packet, ip + 12, 8, 6 + 32 + payload.length))
  } else {
    expect(view.getUint16(ip + 4)).toBe(packet.length - ip - 40)
    expect(view.getUint16(tcp + 16)).toBe(sum(packet, ip + 8, 32, 6 + 32 + payload.length))
  }
  const gsoSize = view.getUint16(4, true)
  expect(packet[1] !== 0).toBe(gsoSize > 0 && payload.length > gsoSize)
  return { sequence: view.getUint32(tcp + 4), payload, flags: packet[tcp + 13]! }
}

describe('segments', () => {
  const segmentsOf = (packet: Buffer): Buffer[] => {
    const cut = cutPacket(packet)!
    const target = Buffer.alloc(70_000)
    const segment = (_: unknown, index: number) =>
      Buffer.from(target.subarray(0, writeSegment(packet, cut, index, target)))
    return Array.from({ length: cut.count }, segment)
  }

  test('a packet without offload travels as it is', () => {
    const packet = tcpPacket(new Uint8Array(100).fill(1), 1000, 4)
    const written: Uint8Array[] = []
    const [segment, ...rest] = segmentsOf(packet)
    expect(rest).toEqual([])
    expect(new Joiner((whole) => written.push(whole.slice())).push(segment!, 9)).toBe(true)
    expect(written).toEqual([packet])
  })

  test.each([4, 6] as const)('all segments of a packet become the same packet again (IPv%d)', (version) => {
    const payload = new Uint8Array(50_001).map((_, index) => index * 7)
    const packet = tcpPacket(payload, 1386, version)
    const written: Uint8Array[] = []
    const joiner = new Joiner((whole) => written.push(whole.slice()))
    for (const [index, segment] of segmentsOf(packet).entries()) joiner.push(segment, 100 + index)
    expect(written).toHaveLength(1)
    expect(readPacket(written[0]!)).toEqual({ sequence: 0xfffffff0, payload, flags: 0x99 })
  })

  test.each(Array.from({ length: 40 }, (_, seed) => seed))(
    'lost and overtaking segments cost only themselves (seed %d)',
    (seed) => {
      const random = randomNumbers(seed)
      const version = random(2) === 0 ? 4 : 6
      const gsoSize = 200 + random(1200)
      const stream = new Uint8Array(200_000).map(() => random(256))
      const arrived = new Uint8Array(stream.length)
      const expected = new Uint8Array(stream.length)
      const base = 0xfffff000
      const joiner = new Joiner((packet) => {
        const { sequence, payload, flags } = readPacket(packet)
        const at = (sequence - base) >>> 0
        expect(Buffer.compare(stream.subarray(at, at + payload.length), payload)).toBe(0)
        arrived.fill(1, at, at + payload.length)
        // FIN and PSH belong to the end of what was sent.
        if (flags & 1) expect(ends.has(at + payload.length)).toBe(true)
      })
      const ends = new Set<number>()
      const flights: { segment: Buffer; counter: number; start: number; size: number }[] = []
      let counter = 0
      for (let at = 0; at < stream.length; ) {
        const payload = stream.subarray(at, at + 1 + random(60_000))
        const segments = segmentsOf(tcpPacket(payload, gsoSize, version, (base + at) >>> 0))
        for (const [index, segment] of segments.entries()) {
          const start = at + index * gsoSize
          flights.push({ segment, counter: counter++, start, size: Math.min(gsoSize, at + payload.length - start) })
        }
        at += payload.length
        ends.add(at)
      }
      for (let count = random(20); count > 0; count--) {
        const [one] = flights.splice(random(flights.length), 1)
        flights.splice(random(flights.length), 0, one!)
      }
      for (const { segment, counter, start, size } of flights) {
        if (random(10) === 0) continue
        expect(joiner.push(segment, counter)).toBe(true)
        expected.fill(1, start, start + size)
        if (random(30) === 0) joiner.flush()
      }
      joiner.flush()
      expect(arrived).toEqual(expected)
    },
  )

  test('damaged segments and packets never break anything', () => {
    const random = randomNumbers(9)
    const joiner = new Joiner(() => undefined)
    const segments = segmentsOf(tcpPacket(new Uint8Array(20_000), 1000, 4))
    for (let round = 0; round < 20_000; round++) {
      const whole = segments[random(segments.length)]!
      const bytes = Buffer.from(whole.subarray(0, random(3) === 0 ? random(1100) : undefined))
      for (let count = random(5); count > 0; count--)
        bytes[random(Math.max(1, Math.min(80, bytes.length)))] = random(256)
      joiner.push(bytes, random(100))
      const packet = bytes.subarray(4)
      const cut = cutPacket(packet)
      if (cut !== undefined) writeSegment(packet, cut, cut.count - 1, Buffer.alloc(70_000))
    }
    joiner.flush()
  })
})
