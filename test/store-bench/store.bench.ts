/**
 * Three voters of ours beside three members of etcd: same machine, same disk, same run, taking turns; the load on each comes
 * from another process.
 *
 *     scripts/bench store [--pairs 5] [--seconds 3] [--count 100000] [--kills 5] [--only skein]
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { quantile } from '../../scripts/benchmark/quantile.ts'
import { startEtcd } from './etcd.ts'
import type { RunResult, WatchResult } from './load.ts'
import { startSkein } from './skein.ts'
import { largestRssMb, memberCpuSeconds, type Reader, type Target, writtenMb } from './target.ts'

const { values } = parseArgs({
  options: {
    pairs: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
    only: { type: 'string' },
    count: { type: 'string', default: '100000' },
    kills: { type: 'string', default: '5' },
  },
})
const pairs = Number(values.pairs)
const seconds = Number(values.seconds)
const kills = Number(values.kills)
const directory = mkdtempSync(join(process.env.BENCH_DIRECTORY ?? tmpdir(), 'skein-store-bench-'))
const starts = { skein: startSkein, etcd: startEtcd }
const targets: Target[] = []

async function puts(target: Target, clients: number, limit: { seconds: number } | { count: number }) {
  const cpuBefore = memberCpuSeconds(target)
  const writtenBefore = writtenMb(target)
  const result = await target.load.ask<RunResult>({ what: 'puts', clients, limit })
  const { perSecond, p50Ms, p99Ms, failures, cpuSeconds } = result
  const wrote = writtenMb(target) - writtenBefore
  console.log(
    `${target.name}: ${clients} clients: ${Math.round(perSecond)} puts/s, p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms` +
      `${failures > 0 ? `, ${failures} failed` : ''}; cpu ${cpuSeconds.toFixed(1)} s load, ` +
      `${(memberCpuSeconds(target) - cpuBefore).toFixed(1)} s members; ${wrote.toFixed(0)} MB to disk`,
  )
  return result
}

/** Linearizable and local reads by 64 clients; then half a hundred watches of everything, while 64 clients write. */
async function reads(target: Target, { about, child }: Reader): Promise<void> {
  console.log(`${target.name}: read and watched by ${about}`)
  const cpu = ({ cpuSeconds }: { cpuSeconds: number }, before: number) =>
    `cpu ${cpuSeconds.toFixed(1)} s reader, ${(memberCpuSeconds(target) - before).toFixed(1)} s members`
  for (const what of ['linearizable', 'local']) {
    const before = memberCpuSeconds(target)
    const result = await child.ask<RunResult>({ what, clients: 64, seconds })
    const { perSecond, p99Ms } = result
    console.log(
      `${target.name}: 64 clients: ${Math.round(perSecond)} ${what} reads/s, p99 ${p99Ms.toFixed(1)} ms; ${cpu(result, before)}`,
    )
  }
  const before = memberCpuSeconds(target)
  const watching = child.ask<WatchResult>({ what: 'watch', watches: 50, seconds })
  await puts(target, 64, { seconds })
  const watched = await watching
  console.log(`${target.name}: 50 watches: ${Math.round(watched.perSecond)} events/s; ${cpu(watched, before)}`)
}

/** Seconds from a leader's end until a write is acknowledged; then its process is started again. */
async function failover(target: Target): Promise<number> {
  const leader = await target.leader()
  leader.kill('SIGKILL')
  const killedMs = performance.now()
  await leader.exited
  await target.load.ask({ what: 'write' })
  const tookMs = performance.now() - killedMs
  await target.restart(leader)
  return tookMs / 1000
}

const median = (numbers: number[]) => quantile(numbers, 0.5)

try {
  for (const [name, start] of Object.entries(starts)) {
    if (values.only !== undefined && values.only !== name) continue
    mkdirSync(join(directory, name))
    targets.push(await start(join(directory, name)))
  }
  const runs = new Map<string, RunResult[]>(targets.map(({ name }) => [name, []]))
  // From the beginning on: to join later, a learner would have to fetch all that was written.
  const readers = await Promise.all(targets.map((target) => target.startReader()))
  // What is measured is a server that has been up for a while: until here JavaScriptCore's compilers take a tenth of the processor.
  const rss = new Map<string, number>()
  for (const target of targets) {
    await puts(target, 256, { count: Number(values.count) })
    rss.set(target.name, largestRssMb(target))
    console.log(
      `${target.name}: ${rss.get(target.name)!.toFixed(0)} MB resident, ${writtenMb(target).toFixed(0)} MB to disk in all`,
    )
  }
  for (const [at, target] of targets.entries()) {
    await reads(target, readers[at]!)
    await readers[at]!.stop()
  }
  for (let pair = 0; pair < pairs; pair++) {
    const order = pair % 2 === 0 ? targets : targets.toReversed()
    for (const target of order) runs.get(target.name)!.push(await puts(target, 256, { seconds }))
  }
  for (const clients of [1, 64, 1000]) for (const target of targets) await puts(target, clients, { seconds })
  const failovers = new Map<string, number[]>(targets.map(({ name }) => [name, []]))
  for (let kill = 0; kill < kills; kill++) {
    for (const target of targets) failovers.get(target.name)!.push(await failover(target))
  }
  for (const [name, took] of failovers) {
    console.log(
      `${name}: leader killed ${kills} times, until the next acknowledged write: median ${median(took).toFixed(2)} s, ` +
        `worst ${Math.max(...took).toFixed(2)} s`,
    )
  }
  const ratio = (of: (name: string) => number) => (of('skein') / of('etcd')).toFixed(2)
  const perSecond = (name: string) => median((runs.get(name) ?? []).map((run) => run.perSecond))
  const p99 = (name: string) => median((runs.get(name) ?? []).map((run) => run.p99Ms))
  console.log(
    `store: ratio ${ratio(perSecond)}, p99 ${ratio(p99)}, failover ${median(failovers.get('skein') ?? []).toFixed(2)} s, rss ${ratio((name) => rss.get(name) ?? Number.NaN)}`,
  )
} finally {
  for (const target of targets) await target.stop()
  rmSync(directory, { recursive: true, force: true })
}
process.exit(0)
