import { describe, expect, test } from 'bun:test'
import { encodeFrame } from './frame.ts'
import { maxStreams, type SessionStream, type StreamEvents, TunnelSession, windowBytes } from './session.ts'

/** Numbers from a seed (mulberry32). */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Two sessions; frames wait in queues until the test lets them through. */
class Pair {
  readonly queues: [Uint8Array[], Uint8Array[]] = [[], []]
  readonly opened: { stream: SessionStream; request: string }[] = []
  readonly ends = ([0, 1] as const).map(
    (side) =>
      new TunnelSession({
        send: (frame) => this.queues[side].push(frame) < 8,
        opening: (stream, request) => this.opened.push({ stream, request }),
      }),
  ) as [TunnelSession, TunnelSession]

  /** Lets one frame of this end through. */
  pass(side: 0 | 1): boolean {
    const frame = this.queues[side].shift()
    if (frame === undefined) return false
    this.ends[side === 0 ? 1 : 0].receive(frame)
    if (this.queues[side].length < 4) this.ends[side].drained()
    return true
  }

  settle(): void {
    while (this.pass(0) || this.pass(1)) {}
  }
}

class Reader implements StreamEvents {
  bytes = Buffer.alloc(0)
  hasEnded = false
  reason: string | undefined

  data(bytes: Uint8Array): void {
    this.bytes = Buffer.concat([this.bytes, bytes])
  }

  ended(): void {
    this.hasEnded = true
  }

  reset(reason: string): void {
    this.reason = reason
  }
}

function openPair(pair: Pair) {
  const here = new Reader()
  const there = new Reader()
  const stream = pair.ends[0].open('{}', here)
  pair.settle()
  const other = pair.opened.at(-1)!.stream
  other.events = there
  other.accept()
  pair.settle()
  return { stream, other, here, there }
}

test('bytes go both ways, and each end closes its own', () => {
  const pair = new Pair()
  const { stream, other, here, there } = openPair(pair)
  stream.write(Buffer.from('question'), () => {})
  stream.end(() => {})
  pair.settle()
  expect([there.bytes.toString(), there.hasEnded, pair.ends[0].streams]).toEqual(['question', true, 1])
  other.write(Buffer.from('answer'), () => {})
  other.end(() => {})
  pair.settle()
  expect([here.bytes.toString(), here.hasEnded]).toEqual(['answer', true])
  expect(pair.ends.map(({ streams }) => streams)).toEqual([0, 0])
})

test('who does not read gets one window and no more; another stream goes on', () => {
  const pair = new Pair()
  const slow = openPair(pair)
  const quick = openPair(pair)
  let sent = 0
  for (let n = 0; n < 100; n++) slow.stream.write(Buffer.alloc(10_000), () => sent++)
  quick.stream.write(Buffer.from('not held up'), () => {})
  pair.settle()
  expect(slow.there.bytes.byteLength).toBe(windowBytes)
  expect(sent).toBe(Math.floor(windowBytes / 10_000))
  expect(quick.there.bytes.toString()).toBe('not held up')
  slow.other.consumed(windowBytes)
  pair.settle()
  expect(slow.there.bytes.byteLength).toBe(2 * windowBytes)
})

test('a reset tells its reason and drops what waits', () => {
  const pair = new Pair()
  const { stream, other, here, there } = openPair(pair)
  stream.write(Buffer.alloc(windowBytes * 2), () => {})
  other.reset('the container is gone')
  pair.settle()
  expect(here.reason).toBe('the container is gone')
  expect(there.reason).toBeUndefined()
  expect(pair.ends.map(({ streams }) => streams)).toEqual([0, 0])
})

describe('a peer that breaks the rules ends its session', () => {
  const stream = { number: 1, isSenders: true }
  const cases: [string, Uint8Array[]][] = [
    ['a cut frame', [new Uint8Array(3)]],
    [
      'one stream twice',
      [encodeFrame({ type: 'open', stream, request: '{}' }), encodeFrame({ type: 'open', stream, request: '{}' })],
    ],
    [
      'more than the window',
      Array.from({ length: windowBytes / 16384 + 1 }, () =>
        encodeFrame({ type: 'data', stream: { number: 1, isSenders: false }, bytes: new Uint8Array(16384) }),
      ),
    ],
    [
      'acceptance of what nobody opened to it',
      [encodeFrame({ type: 'open', stream, request: '{}' }), encodeFrame({ type: 'accept', stream })],
    ],
  ]
  test.each(cases)('%s', (_, frames) => {
    const pair = new Pair()
    openPair(pair)
    expect(() => {
      for (const frame of frames) pair.ends[0].receive(frame)
    }).toThrow()
  })

  test('frames for streams that are over, and of types to come, are passed over', () => {
    const pair = new Pair()
    pair.ends[0].receive(
      encodeFrame({ type: 'data', stream: { number: 9, isSenders: true }, bytes: new Uint8Array(5) }),
    )
    pair.ends[0].receive(new Uint8Array([200, 0, 0, 0, 0]))
    expect(pair.ends[0].streams).toBe(0)
  })

  test('openings without end cost a bounded number of streams', () => {
    const pair = new Pair()
    for (let number = 1; number <= maxStreams + 50; number++) {
      pair.ends[0].receive(encodeFrame({ type: 'open', stream: { number, isSenders: true }, request: '{}' }))
    }
    expect(pair.ends[0].streams).toBe(maxStreams)
  })
})

/** Many streams that write, read, end and reset as a seed has it: what is read is a beginning of what was written. */
function fuzz(seed: number): void {
  const next = random(seed)
  const pair = new Pair()
  const streams = Array.from({ length: 1 + Math.floor(next() * 6) }, () => openPair(pair))
  const written = streams.map(() => Buffer.alloc(0))
  const unread = streams.map(() => 0)
  const ended = streams.map(() => false)
  for (let step = 0; step < 300; step++) {
    const index = Math.floor(next() * streams.length)
    const { stream, other, there } = streams[index]!
    const what = next()
    if (what < 0.35 && !ended[index]) {
      const bytes = Buffer.alloc(Math.floor(next() * 60_000), step)
      written[index] = Buffer.concat([written[index]!, bytes])
      if (bytes.byteLength > 0) stream.write(bytes, () => {})
    } else if (what < 0.5) {
      const available = there.bytes.byteLength - unread[index]!
      const bytes = Math.floor(next() * (available + 1))
      unread[index]! += bytes
      other.consumed(bytes)
    } else if (what < 0.51) {
      ended[index] = true
      stream.end(() => {})
    } else {
      pair.pass(next() < 0.5 ? 0 : 1)
    }
  }
  for (let rounds = 0; rounds < 200; rounds++) {
    pair.settle()
    for (const [index, { other, there }] of streams.entries()) {
      other.consumed(there.bytes.byteLength - unread[index]!)
      unread[index] = there.bytes.byteLength
    }
  }
  for (const [index, { there }] of streams.entries()) {
    expect(there.bytes.equals(written[index]!)).toBe(true)
    expect(there.hasEnded).toBe(ended[index]!)
  }
}

test('seeds: everything written arrives once and in order', () => {
  for (let seed = 1; seed <= 60; seed++) {
    try {
      fuzz(seed)
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error })
    }
  }
})
