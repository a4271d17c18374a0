import { closeSync, openSync, readdirSync, readFileSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { ByteString } from './backend.ts'
import { DamagedFile } from './damage.ts'
import { serveDisk } from './disk-thread.ts'
import { fdatasync, ftruncate, pwriteAll, rename, syncDirectory } from './libc.ts'
import { decodeManifest, emptyManifest, encodeManifest, type Manifest, manifestName } from './manifest.ts'
import { type MergeOutput, merge } from './merge.ts'
import { segmentOf, segmentPath } from './segment.ts'
import { indexSegment } from './segment-index.ts'
import type { StoreSizes } from './sizes.ts'
import { TableFile, type TableRun } from './table-file.ts'
import type { BlockInfo, BlockReader } from './table-format.ts'
import { TableWriter } from './table-writer.ts'

declare const self: Worker

let directory = ''
let tableBytes = 0
let manifest: Manifest = emptyManifest
/** The settled tables, as far as a merge needed them. */
let opened = new Map<number, TableFile>()

function commit(next: Manifest): void {
  const path = join(directory, manifestName)
  const bytes = encodeManifest(next)
  const fd = openSync(`${path}.next`, 'w', 0o600)
  try {
    ftruncate(fd, 0, path)
    pwriteAll(fd, bytes, 0, path)
    fdatasync(fd, path)
  } finally {
    closeSync(fd)
  }
  // The names of new tables, before one that counts on them.
  syncDirectory(directory)
  rename(`${path}.next`, path)
  syncDirectory(directory)
  manifest = next
}

/** Removes tables that the manifest does not name. */
function sweep(): void {
  const tables = new Set([...manifest.recent, ...manifest.settled])
  opened = new Map([...opened].filter(([id]) => tables.has(id)))
  for (const name of readdirSync(directory)) {
    if (name.endsWith('.table') && !tables.has(Number.parseInt(name, 10))) unlinkSync(join(directory, name))
  }
}

class TableOutput implements MergeOutput {
  readonly tableBytes = tableBytes
  readonly order: number[] = []
  nextTable = manifest.nextTable
  #writer: TableWriter | undefined

  get isOpen(): boolean {
    return this.#writer !== undefined
  }

  keep(id: number): void {
    this.end()
    this.order.push(id)
  }

  copy(key: ByteString, block: BlockReader, index: number): void {
    this.#open().copy(key, block, index)
  }

  copyBlock(info: BlockInfo, bytes: Buffer): void {
    this.#open().copyBlock(info, bytes)
  }

  #open(): TableWriter {
    if (this.#writer !== undefined && this.#writer.sizeBytes >= tableBytes) this.end()
    this.#writer ??= new TableWriter(directory, this.nextTable++)
    return this.#writer
  }

  end(): void {
    if (this.#writer === undefined) return
    this.#writer.finish()
    this.order.push(this.#writer.id)
    this.#writer = undefined
  }
}

const calls = {
  /** Reads the manifest, or makes the first one; gives the numbers of all segments too, in order. */
  open(path: string, sizes: StoreSizes): { manifest: Manifest; segments: number[] } {
    directory = path
    tableBytes = sizes.tableBytes
    const names = readdirSync(directory)
    const segments = names.flatMap((name) => segmentOf(name) ?? []).sort((a, b) => a - b)
    if (names.includes(manifestName)) {
      manifest = decodeManifest(readFileSync(join(directory, manifestName)), join(directory, manifestName))
      sweep()
    } else if (segments.length > 0 || names.some((name) => name.endsWith('.table'))) {
      throw new DamagedFile(join(directory, manifestName), 0, 'it is missing, but there is data beside it')
    } else commit(emptyManifest)
    return { manifest, segments }
  },

  /** Makes a table of the manifest's first segment, which ends with the batch `sequence`. */
  flush(sequence: number): Manifest {
    const { firstSegment: segment, nextTable } = manifest
    const path = segmentPath(directory, segment)
    const bytes = readFileSync(path)
    const memtable = indexSegment({ segment, path, bytes }, manifest.sequence, sequence)
    const writer = new TableWriter(directory, nextTable)
    for (const [key, place] of memtable.scan({ start: '', end: undefined }, false)) {
      if (typeof place === 'number') writer.copyPut(key, bytes, place)
      else writer.add(key, place)
    }
    writer.finish(memtable.deleted)
    commit({
      ...manifest,
      sequence,
      firstSegment: segment + 1,
      nextTable: nextTable + 1,
      recent: [nextTable, ...manifest.recent],
    })
    return manifest
  },

  /** Merges the recent tables into the settled ones. */
  merge(): Manifest {
    const newer: TableRun[] = []
    const output = new TableOutput()
    try {
      for (const id of manifest.recent) newer.push(new TableFile(directory, id).run())
      const settled = manifest.settled.map((id) => {
        const table = opened.get(id) ?? new TableFile(directory, id)
        opened.set(id, table)
        return table
      })
      merge(newer, settled, output)
    } finally {
      for (const run of newer) run.close()
    }
    output.end()
    commit({ ...manifest, nextTable: output.nextTable, recent: [], settled: output.order })
    sweep()
    // The heap of a thread that waits is not collected: what the merge needed would stay.
    setTimeout(() => Bun.gc(true))
    return manifest
  },
}

serveDisk(self, calls)
