// Measures Hypercore, prints the figures as JSON: bench-program.mjs MODULES DIRECTORY ENTRIES [reopen].
// Runs on Bun over this package and on Node over rocksdb-native: plain JavaScript, modules are looked up from MODULES.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const [modules, directory, entriesText, role] = process.argv.slice(2)
const entries = Number(entriesText)
const Hypercore = createRequire(join(modules, 'package.json'))('hypercore')
const block = Buffer.alloc(512, 7)
const residentMegabytes = () => process.memoryUsage().rss / 1e6

/** What this process sent to the disk. */
const deviceBytes = () => Number(/^write_bytes: (\d+)/m.exec(readFileSync('/proc/self/io', 'utf8'))[1])

async function sequential(core, count) {
  const timesUs = []
  for (let index = 0; index < 200; index++) await core.append(block)
  const before = deviceBytes()
  const startMs = performance.now()
  for (let index = 0; index < count; index++) {
    const beforeMs = performance.now()
    await core.append(block)
    timesUs.push((performance.now() - beforeMs) * 1000)
  }
  const seconds = (performance.now() - startMs) / 1000
  timesUs.sort((a, b) => a - b)
  return {
    perSecond: count / seconds,
    p50Us: timesUs[Math.floor(count / 2)],
    p99Us: timesUs[Math.floor(count * 0.99)],
    deviceBytesPerAppend: (deviceBytes() - before) / count,
  }
}

async function batches(core, size, count) {
  const batch = Array(size).fill(block)
  const startMs = performance.now()
  for (let index = 0; index < count; index++) await core.append(batch)
  return (size * count * 1000) / (performance.now() - startMs)
}

/** Spread over all that is there. */
async function gets(core, count) {
  const step = 7919
  const startMs = performance.now()
  for (let index = 0; index < count; index++) await core.get((index * step) % core.length)
  return (count * 1000) / (performance.now() - startMs)
}

async function reopen() {
  const startMs = performance.now()
  const core = new Hypercore(directory)
  await core.ready()
  await core.get(core.length - 1)
  console.log(
    JSON.stringify({
      length: core.length,
      reopenMs: performance.now() - startMs,
      residentMegabytes: residentMegabytes(),
    }),
  )
  process.exit()
}

async function main() {
  const emptyMegabytes = residentMegabytes()
  const core = new Hypercore(directory)
  await core.ready()
  const figures = { sequential: await sequential(core, 3000) }
  for (const [size, count] of [
    [10, 300],
    [100, 100],
    [1000, 30],
  ]) {
    figures[`batch${size}PerSecond`] = await batches(core, size, count)
  }
  while (core.length < entries) await core.append(Array(Math.min(500, entries - core.length)).fill(block))
  figures.getsPerSecond = await gets(core, 20_000)
  figures.length = core.length
  // What the last burst left behind is not what it takes to hold the entries.
  await new Promise((resolve) => setTimeout(resolve, 2000))
  figures.residentMegabytes = residentMegabytes()
  figures.bytesPerEntry = ((figures.residentMegabytes - emptyMegabytes) * 1e6) / core.length
  await core.close()
  console.log(JSON.stringify(figures))
  process.exit()
}

await (role === 'reopen' ? reopen() : main())
