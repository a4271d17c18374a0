import { expect, test } from 'bun:test'
import { encodeFrame } from './frame.ts'
import { Link } from './link.ts'
import type { LinkEffect } from './link-effect.ts'
import type { Way } from './links.ts'

const giveUpMs = 60_000

/** Two links in virtual time, whose connections carry everything at once unless they are silent. */
class Pair {
  nowMs = 1000
  readonly effects: Record<'a' | 'b', string[]> = { a: [], b: [] }
  readonly a = link('a', 'b')
  readonly b = link('b', 'a')
  readonly silent = new Set<number>()
  /** A connection whose `use` comes right after that of another one. */
  slow: number | undefined
  readonly #late: (() => void)[] = []

  connect(id: number, way: Way = 'udp'): this {
    this.a.open(id, way, this.nowMs)
    this.b.open(id, way, this.nowMs)
    return this.settle()
  }

  /** Goes on in steps of the links' own deadlines. */
  pass(ms: number): this {
    const endMs = this.nowMs + ms
    while (this.nowMs < endMs) {
      const nextMs = Math.min(this.a.deadlineMs(), this.b.deadlineMs(), endMs)
      this.nowMs = Math.max(nextMs, this.nowMs)
      this.a.advance(this.nowMs)
      this.b.advance(this.nowMs)
      this.settle()
    }
    return this
  }

  settle(): this {
    for (let isBusy = true; isBusy; ) {
      isBusy = false
      for (const name of ['a', 'b'] as const) {
        for (const effect of this[name].takeEffects()) {
          isBusy = true
          this.#do(name, effect)
        }
      }
    }
    return this
  }

  #do(name: 'a' | 'b', effect: LinkEffect): void {
    const other = this[name === 'a' ? 'b' : 'a']
    if (effect.kind === 'write' && !this.silent.has(effect.way)) {
      const bytes = encodeFrame(effect.frame, effect.acknowledgement)
      const arrive = () => other.receive(effect.way, bytes, this.nowMs)
      const isUse = effect.frame.kind === 'use'
      if (isUse && effect.way === this.slow) this.#late.push(arrive)
      else arrive()
      if (isUse && effect.way !== this.slow) for (const late of this.#late.splice(0)) late()
    }
    if (effect.kind === 'close') {
      this.effects[name].push(`close ${effect.way}: ${effect.reason}`)
      if (!this.silent.has(effect.way)) other.lost(effect.way, 'closed there', this.nowMs)
    }
    if (effect.kind === 'opened') this.effects[name].push('opened')
    if (effect.kind === 'closed') this.effects[name].push(`closed: ${effect.reason}`)
  }
}

function link(self: string, peer: string): Link {
  const process = Buffer.from(self.padEnd(16)).toString('hex')
  return new Link({ self, peer, process, protocols: [{ name: 'x', priority: 'control' }], giveUpMs })
}

test('of two connections at once the end with the smaller key keeps one, and both use that', () => {
  const pair = new Pair()
  pair.a.open(1, 'udp', pair.nowMs)
  pair.b.open(2, 'udp', pair.nowMs)
  pair.b.open(1, 'udp', pair.nowMs)
  pair.a.open(2, 'udp', pair.nowMs)
  pair.settle()
  // Its peer's hello on the second came first.
  expect([pair.a.activeWay, pair.b.activeWay]).toEqual([2, 2])
  expect(pair.effects.a).toEqual(['opened', 'close 1: another connection is used'])
  expect(pair.effects.b).toEqual(['opened'])
})

test.each<[Way, Way, number]>([
  ['relayed', 'websocket', 2],
  ['relayed', 'udp', 2],
  ['websocket', 'udp', 2],
  ['udp', 'websocket', 1],
  ['websocket', 'relayed', 1],
  ['udp', 'relayed', 1],
])('%s, then %s: connection %d is used', (first, second, used) => {
  const pair = new Pair().connect(1, first).connect(2, second).pass(5000)
  expect([pair.a.activeWay, pair.b.activeWay]).toEqual([used, used])
})

