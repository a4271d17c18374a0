import { afterEach, expect, test } from 'bun:test'
import { mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { LogStore } from './log-store.ts'
import type { TornTail } from './replay.ts'
import { batchOf, contentAfter } from './test/batches.ts'
import { contentOf } from './test/content.ts'
import { smallSizes } from './test/fuzz.ts'
import { shimLibrary } from './test/shim.ts'
import type { SpoiledReport } from './test/spoiled-writer.ts'

const directories: string[] = []

async function newDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'hypercore-store-'))
  directories.push(directory)
  return directory
}

afterEach(async () => {
  for (const directory of directories.splice(0)) await rm(directory, { recursive: true })
})

/** A directory with the batches from 1 to `count`, closed. */
async function filled(count: number): Promise<string> {
  const directory = await newDirectory()
  const store = new LogStore(directory, { sizes: smallSizes })
  await store.open()
  for (let number = 1; number <= count; number++) await store.write(batchOf(number), false)
  await store.close()
  return directory
}

async function opened(directory: string, torn: TornTail[] = []): Promise<LogStore> {
  const store = new LogStore(directory, { sizes: smallSizes, onTornTail: (tail) => torn.push(tail) })
  await store.open()
  return store
}

async function namesOf(directory: string, ending: string): Promise<string[]> {
  return (await readdir(directory)).filter((name) => name.endsWith(ending)).sort()
}

async function spoil(path: string, offset: number): Promise<void> {
  const file = await open(path, 'r+')
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, offset)
  buffer[0]! ^= 255
  await file.write(buffer, 0, 1, offset)
  await file.close()
}

/** Runs a program of test/ with test/shim.c below it. */
async function runSpoiled<T>(
  program: string,
  settings: Record<string, string>,
  directory: string,
  count: number,
): Promise<T> {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, 'test', program), directory, String(count)], {
    env: { ...process.env, LD_PRELOAD: await shimLibrary(), SHIM_DIRECTORY: directory, ...settings },
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [out, errors] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  if ((await child.exited) !== 0) throw new Error(`${program} failed: ${errors}${out}`)
  return JSON.parse(out) as T
}

test('a directory in use is refused by the pid that holds it, and free after it is closed', async () => {
  const directory = await newDirectory()
  const first = await opened(directory)
  const error = await opened(directory).catch((refused) => refused)
  expect(error).toMatchObject({ code: 'EBUSY' })
  expect(error.message).toContain(`${directory} is in use by process ${process.pid}`)
  const program = `import { LogStore } from '${import.meta.dir}/log-store.ts'
    await new LogStore('${directory}').open().catch((error) => console.log(error.message)); process.exit()`
  const child = Bun.spawn([process.execPath, '-e', program], { stdout: 'pipe' })
  expect(await new Response(child.stdout).text()).toContain(`stop that first: kill ${process.pid}`)
  await first.close()
  await (await opened(directory)).close()
})

test('after a failed fsync every write fails with that cause, and what was acknowledged is there after a restart', async () => {
  const directory = await newDirectory()
  const report = await runSpoiled<SpoiledReport>('spoiled-writer.ts', { SHIM_FAIL_SYNC: '60' }, directory, 1000)
  expect(report.acknowledged).toBeGreaterThan(5)
  expect(report.failures.map(({ code }) => code)).toEqual(['EIO', 'EIO'])
  expect(report.failures[1]!.message).toContain('takes no more writes: EIO: fdatasync of ')
  expect(report.readable).toBe(report.acknowledged)
  const store = await opened(directory)
  const content = await contentOf(store)
  const last = Number(content.get('number'))
  expect(last).toBeGreaterThanOrEqual(report.acknowledged)
  expect(content).toEqual(contentAfter(last))
  await store.close()
})

test('on a full disk writes fail with ENOSPC, reads go on, and after room is made all that was acknowledged is there', async () => {
  const directory = await newDirectory()
  const report = await runSpoiled<SpoiledReport>('spoiled-writer.ts', { SHIM_FULL_AFTER: '700000' }, directory, 1000)
  expect(report.acknowledged).toBeGreaterThan(50)
  expect(report.failures.map(({ code }) => code)).toEqual(['ENOSPC', 'ENOSPC'])
  expect(report.failures[1]!.message).toContain('make room on the disk and restart')
  expect(report.readable).toBe(report.acknowledged)
  const store = await opened(directory)
  const last = Number((await contentOf(store)).get('number'))
  expect(last).toBeGreaterThanOrEqual(report.acknowledged)
  for (let number = last + 1; number <= last + 50; number++) await store.write(batchOf(number), false)
  expect(await contentOf(store)).toEqual(contentAfter(last + 50))
  await store.close()
})

