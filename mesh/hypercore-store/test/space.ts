import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import CoreStorage from 'hypercore-storage'
import type { LogStore } from '../log-store.ts'
import type { RocksDB } from '../rocksdb/rocksdb.ts'
import type { StoreSizes } from '../sizes.ts'
import { openCore } from './crash.ts'

const batchBlocks = 250

export interface SpaceReport {
  /** Bytes of the keys and values that are there, and what the directory takes on the disk, one after the other. */
  samples: { entries: number; liveBytes: number; diskBytes: number }[]
}

/**
 * Appends so many blocks of 512 bytes, and clears: half way all but a few blocks, then a row of small clears that keeps a
 * tenth. Looks at the disk 20 times on the way, and at the end. What a large clear frees comes back when its merge is done.
 */
export async function spaceRun(entries: number, sizes?: StoreSizes): Promise<SpaceReport> {
  const directory = await mkdtemp(join(tmpdir(), 'hypercore-store-space-'))
  const report: SpaceReport = { samples: [] }
  try {
    const storage = new CoreStorage(directory, { sizes })
    const core = await openCore(storage)
    const store = (storage as unknown as { rocks: RocksDB }).rocks._state.backend as LogStore
    const sample = async (): Promise<void> => {
      const liveBytes = await liveBytesOf(store)
      report.samples.push({ entries: core.length, liveBytes, diskBytes: await diskBytesOf(join(directory, 'db')) })
    }
    const block = Buffer.alloc(512, 1)
    const every = Math.ceil(entries / 20 / batchBlocks) * batchBlocks
    while (core.length < entries) {
      await core.append(Array.from({ length: batchBlocks }, () => block))
      if (core.length === entries / 2) {
        await core.clear(0, core.length - batchBlocks)
        await store.settled()
      }
      if (core.length > entries / 2)
        await core.clear(0, Math.max(entries / 2 - batchBlocks, core.length - entries / 10))
      if (core.length % every === 0) await sample()
    }
    await core.clear(0, core.length - batchBlocks)
    await store.settled()
    await sample()
    await core.close()
    return report
  } finally {
    await rm(directory, { recursive: true })
  }
}

async function liveBytesOf(store: LogStore): Promise<number> {
  let total = 0
  const view = store.view()
  const cursor = view.scan({ start: '', end: undefined }, false)
  for (let entries = await cursor.next(1000); entries.length > 0; entries = await cursor.next(1000)) {
    for (const { key, value } of entries) total += key.length + value.byteLength
  }
  view.release()
  return total
}

/** As the file system has it, not as long as the files are. */
async function diskBytesOf(directory: string): Promise<number> {
  let total = 0
  for (const name of await readdir(directory)) {
    // A merge may have removed it meanwhile.
    total += (await stat(join(directory, name)).catch(() => ({ blocks: 0 }))).blocks * 512
  }
  return total
}
