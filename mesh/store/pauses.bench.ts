/**
 * How long writes wait while history is compacted and a snapshot is read, over a state of 100,000 keys with two versions each:
 * the longest commit, the longest time that the loop stood still, and the most processor time of one of its turns, which the load of
 * the machine does not change; beside those of the same writes alone.
 *
 *     scripts/bench pauses [KEYS]
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openLoneVoter, testVoter } from '../log/lone-voter.ts'
import { silentLogger } from '../logger/logger.ts'
import { ReplicatedStore } from './replicated.ts'
import type { Transaction } from './store.ts'

const keys = Number(process.argv[2] ?? 100_000)
const rounds = 5
const inFlight = 256
const aloneMs = 5000

let nowMs = 1_800_000_000_000
const clock = { nowMs: () => nowMs, monotonicMs: () => performance.now() }
const directory = mkdtempSync(join(process.env.BENCH_DIRECTORY ?? tmpdir(), 'skein-pauses-bench-'))
const log = await openLoneVoter({ directory: join(directory, 'log'), ...testVoter, clock, logger: silentLogger })
const store = await ReplicatedStore.open({
  ...{ log, viewFile: join(directory, 'view.sqlite'), clock, logger: silentLogger },
  retention: { durableMs: 60_000 },
})

let counter = 0
function put(key: string): Transaction {
  return {
    id: { origin: 'bench', counter: ++counter },
    class: 'durable',
    author: { user: 'alice', peer: 'peer-1' },
    preconditions: [],
    changes: [{ key, value: Buffer.alloc(256, `${counter} `) }],
  }
}

async function fill(): Promise<void> {
  let next = 0
  const writer = async () => {
    while (next < keys) await store.commit(put(`key/${next++}`))
  }
  await Promise.all(Array.from({ length: inFlight }, writer))
}

interface Pauses {
  commitMs: number
  loopMs: number
  turnMs: number
  commits: number
}

/** One writer after the other's answer, and a look at the loop as often as it turns, until `work` is done. */
async function pausesDuring(work: Promise<unknown>): Promise<Pauses> {
  const found: Pauses = { commitMs: 0, loopMs: 0, turnMs: 0, commits: 0 }
  let isDone = false
  const watching = (async () => {
    for (let last = { atMs: performance.now(), usedMs: usedMs() }; !isDone; ) {
      await new Promise((resolve) => setImmediate(resolve))
      const next = { atMs: performance.now(), usedMs: usedMs() }
      found.loopMs = Math.max(found.loopMs, next.atMs - last.atMs)
      found.turnMs = Math.max(found.turnMs, next.usedMs - last.usedMs)
      last = next
    }
  })()
  const writing = (async () => {
    while (!isDone) {
      const beginMs = performance.now()
      await store.commit(put(`hot/${found.commits++ % 100}`))
      found.commitMs = Math.max(found.commitMs, performance.now() - beginMs)
    }
  })()
  await work
  isDone = true
  await Promise.all([watching, writing])
  return found
}

/** Processor time of the loop's thread so far. */
function usedMs(): number {
  return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6
}

async function readImage(): Promise<void> {
  for await (const _ of store.image(true)) {
    // Read, as a snapshot is.
  }
}

const shown = ({ commitMs, loopMs, turnMs, commits }: Pauses) =>
  `longest commit ${commitMs.toFixed(1)} ms, loop ${loopMs.toFixed(1)}, of it at work ${turnMs.toFixed(1)} (${commits} commits)`
type Figure = 'commitMs' | 'loopMs' | 'turnMs'
const worst = (all: readonly Pauses[], of: Figure) => Math.max(...all.map((pauses) => pauses[of]))
const alone: Pauses[] = []
const beside: Pauses[] = []
await fill()
for (let round = 0; round < rounds; round++) {
  // All that is there is past its time, and superseded.
  nowMs += 120_000
  await fill()
  alone.push(await pausesDuring(Bun.sleep(aloneMs)))
  nowMs += 30_000
  beside.push(await pausesDuring(Promise.all([store.retain(), readImage()])))
  console.log(`alone: ${shown(alone.at(-1)!)}; beside compaction and snapshot: ${shown(beside.at(-1)!)}`)
}
const median = (all: readonly Pauses[], of: Figure) =>
  all.map((pauses) => pauses[of]).toSorted((a, b) => a - b)[Math.floor(all.length / 2)]!
const figures = (name: string, of: Figure) =>
  `${name} ${median(beside, of).toFixed(1)} ms (worst ${worst(beside, of).toFixed(1)}; alone ${median(alone, of).toFixed(1)}, ${worst(alone, of).toFixed(1)})`
console.log(
  `pauses: longest ${figures('commit', 'commitMs')}, ${figures('loop', 'loopMs')}, ${figures('turn', 'turnMs')}`,
)
await store.close()
await log.close()
rmSync(directory, { recursive: true, force: true })
process.exit(0)
