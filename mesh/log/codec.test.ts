import { describe, expect, test } from 'bun:test'
import type { Entry } from '../raft/entry.ts'
import type { Message } from '../raft/message.ts'
import { Random } from '../raft/simulator/random.ts'
import { decodeCommand, encodeCommand } from './command-codec.ts'
import { Damaged } from './damaged.ts'
import { decodeEntry, dropEncoding, encodeEntry } from './entry-codec.ts'
import { commonFeatureLevel, knownFeatureLevel, UpgradeNeeded } from './feature-level.ts'
import { decodeLogHeader, encodeLogHeader } from './header-block.ts'
import { decodeMessage, encodeMessage } from './message-codec.ts'

const random = new Random(Number(process.env.SEED ?? 1))
const large = Number.MAX_SAFE_INTEGER

function randomBytes(maxBytes: number): Uint8Array {
  return Uint8Array.from({ length: random.integer(0, maxBytes) }, () => random.integer(0, 255))
}

/** Small, beyond 32 bits, and the largest there is. */
function randomCount(): number {
  return random.pick([0, 1, 23, 24, 255, 256, 65_536, 2 ** 31, 2 ** 32, 2 ** 32 + 1, 2 ** 40, 2 ** 52, large])
}

function randomEntries(): Entry[] {
  const first = random.integer(1, 2 ** 40)
  const term = random.integer(1, 2 ** 40)
  return Array.from({ length: random.integer(0, 5) }, (_, at) => ({
    index: first + at,
    term: term + at,
    kind: random.pick(['command', 'configuration', 'empty'] as const),
    data: randomBytes(40),
  }))
}

function randomMessages(): Message[] {
  const last = { index: randomCount(), term: randomCount() }
  const configuration = { voters: ['a', 'é'], outgoing: [], learners: ['c'] }
  const granted = random.chance(0.5)
  const envelope = { from: 'a', to: 'b', term: randomCount() }
  const number = randomCount()
  return [
    { ...envelope, type: 'pre-vote', nextTerm: number, last },
    { ...envelope, type: 'pre-vote-response', nextTerm: number, granted },
    { ...envelope, type: 'request-vote', last, transfer: granted },
    { ...envelope, type: 'vote', granted },
    { ...envelope, type: 'append', previous: last, entries: randomEntries(), commit: number },
    { ...envelope, type: 'append-accepted', match: number },
    { ...envelope, type: 'append-rejected', rejected: number, hint: last },
    { ...envelope, type: 'stale-term' },
    { ...envelope, type: 'heartbeat', commit: number, round: randomCount() },
    { ...envelope, type: 'heartbeat-response', round: number },
    { ...envelope, type: 'timeout-now' },
    { ...envelope, type: 'read-index', incarnation: number, ticket: randomCount() },
    { ...envelope, type: 'read-index-response', incarnation: number, ticket: 1, index: randomCount() },
    {
      ...envelope,
      type: 'snapshot-chunk',
      transfer: 1,
      snapshot: { ...last, configuration },
      offsetBytes: number,
      data: randomBytes(100),
      done: granted,
    },
    { ...envelope, type: 'snapshot-progress', transfer: number, offsetBytes: randomCount() },
  ]
}

test('every message comes back as it was', () => {
  for (let round = 0; round < 200; round++) {
    for (const message of randomMessages()) expect(decodeMessage(encodeMessage(message), 'a', 'b')).toEqual(message)
  }
})

test('sender and receiver are those of the link, whatever was encoded', () => {
  const [message] = randomMessages()
  expect(decodeMessage(encodeMessage(message!), 'x', 'y')).toMatchObject({ from: 'x', to: 'y' })
})

/** What is on disks and wires today must be read by every later build: these bytes may never change. */
describe('the bytes of format 1', () => {
  test('an entry', () => {
    const entry: Entry = { index: 7, term: 3, kind: 'configuration', data: new Uint8Array([9, 8]) }
    const hex = '01010000000000001c4000000000000008400908'
    expect(Buffer.from(encodeEntry(entry)).toString('hex')).toBe(hex)
    expect(decodeEntry(new Uint8Array(Buffer.from(hex, 'hex')))).toEqual(entry)
  })

  test('a heartbeat and an append', () => {
    const envelope = { from: 'a', to: 'b', term: 2 }
    const heartbeat: Message = { ...envelope, type: 'heartbeat', commit: 5, round: 1 }
    expect(Buffer.from(encodeMessage(heartbeat)).toString('hex')).toMatchInlineSnapshot(`"01d9e00883020501"`)
    const entries: Entry[] = [{ index: 7, term: 2, kind: 'empty', data: new Uint8Array() }]
    const append: Message = { ...envelope, type: 'append', previous: { index: 6, term: 1 }, entries, commit: 5 }
    expect(Buffer.from(encodeMessage(append)).toString('hex')).toMatchInlineSnapshot(
      `"01d9e004840282060181d8405201020000000000001c40000000000000004005"`,
    )
  })

  test('a log header', () => {
    const base = { index: 10, term: 2, configuration: { voters: ['a'], outgoing: [], learners: [] } }
    expect(Buffer.from(encodeLogHeader({ cluster: 'k', base })).toString('hex')).toMatchInlineSnapshot(
      `"01d9e00082616b830a02838161618080"`,
    )
  })
})

