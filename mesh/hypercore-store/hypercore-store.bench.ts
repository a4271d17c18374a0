/**
 * `scripts/bench hypercore-store [ENTRIES]`: Hypercore on this store, every append on the disk, beside Hypercore on
 * rocksdb-native under Node, which does not sync. They take turns; the figures are medians of the turns.
 */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nativeModules, nativeNode } from './native-peer/native-peer.ts'
import { shimLibrary } from './test/shim.ts'

const root = join(import.meta.dir, '../..')
const programs = join(import.meta.dir, 'test')
const turns = 3
const entries = process.argv[2] ?? '100000'

interface Figures {
  sequential: { perSecond: number; p50Us: number; p99Us: number; deviceBytesPerAppend: number }
  batch10PerSecond: number
  batch100PerSecond: number
  batch1000PerSecond: number
  getsPerSecond: number
  residentMegabytes: number
  bytesPerEntry: number
  reopen: { reopenMs: number; residentMegabytes: number }
}

async function run(command: string[], environment: Record<string, string> = {}): Promise<unknown> {
  const child = Bun.spawn(command, { stdout: 'pipe', stderr: 'pipe', env: { ...process.env, ...environment } })
  const [out, errors] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  if ((await child.exited) !== 0) throw new Error(`${command.join(' ')} failed: ${errors}`)
  return JSON.parse(out)
}

async function measure(runtime: string, modules: string): Promise<Figures> {
  const directory = await mkdtemp(join(tmpdir(), 'hypercore-store-bench-'))
  try {
    const command = [runtime, join(programs, 'bench-program.mjs'), modules, directory, entries]
    const figures = (await run(command)) as Omit<Figures, 'reopen'>
    return { ...figures, reopen: (await run([...command, 'reopen'])) as Figures['reopen'] }
  } finally {
    await rm(directory, { recursive: true })
  }
}

/** The longest time that the loop does not turn, with fsyncs that take 200 ms. */
async function longestGapMs(): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), 'hypercore-store-bench-'))
  try {
    const settings = { LD_PRELOAD: await shimLibrary(), SHIM_DIRECTORY: directory, SHIM_SLOW_SYNC_MS: '200' }
    const report = await run([process.execPath, join(programs, 'slow-writer.ts'), directory, '21'], settings)
    return (report as { longestGapMs: number }).longestGapMs
  } finally {
    await rm(directory, { recursive: true })
  }
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
}

const lines: [string, (figures: Figures) => number][] = [
  ['sequential appends/s', ({ sequential }) => sequential.perSecond],
  ['  p50 us', ({ sequential }) => sequential.p50Us],
  ['  p99 us', ({ sequential }) => sequential.p99Us],
  ['  device bytes per append', ({ sequential }) => sequential.deviceBytesPerAppend],
  ['batches of 10, entries/s', ({ batch10PerSecond }) => batch10PerSecond],
  ['batches of 100, entries/s', ({ batch100PerSecond }) => batch100PerSecond],
  ['batches of 1000, entries/s', ({ batch1000PerSecond }) => batch1000PerSecond],
  ['gets/s', ({ getsPerSecond }) => getsPerSecond],
  [`RSS MB at ${entries} entries`, ({ residentMegabytes }) => residentMegabytes],
  ['  bytes per entry', ({ bytesPerEntry }) => bytesPerEntry],
  ['opened again after ms', ({ reopen }) => reopen.reopenMs],
  ['  RSS MB then', ({ reopen }) => reopen.residentMegabytes],
]

const node = await nativeNode()
const [ours, theirs]: [Figures[], Figures[]] = [[], []]
for (let turn = 0; turn < turns; turn++) {
  ours.push(await measure(process.execPath, root))
  theirs.push(await measure(node, nativeModules))
}
console.log(`${'512-byte entries'.padEnd(30)}${'ours, durable'.padStart(16)}${'node + rocksdb-native'.padStart(24)}`)
for (const [name, figure] of lines) {
  const [our, their] = [median(ours.map(figure)), median(theirs.map(figure))].map((value) =>
    Math.round(value).toString(),
  )
  console.log(`${name.padEnd(30)}${our!.padStart(16)}${their!.padStart(24)}`)
}
console.log(`longest gap of the loop with fsyncs of 200 ms: ${(await longestGapMs()).toFixed(1)} ms`)
const ratio = (figure: (figures: Figures) => number): string =>
  (median(ours.map(figure)) / median(theirs.map(figure))).toFixed(2)
const sequential = ratio(({ sequential: { perSecond } }) => perSecond)
console.log(`hypercore-store: ratio ${sequential}, batch ${ratio(({ batch1000PerSecond }) => batch1000PerSecond)}`)
