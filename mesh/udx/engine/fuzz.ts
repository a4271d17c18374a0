import { PacketType, typesOf } from './packet.ts'
import { maxReceiveWindow, type StreamEffects, StreamEngine, timeWaitMs } from './stream-engine.ts'

/** A path's faults, drawn from the seed. */
export interface FuzzPath {
  loss: number
  duplicates: number
  delayMs: number
  jitterMs: number
  /** Datagrams larger than this vanish. */
  mtuBytes: number
}

export interface FuzzResult {
  path: FuzzPath
  bytes: number
  elapsedMs: number
  datagrams: number
  retransmitted: number
  /** Undefined when both directions arrived whole and both ends closed as done. */
  failure?: string
}

/** A small deterministic generator (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

const udpOverheadBytes = 28
const maxVirtualMs = 600_000

/** One end: an engine, what it still has to write, what it has read, and a reader that may pause. */
class End {
  readonly engine: StreamEngine
  written = 0
  read = 0
  unread = 0
  isEnded = false
  pausedUntilMs = 0
  closed: StreamEffects['closed']
  closedAtMs = 0
  wrong: string | undefined

  constructor(
    readonly salt: number,
    readonly totalBytes: number,
    random: () => number,
    seq: number,
  ) {
    this.engine = new StreamEngine({ nowMs: 0, random, seq })
  }

  byteAt(offset: number): number {
    return (offset * 7 + this.salt) % 251
  }

  fill(random: () => number, nowMs: number): void {
    while (this.written < this.totalBytes && this.engine.send.pendingBytes < this.engine.send.highWaterBytes) {
      const size = Math.min(1 + Math.floor(random() * 20_000), this.totalBytes - this.written)
      const chunk = Uint8Array.from({ length: size }, (_, index) => this.byteAt(this.written + index))
      this.written += size
      this.engine.write([chunk], nowMs)
    }
    if (this.written === this.totalBytes && !this.isEnded) {
      this.isEnded = true
      this.engine.end(nowMs)
    }
  }

  /** Checks what came against what the other end writes. */
  take(payload: Uint8Array, from: End): void {
    for (let index = 0; index < payload.length; index++) {
      if (payload[index] === from.byteAt(this.read + index)) continue
      this.wrong ??= `byte ${this.read + index} is wrong`
      break
    }
    this.read += payload.length
    this.unread += payload.length
  }
}

interface Arrival {
  atMs: number
  to: 0 | 1
  datagram: Uint8Array
}