test('an earlier choice that comes later, on a slower way, changes nothing', () => {
  const pair = new Pair()
  pair.slow = 1
  pair.connect(1, 'relayed').connect(2, 'udp').pass(5000)
  expect([pair.a.activeWay, pair.b.activeWay]).toEqual([2, 2])
  expect(pair.effects.b).toEqual(['opened'])
})

test('a connection that says nothing is closed', () => {
  const pair = new Pair()
  pair.a.open(1, 'udp', pair.nowMs)
  pair.pass(4999)
  expect(pair.effects.a).toEqual([])
  pair.pass(2)
  expect(pair.effects.a).toEqual(['close 1: the peer said no hello'])
})

test('an idle link stays as it is', () => {
  const pair = new Pair().connect(1).pass(600_000)
  expect(pair.effects).toEqual({ a: ['opened'], b: ['opened'] })
  expect(pair.a.rttMs).toBe(0)
})

test('a way that dies without a word is closed by both ends within 6 s, and the session goes on by the next', () => {
  const pair = new Pair().connect(1).pass(60_000)
  pair.silent.add(1)
  pair.pass(6500)
  expect([pair.a.activeWay, pair.b.activeWay]).toEqual([undefined, undefined])
  pair.connect(2)
  expect([pair.a.activeWay, pair.b.activeWay]).toEqual([2, 2])
  const noticed = 'close 1: the peer stopped answering'
  expect(pair.effects).toEqual({ a: ['opened', noticed], b: ['opened', noticed] })
})

test('with something on its way that is noticed within 2.5 s', () => {
  const pair = new Pair().connect(1).pass(60_000)
  pair.silent.add(1)
  pair.a.send({ protocol: 0, queuedBytes: 0 }, Buffer.from('hello?'))
  pair.a.take({ bytes: 0, isAll: true }, pair.nowMs)
  pair.pass(2500)
  expect(pair.a.activeWay).toBeUndefined()
})

test('a timer that is late by a stall of this host kills no way', () => {
  const pair = new Pair().connect(1).pass(60_000)
  pair.a.doubt(pair.nowMs)
  const [ping] = pair.a.takeEffects()
  pair.nowMs += 10_000
  pair.a.advance(pair.nowMs)
  expect(pair.a.activeWay).toBe(1)
  // What had come meanwhile is read in the same turn.
  if (ping?.kind !== 'write') throw new Error('no ping')
  pair.b.receive(1, encodeFrame(ping.frame, ping.acknowledgement), pair.nowMs)
  pair.settle().pass(1000)
  expect(pair.a.activeWay).toBe(1)
})

test('a new connection from a peer that lost the old one takes over once the old one is known to be dead', () => {
  const pair = new Pair().connect(1).pass(60_000)
  pair.silent.add(1)
  pair.b.lost(1, 'unplugged', pair.nowMs)
  pair.connect(2).pass(1600)
  expect([pair.a.activeWay, pair.b.activeWay]).toEqual([2, 2])
  expect(pair.effects.b).toEqual(['opened'])
})

test('a session that no way is found for is given up, and the next one is another', () => {
  const pair = new Pair().connect(1)
  pair.a.lost(1, 'gone', pair.nowMs)
  pair.b.lost(1, 'gone', pair.nowMs)
  pair.pass(giveUpMs - 1)
  expect(pair.effects.a).toEqual(['opened'])
  pair.pass(2)
  expect(pair.effects.a).toEqual(['opened', 'closed: no way was found for 60 s'])
  pair.connect(2)
  expect(pair.effects.a.at(-1)).toBe('opened')
  expect(pair.effects.b.at(-1)).toBe('opened')
})

test('connections beyond eight close the oldest that is not used', () => {
  const pair = new Pair().connect(1)
  for (let id = 2; id < 20; id++) pair.a.open(id, 'udp', pair.nowMs)
  pair.settle()
  expect(pair.a.activeWay).toBe(1)
  expect(pair.effects.a.filter((effect) => effect.includes('newer'))).toHaveLength(11)
})
