import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { LogStore } from '../log-store.ts'
import { batchOf, contentAfter } from './batches.ts'
import { contentOf } from './content.ts'
import { smallSizes } from './fuzz.ts'
import { Random } from './random.ts'
import { decodeRecording, UnsafeDisk } from './recording.ts'
import { shimLibrary } from './shim.ts'

/** Enough to fill a segment. */
const furtherBatches = 60

/**
 * Records a run of batch-writer.ts, cuts the power at so many points of it, and opens what is left each time; throws when
 * an acknowledged batch is lost, or half of one is there. Gives the number of torn tails met.
 */
export async function cutPower(batches: number, cuts: number, seed: number): Promise<number> {
  const root = await mkdtemp('/dev/shm/hypercore-store-power-')
  try {
    const directory = join(root, 'recorded')
    await mkdir(directory)
    const record = join(root, 'record')
    const child = Bun.spawn([process.execPath, join(import.meta.dir, 'batch-writer.ts'), directory, String(batches)], {
      env: { ...process.env, LD_PRELOAD: await shimLibrary(), SHIM_DIRECTORY: directory, SHIM_RECORD: record },
    })
    if ((await child.exited) !== 0) throw new Error('batch-writer.ts failed')
    const calls = decodeRecording(Buffer.from(await Bun.file(record).arrayBuffer()))
    const random = new Random(seed)
    const points = Array.from({ length: cuts }, () => random.below(calls.length)).sort((a, b) => a - b)
    const disk = new UnsafeDisk(directory)
    let acknowledged = 0
    let done = 0
    let torn = 0
    for (const [index, point] of points.entries()) {
      for (; done < point; done++) {
        const call = calls[done]!
        if (basename(call.path) === 'ACKNOWLEDGED') acknowledged = Math.max(acknowledged, call.offset)
        else disk.apply(call)
      }
      const copy = join(root, `cut-${index}`)
      const files = disk.afterPowerCut(random)
      await mkdir(copy)
      for (const [path, bytes] of files) await writeFile(join(copy, basename(path)), bytes)
      torn += await check(copy, acknowledged, `seed ${seed}, cut ${index} at call ${point} of ${calls.length}`)
      await rm(copy, { recursive: true })
    }
    return torn
  } finally {
    await rm(root, { recursive: true })
  }
}

/** Opens, looks, goes on writing, and opens again. Gives how often a torn tail was met. */
async function check(directory: string, acknowledged: number, where: string): Promise<number> {
  let torn = 0
  const open = async (): Promise<LogStore> => {
    const store = new LogStore(directory, { sizes: smallSizes, onTornTail: () => torn++ })
    await store.open().catch((error: Error) => {
      throw new Error(`${where}: ${error.message}`)
    })
    return store
  }
  const store = await open()
  const number = await wholeBatches(store, where)
  if (number < acknowledged) throw new Error(`${where}: batch ${acknowledged} was acknowledged, ${number} is the last`)
  for (let next = number + 1; next <= number + furtherBatches; next++) await store.write(batchOf(next), false)
  await store.close()
  const tornBefore = torn
  const again = await open()
  if (torn > tornBefore) throw new Error(`${where}: the log was torn once more`)
  const reached = await wholeBatches(again, `${where}, opened again`)
  if (reached !== number + furtherBatches) throw new Error(`${where}: ${reached} batches after going on from ${number}`)
  await again.close()
  return torn
}

/** The number of the last batch; throws unless all up to it are there, and nothing else. */
async function wholeBatches(store: LogStore, where: string): Promise<number> {
  const content = await contentOf(store)
  const number = Number(content.get('number') ?? 0)
  const wanted = contentAfter(number)
  const isWhole = content.size === wanted.size && [...wanted].every(([key, value]) => content.get(key) === value)
  if (!isWhole) throw new Error(`${where}: what is here is not what the batches up to ${number} make`)
  return number
}
