import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openLoneVoter, testVoter } from '../log/lone-voter.ts'
import { silentLogger } from '../logger/logger.ts'
import { ReplicatedStore } from './replicated.ts'
import type { Transaction } from './store.ts'

const root = mkdtempSync(join(tmpdir(), 'skein-day-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const nodes = Number(process.env.NODES ?? 50)
const hours = Number(process.env.HOURS ?? 24)
const minuteMs = 60_000
/** As the agents do: see agent/control/controller/node/lease-renewal.ts and agent/worker/node/registration.ts. */
const leaseMs = 30_000
const statusMinutes = 5
const eventsPerMinute = 10
const eventTtlMs = 3600_000
/** What history must still show at the end: a durable write a minute. */
const durableKeys = 10
const retainMinutes = 10

let nowMs = 1_800_000_000_000
const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs }
let counter = 0

function put(key: string, size: number, kind: Transaction['class'], ttlMs?: number): Transaction {
  return {
    id: { origin: 'day', counter: ++counter },
    class: kind,
    author: { user: 'alice', peer: 'peer-1' },
    preconditions: [],
    changes: [{ key, value: Buffer.alloc(size, `${counter} `), ttlMs }],
  }
}

test(`${nodes} nodes for ${hours} hours: Leases, status and events shorten no durable history, and what is kept does not grow`, async () => {
  const directory = mkdtempSync(join(root, 'day-'))
  const log = await openLoneVoter({ directory: join(directory, 'log'), ...testVoter, clock, logger: silentLogger })
  const store = await ReplicatedStore.open({
    log,
    viewFile: join(directory, 'view.sqlite'),
    clock,
    logger: silentLogger,
  })
  const durable: { key: string; revision: number }[] = []
  const kept: number[] = []
  for (let minute = 0; minute < hours * 60; minute++) {
    for (let atMs = 0; atMs < minuteMs; atMs += leaseMs) {
      nowMs += leaseMs
      const round = Array.from({ length: nodes }, (_, node) => put(`leases/${node}`, 400, 'transient'))
      if (atMs === 0 && minute % statusMinutes === 0)
        round.push(...Array.from({ length: nodes }, (_, node) => put(`nodes/${node}`, 4000, 'transient')))
      if (atMs === 0)
        round.push(
          ...Array.from({ length: eventsPerMinute }, (_, at) =>
            put(`events/${minute}-${at}`, 600, 'transient', eventTtlMs),
          ),
        )
      await Promise.all(round.map((transaction) => store.commit(transaction)))
    }
    const key = `durable/${minute % durableKeys}`
    durable.push({ key, revision: (await store.commit(put(key, 500, 'durable'))).revision })
    if (minute % retainMinutes === retainMinutes - 1) await store.retain()
    if (minute % 360 === 359) kept.push(await blocksKept(log))
  }
  await store.retain()
  // Every durable write of the day is there, at its revision and in its key's history.
  for (const { key, revision } of durable) expect((await store.get(key, revision))?.revision).toBe(revision)
  for (let at = 0; at < durableKeys; at++) {
    const revisions = (await store.history(`durable/${at}`, 10_000)).map(({ revision }) => revision)
    const written = durable.filter(({ key }) => key === `durable/${at}`).map(({ revision }) => revision)
    expect(revisions).toEqual(written.toReversed())
  }
  expect(store.compacted).toBe(0)
  const last = kept.at(-1)!
  console.log(
    `${log.length} operations written, ${durable.length} durable ones all readable; kept at the end: ${last} operations`,
  )
  console.log(`kept after each six hours: ${kept.join(' ')}`)
  // Beside the durable ones a few minutes of the others, the newest of each key, and an hour of events.
  const perRetention = nodes * ((2 * retainMinutes * minuteMs) / leaseMs) + 4 * nodes
  expect(last).toBeLessThan(durable.length + perRetention + 75 * eventsPerMinute)
  await store.close()
  await log.close()
}, 3_000_000)

async function blocksKept(log: { length: number; get(index: number): Promise<unknown> }): Promise<number> {
  let kept = 0
  for (let index = 0; index < log.length; index++) if ((await log.get(index)) !== undefined) kept++
  return kept
}