test('a store that is opened on a full disk can be read', async () => {
  const directory = await filled(40)
  const report = await runSpoiled<SpoiledReport>('spoiled-writer.ts', { SHIM_FULL_AFTER: '1' }, directory, 41)
  expect(report).toMatchObject({ acknowledged: 0, readable: 40, failures: [{ code: 'ENOSPC' }, { code: 'ENOSPC' }] })
})

test('with fsyncs of 200 ms appends are acknowledged in order and the loop goes on', async () => {
  const settings = { SHIM_SLOW_SYNC_MS: '200' }
  const directory = await newDirectory()
  const report = await runSpoiled<{ order: number[]; turns: number }>('slow-writer.ts', settings, directory, 21)
  expect(report.order).toEqual(Array.from({ length: 20 }, (_, index) => index + 2))
  // Five syncs at least: were they on the loop, it would turn a few times only. scripts/bench gives the longest gap.
  expect(report.turns).toBeGreaterThan(100)
})

test('a torn tail is cut to the last whole batch and reported; nothing of it comes back later', async () => {
  const directory = await filled(20)
  const [name] = await namesOf(directory, '.segment')
  const path = join(directory, name!)
  const bytes = await readFile(path)
  // The last batch loses its last bytes: its record begins where its number stands for the last time.
  const end = bytes.lastIndexOf(Buffer.from('number')) + 12
  await writeFile(path, bytes.fill(0xee, end, end + 4))
  const torn: TornTail[] = []
  const store = await opened(directory, torn)
  expect(torn).toMatchObject([{ file: path, sequence: 20 }])
  expect(torn[0]!.droppedBytes).toBeGreaterThan(0)
  expect(await contentOf(store)).toEqual(contentAfter(19))
  await store.write(batchOf(20), false)
  await store.close()
  const again = await opened(directory, torn)
  expect(torn.length).toBe(1)
  expect(await contentOf(again)).toEqual(contentAfter(20))
  await again.close()
})

test('damage in the log before its end is an error that names file and offset', async () => {
  const directory = await filled(20)
  const [name] = await namesOf(directory, '.segment')
  await spoil(join(directory, name!), 4096 + 40)
  const error = await opened(directory).catch((damaged) => damaged)
  expect(error).toMatchObject({ code: 'EDAMAGED', file: join(directory, name!), offset: 4096 })
  expect(error.message).toContain(
    `${join(directory, name!)} is damaged at offset 4096: batch 1 was saved and is damaged`,
  )
})

test('a file of the log that is missing is an error', async () => {
  const directory = await filled(400)
  const manifest = await readFile(join(directory, 'MANIFEST'), 'utf8')
  const { firstSegment } = JSON.parse(manifest.split('\n')[0]!) as { firstSegment: number }
  const name = `${String(firstSegment).padStart(8, '0')}.segment`
  await rm(join(directory, name))
  const error = await opened(directory).catch((missing) => missing)
  expect(error).toMatchObject({ code: 'EDAMAGED', file: join(directory, name) })
})

test('damage in a table is met by its readers alone, with file and offset', async () => {
  const directory = await filled(600)
  const store = await opened(directory)
  await store.compact()
  await store.close()
  const [name] = await namesOf(directory, '.table')
  await spoil(join(directory, name!), 5000)
  const damaged = await opened(directory)
  const error = await contentOf(damaged).catch((met) => met)
  expect(error).toMatchObject({ code: 'EDAMAGED', file: join(directory, name!) })
  expect(error.offset).toBeLessThanOrEqual(5000)
  await damaged.close()
})

test('a damaged or missing manifest is an error', async () => {
  const directory = await filled(5)
  await spoil(join(directory, 'MANIFEST'), 12)
  expect(await opened(directory).catch((damaged) => damaged)).toMatchObject({ code: 'EDAMAGED', offset: 0 })
  await rm(join(directory, 'MANIFEST'))
  const error = await opened(directory).catch((damaged) => damaged)
  expect(basename(error.file)).toBe('MANIFEST')
})
