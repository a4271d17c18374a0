import { describe, expect, test } from 'bun:test'
import { decode, encode, type Packet } from '../testing/dns-packet.ts'
import { AnswerCache } from './cache.ts'
import { readAnswer } from './wire.ts'

const soa = (ttl: number, minimum: number) => ({
  name: 'example.com',
  type: 'SOA',
  ttl,
  data: { mname: 'ns.example.com', rname: 'x.example.com', serial: 1, refresh: 1, retry: 1, expire: 1, minimum },
})
const a = (ttl: number) => ({ name: 'www.example.com', type: 'A', ttl, data: '192.0.2.1' })
const alias = (ttl: number) => ({ name: 'www.example.com', type: 'CNAME', ttl, data: 'x.example.com' })

const answer = (over: Partial<Packet>): Uint8Array =>
  encode({ type: 'response', questions: [{ name: 'www.example.com', type: 'A' }], ...over })

const limits = { entries: 3, bytes: 10_000 }

/** Seconds after which an answer is no longer remembered. */
function lifetime(bytes: Uint8Array): number {
  const cache = new AnswerCache(limits)
  cache.set('k', bytes, readAnswer(bytes)!, 0)
  let seconds = 0
  while (cache.get('k', seconds * 1000) !== undefined) seconds++
  return seconds
}

describe('how long', () => {
  test.each<[string, number, Partial<Packet>]>([
    ['the shortest TTL of the answers', 20, { answers: [alias(60), a(20)] }],
    ['not at all with TTL 0', 0, { answers: [a(0)] }],
    ['an hour at most', 3600, { answers: [a(100_000)] }],
    ['NXDOMAIN: the SOA says', 30, { flags: 3, authorities: [soa(60, 30)] }],
    ['NODATA: the lesser of the SOA and its TTL', 10, { authorities: [soa(10, 30)] }],
    ['an alias to nothing is negative', 10, { answers: [alias(600)], authorities: [soa(10, 30)] }],
    ['five minutes at most', 300, { flags: 3, authorities: [soa(9999, 9999)] }],
    ['negative without a SOA: not at all', 0, { flags: 3 }],
    ['a failure: shortly', 5, { flags: 2 }],
    ['a refusal: not at all', 0, { flags: 5, authorities: [soa(60, 60)] }],
    ['truncated: not at all', 0, { flags: 0x200, answers: [a(60)] }],
  ])('%s', (_, seconds, packet) => expect(lifetime(answer(packet))).toBe(seconds))
})

test('TTLs shrink with age', () => {
  const cache = new AnswerCache(limits)
  const bytes = answer({ answers: [a(60)], authorities: [soa(90, 30)] })
  cache.set('k', bytes, readAnswer(bytes)!, 0)
  const { answers, authorities } = decode(cache.get('k', 21_900)!)
  expect([answers![0]!.ttl, authorities![0]!.ttl]).toEqual([39, 69])
  expect(decode(cache.get('k', 0)!).answers![0]!.ttl).toBe(60)
})

test('it is bounded, in entries and in bytes; the longest unused go first', () => {
  const cache = new AnswerCache(limits)
  const bytes = answer({ answers: [a(60)] })
  for (const key of ['a', 'b', 'c']) cache.set(key, bytes, readAnswer(bytes)!, 0)
  cache.get('a', 1)
  cache.set('d', bytes, readAnswer(bytes)!, 1)
  expect(['a', 'b', 'c', 'd'].map((key) => cache.get(key, 1) !== undefined)).toEqual([true, false, true, true])
  const small = new AnswerCache({ entries: 100, bytes: bytes.length * 2 })
  for (const key of ['a', 'b', 'c']) small.set(key, bytes, readAnswer(bytes)!, 0)
  expect(small.size).toBe(2)
})
