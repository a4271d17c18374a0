import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { RocksDB } from '../rocksdb/rocksdb.ts'
import type { StoreSizes } from '../sizes.ts'
import { Random } from './random.ts'

/** Small, so that a short run rotates, flushes and merges often. */
export const smallSizes: StoreSizes = {
  segmentBytes: 2 ** 16,
  tableBytes: 2 ** 17,
  cacheBytes: 2 ** 16,
  freeableBytes: 2 ** 16,
}

type Model = Map<string, string>

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')

/** Random work on a store (in memory: what is synced is not the point) and on a plain map; throws at the first difference. */
export async function fuzz(seed: number, steps: number): Promise<void> {
  const directory = await mkdtemp(join('/dev/shm', `hypercore-store-fuzz-${seed}-`))
  const run = new FuzzRun(new Random(seed), directory)
  try {
    await run.open()
    for (let step = 0; step < steps; step++) await run.step()
    await run.close()
  } catch (error) {
    throw new Error(`fuzz with seed ${seed}: ${(error as Error).stack}`)
  } finally {
    await rm(directory, { recursive: true })
  }
}

class FuzzRun {
  readonly #random: Random
  readonly #directory: string
  readonly #model: Model = new Map()
  #root!: RocksDB
  #db!: RocksDB
  #snapshots: { db: RocksDB; model: Model }[] = []

  constructor(random: Random, directory: string) {
    this.#random = random
    this.#directory = directory
  }

  async open(): Promise<void> {
    this.#root = new RocksDB(this.#directory, { sizes: smallSizes })
    this.#db = this.#root.columnFamily('fuzz')
    await this.#db.ready()
  }

  async close(): Promise<void> {
    for (const { db } of this.#snapshots.splice(0)) await db.close()
    await this.#db.close()
    await this.#root.close()
  }

  async step(): Promise<void> {
    const random = this.#random
    await this.#write()
    await this.#check(this.#db, this.#model)
    if (random.oneIn(15)) this.#snapshots.push({ db: this.#db.snapshot(), model: new Map(this.#model) })
    const kept = this.#snapshots[random.below(this.#snapshots.length + 1)]
    if (kept !== undefined) await this.#check(kept.db, kept.model)
    if (this.#snapshots.length > 5) await this.#snapshots.shift()!.db.close()
    if (random.oneIn(100)) await this.#db.compactRange()
    if (random.oneIn(80)) {
      await this.close()
      await this.open()
      await this.#check(this.#db, this.#model)
    }
  }

  /** One to four batches at once. */
  async #write(): Promise<void> {
    const random = this.#random
    const flushes: Promise<void>[] = []
    for (let count = random.oneIn(3) ? 4 : 1; count > 0; count--) {
      const batch = this.#db.write({ autoDestroy: true })
      if (random.oneIn(4)) this.#put(batch, Buffer.from([4, random.below(3), 2]))
      else for (let operations = random.below(30); operations > 0; operations--) this.#operation(batch)
      flushes.push(batch.flush())
    }
    await Promise.all(flushes)
  }

  #operation(batch: ReturnType<RocksDB['write']>): void {
    const random = this.#random
    const dice = random.below(20)
    if (dice < 13) this.#put(batch, this.#key())
    else if (dice < 16) {
      const key = this.#key()
      batch.tryDelete(key)
      this.#model.delete(text(key))
    } else if (dice < 17) {
      const [start, end] = [this.#key(), this.#key()]
      batch.tryDeleteRange(start, end)
      for (const key of this.#model.keys()) if (key >= text(start) && key < text(end)) this.#model.delete(key)
      // What hands its buffers over may write to them after.
      start.fill(1)
    } else this.#changePage(batch)
  }

  /** As hypercore changes a page of its bitfield in place. */
  #changePage(batch: ReturnType<RocksDB['write']>): void {
    const key = Buffer.from([5, this.#random.below(3)])
    const before = this.#model.get(text(key))
    const page = before?.length === 4096 ? Buffer.from(before, 'latin1') : Buffer.alloc(4096)
    page[this.#random.below(4096)]! ^= 255
    batch.tryPut(key, page)
    this.#model.set(text(key), text(page))
  }

  #put(batch: ReturnType<RocksDB['write']>, key: Buffer): void {
    const random = this.#random
    const size = random.oneIn(12) ? 4096 : random.oneIn(200) ? 50_000 : random.below(700)
    const value = Buffer.alloc(size, random.below(256))
    batch.tryPut(key, value)
    this.#model.set(text(key), text(value))
  }

  #key(): Buffer {
    const random = this.#random
    const key = Buffer.alloc(1 + random.below(4))
    for (let index = 0; index < key.length; index++)
      key[index] = random.oneIn(4) ? 255 - random.below(4) : random.below(12)
    return key
  }

  async #check(db: RocksDB, model: Model): Promise<void> {
    const random = this.#random
    const bounds = { [random.oneIn(2) ? 'gt' : 'gte']: random.oneIn(3) ? undefined : this.#key() }
    Object.assign(bounds, { [random.oneIn(2) ? 'lt' : 'lte']: random.oneIn(3) ? undefined : this.#key() })
    const options = { ...bounds, reverse: random.oneIn(2), limit: random.oneIn(3) ? random.below(100) : -1 }
    const found: [string, string][] = []
    for await (const entry of db.iterator(options)) {
      const { key, value } = entry as { key: Buffer; value: Buffer }
      found.push([text(key), text(value)])
      value.fill(0)
    }
    same(found, expected(model, options), JSON.stringify(options))
    const keys = [this.#key(), Buffer.from([4, random.below(3), 2]), Buffer.from([5, 0])]
    const batch = db.read({ autoDestroy: true })
    const reads = keys.map((key) => batch.get(key))
    batch.tryFlush()
    for (const [index, value] of (await Promise.all(reads)).entries()) {
      const name = text(keys[index]!)
      const [got, wanted] = [value === null ? undefined : text(value), model.get(name)]
      if (got !== wanted) throw new Error(`get of ${JSON.stringify(name)}: ${got?.length} bytes, not ${wanted?.length}`)
      value?.fill(0)
    }
  }
}

interface Options {
  gt?: Buffer
  gte?: Buffer
  lt?: Buffer
  lte?: Buffer
  reverse: boolean
  limit: number
}

function expected(model: Model, { gt, gte, lt, lte, reverse, limit }: Options): [string, string][] {
  const within = (key: string): boolean =>
    (gt === undefined || key > text(gt)) &&
    (gte === undefined || key >= text(gte)) &&
    (lt === undefined || key < text(lt)) &&
    (lte === undefined || key <= text(lte))
  const entries = [...model].filter(([key]) => within(key)).sort(([a], [b]) => (a < b ? -1 : 1))
  if (reverse) entries.reverse()
  return limit < 0 ? entries : entries.slice(0, limit)
}

function same(found: [string, string][], wanted: [string, string][], what: string): void {
  const index = wanted.findIndex(([key, value], at) => found[at]?.[0] !== key || found[at]?.[1] !== value)
  if (index === -1 && found.length === wanted.length) return
  const [got, want] = [found[index]?.[0], wanted[index]?.[0]].map((key) => JSON.stringify(key))
  throw new Error(`scan ${what}: ${found.length} entries, not ${wanted.length}; at ${index} ${got}, not ${want}`)
}