/** Two engines over a bad path in virtual time, both sending; with sequence numbers that wrap and readers that stop. */
export function fuzzStream(seed: number, totalBytes?: number): FuzzResult {
  const random = randomOf(seed)
  const path: FuzzPath = {
    loss: random() * 0.25,
    duplicates: random() * 0.1,
    delayMs: random() * 40,
    jitterMs: random() * 30,
    mtuBytes: [1500, 1500, 1420, 1280, 1200][Math.floor(random() * 5)]!,
  }
  const seq = random() < 0.5 ? 0xffffff80 : 0
  const size = () => totalBytes ?? 50_000 + Math.floor(random() * 700_000)
  const ends = [new End(3, size(), random, seq), new End(5, size(), random, seq)] as const
  for (const [index, end] of ends.entries()) end.engine.connect(index === 0 ? 2 : 1, udpOverheadBytes, 0, seq)
  const pausing = random() < 0.4
  const arrivals: Arrival[] = []
  const result: FuzzResult = {
    path,
    bytes: ends[0].totalBytes + ends[1].totalBytes,
    elapsedMs: 0,
    datagrams: 0,
    retransmitted: 0,
  }
  let nowMs = 0

  const carry = (from: 0 | 1, datagrams: Uint8Array[]) => {
    for (const datagram of datagrams) {
      result.datagrams++
      if (random() < path.loss || datagram.length + udpOverheadBytes > path.mtuBytes) continue
      for (let copies = random() < path.duplicates ? 2 : 1; copies > 0; copies--) {
        // A datagram's header is rewritten when it is sent again: what is under way must not change.
        const copy = datagram.slice()
        arrivals.push({ atMs: nowMs + path.delayMs + random() * path.jitterMs, to: from === 0 ? 1 : 0, datagram: copy })
      }
    }
  }
  const settle = (index: 0 | 1) => {
    const end = ends[index]
    const effects = end.engine.takeEffects()
    carry(index, effects.datagrams)
    for (const payload of effects.payloads) end.take(payload, ends[index === 0 ? 1 : 0])
    if (effects.closed !== undefined) {
      end.closed = effects.closed
      end.closedAtMs = nowMs
    }
    if (pausing && end.pausedUntilMs <= nowMs && random() < 0.002) end.pausedUntilMs = nowMs + random() * 3000
    if (end.pausedUntilMs <= nowMs) end.unread = 0
    end.engine.setWindow(pausing && end.pausedUntilMs > nowMs ? 0 : maxReceiveWindow - end.unread)
    carry(index, end.engine.takeEffects().datagrams)
  }

  while (nowMs < maxVirtualMs && ends.some((end) => end.closed === undefined && end.wrong === undefined)) {
    for (const index of [0, 1] as const) {
      if (ends[index].closed !== undefined) continue
      ends[index].fill(random, nowMs)
      if (ends[index].engine.wantsTurn) ends[index].engine.pump(nowMs)
      settle(index)
    }
    if (ends.every((end) => end.closed !== undefined)) break
    nowMs = nextEvent(arrivals, ends, nowMs)
    for (const arrival of due(arrivals, nowMs))
      receive(ends[arrival.to], arrival, nowMs, (reply) => carry(arrival.to, [reply]))
    for (const end of ends) {
      if (end.closed === undefined && (end.engine.deadlineMs() ?? Number.POSITIVE_INFINITY) <= nowMs)
        end.engine.pump(nowMs)
    }
  }
  result.elapsedMs = nowMs
  result.retransmitted = ends[0].engine.send.retransmitted + ends[1].engine.send.retransmitted
  result.failure = failureOf(ends, nowMs)
  return result
}

function nextEvent(arrivals: Arrival[], ends: readonly [End, End], nowMs: number): number {
  let next = Number.POSITIVE_INFINITY
  for (const { atMs } of arrivals) next = Math.min(next, atMs)
  for (const end of ends) {
    if (end.closed !== undefined) continue
    next = Math.min(next, end.engine.deadlineMs() ?? Number.POSITIVE_INFINITY)
    if (end.pausedUntilMs > nowMs) next = Math.min(next, end.pausedUntilMs)
  }
  return next === Number.POSITIVE_INFINITY ? maxVirtualMs : Math.max(next, nowMs)
}

function due(arrivals: Arrival[], nowMs: number): Arrival[] {
  const ready = arrivals.filter(({ atMs }) => atMs <= nowMs).sort((a, b) => a.atMs - b.atMs)
  const left = arrivals.filter(({ atMs }) => atMs > nowMs)
  arrivals.splice(0, arrivals.length, ...left)
  return ready
}

/** A closed stream answers for a while, so that a remote that missed the last acknowledgement can close too. */
function receive(end: End, arrival: Arrival, nowMs: number, reply: (datagram: Uint8Array) => void): void {
  if (end.closed === undefined) {
    end.engine.receive(arrival.datagram, nowMs)
    return
  }
  const asks = typesOf(arrival.datagram) & (PacketType.DATA | PacketType.END | PacketType.HEARTBEAT)
  if (end.closed === 'done' && asks !== 0 && nowMs - end.closedAtMs < timeWaitMs)
    reply(end.engine.finalAcknowledgement())
}

function failureOf(ends: readonly [End, End], nowMs: number): string | undefined {
  for (const [index, end] of ends.entries()) {
    const expected = ends[index === 0 ? 1 : 0].totalBytes
    const state = `end ${index} at ${Math.round(nowMs)} ms: read ${end.read} of ${expected}`
    if (end.wrong !== undefined) return `${state}, ${end.wrong}`
    if (end.closed !== 'done') return `${state}, closed ${end.closed}`
    if (end.read !== expected) return state
  }
  return undefined
}