test('entries, commands and headers come back as they were', () => {
  for (let round = 0; round < 200; round++) {
    for (const entry of randomEntries()) expect(decodeEntry(encodeEntry(entry))).toEqual(entry)
    const command = { featureLevel: 1, timeMs: random.next() * 1e13, payload: randomBytes(50) }
    expect(decodeCommand(encodeCommand(command))).toEqual(command)
    const configuration = { voters: ['a', 'b'], outgoing: ['c'], learners: [] }
    const header = { cluster: 'some cluster', base: { index: randomCount(), term: randomCount(), configuration } }
    expect(decodeLogHeader(encodeLogHeader(header))).toEqual(header)
  }
})

test('an entry is encoded once until it is on the disk, and kept with its data alone from then on', () => {
  const sent: Entry = { index: 7, term: 3, kind: 'command', data: randomBytes(40) }
  for (const entry of [{ ...sent }, decodeEntry(encodeEntry(sent))]) {
    const bytes = encodeEntry(entry)
    expect(encodeEntry(entry)).toBe(bytes)
    dropEncoding(entry)
    expect(encodeEntry(entry)).not.toBe(bytes)
    expect(encodeEntry(entry)).not.toBe(encodeEntry(entry))
    expect(decodeEntry(encodeEntry(entry))).toMatchObject(sent)
  }
})

test('what a newer build wrote is answered with "upgrade this node"', () => {
  const [message] = randomMessages()
  const newer = (bytes: Uint8Array) => Uint8Array.from(bytes, (byte, at) => (at === 0 ? 2 : byte))
  const configuration = { voters: ['a'], outgoing: [], learners: [] }
  const header = encodeLogHeader({ cluster: 'k', base: { index: 0, term: 0, configuration } })
  const command = { featureLevel: knownFeatureLevel + 1, timeMs: 1, payload: new Uint8Array() }
  for (const decode of [
    () => decodeMessage(newer(encodeMessage(message!)), 'a', 'b'),
    () => decodeEntry(newer(encodeEntry({ index: 1, term: 1, kind: 'empty', data: new Uint8Array() }))),
    () => decodeLogHeader(newer(header)),
    () => decodeCommand(encodeCommand(command)),
  ]) {
    expect(decode).toThrow(UpgradeNeeded)
    expect(decode).toThrow('upgrade this node')
  }
})

test('the common feature level is the lowest, and none while a member is silent', () => {
  expect(commonFeatureLevel([3, 2, 5])).toBe(2)
  expect(commonFeatureLevel([3, undefined])).toBe(0)
  expect(commonFeatureLevel([])).toBe(0)
})

test('damaged bytes give one coded error and nothing else', () => {
  const seeds = [
    ...randomMessages().map((message) => ({ bytes: encodeMessage(message), decode: decodeAsMessage })),
    {
      bytes: encodeEntry(randomEntries()[0] ?? { index: 1, term: 1, kind: 'empty', data: new Uint8Array() }),
      decode: decodeEntry,
    },
    {
      bytes: encodeLogHeader({
        cluster: 'k',
        base: { index: 1, term: 1, configuration: { voters: ['a'], outgoing: [], learners: [] } },
      }),
      decode: decodeLogHeader,
    },
  ]
  for (let round = 0; round < 300; round++) {
    for (const { bytes, decode } of seeds) {
      const damaged = bytes.slice(0, random.chance(0.3) ? random.integer(0, bytes.byteLength) : undefined)
      for (let change = random.integer(1, 3); change > 0 && damaged.byteLength > 0; change--) {
        damaged[random.integer(0, damaged.byteLength - 1)] = random.integer(0, 255)
      }
      try {
        decode(damaged)
      } catch (error) {
        if (!(error instanceof Damaged) && !(error instanceof UpgradeNeeded)) throw error
      }
    }
  }
  expect(seeds.length).toBeGreaterThan(10)
})

function decodeAsMessage(bytes: Uint8Array): unknown {
  return decodeMessage(bytes, 'a', 'b')
}

test('damage changes nothing for the messages after it', () => {
  const [message] = randomMessages()
  const bytes = encodeMessage(message!)
  for (let round = 0; round < 200; round++) {
    try {
      decodeMessage(new Uint8Array([1, ...randomBytes(30)]), 'a', 'b')
    } catch {
      // The next one counts.
    }
  }
  expect(decodeMessage(bytes, 'a', 'b')).toEqual(message!)
  expect(encodeMessage(message!)).toEqual(bytes)
})
