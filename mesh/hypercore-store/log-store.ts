import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Backend, ByteString, Cursor, Entry, KeyRange, Operation, View } from './backend.ts'
import { DirectoryLock } from './directory-lock.ts'
import { Group } from './group.ts'
import { LogWriter } from './log-writer.ts'
import { Memtable } from './memtable.ts'
import { decodeBody, encodeRecord, type Pages, padded, recordAt, recordHeaderBytes } from './record.ts'

const segment = 1

/** An append-only log with group commit, and an index of it in memory. */
export class LogStore implements Backend {
  readonly #directory: string
  readonly #memtable = new Memtable()
  readonly #pages: Pages = new Map()
  #lock: DirectoryLock | undefined
  #writer: LogWriter | undefined
  #position = 0
  #sequence = 0
  #durable = 0
  #pending = new Group()
  #writing: Group | undefined
  #spare: Group | undefined = new Group()
  #done: Promise<void> = Promise.resolve()
  #failure: Error | undefined

  constructor(directory: string) {
    this.#directory = directory
  }

  async open(): Promise<void> {
    this.#lock = await DirectoryLock.take(this.#directory)
    const path = join(this.#directory, '000001.segment')
    await writeFile(path, '', { flag: 'a' })
    await this.#replay(path)
    this.#writer = new LogWriter()
    await this.#writer.call({ call: 'open', path })
  }

  async #replay(path: string): Promise<void> {
    const bytes = Buffer.from(await Bun.file(path).arrayBuffer())
    for (;;) {
      const record = recordAt(bytes, this.#position, segment)
      if (record === undefined || record.sequence !== this.#sequence + 1) break
      const operations = decodeBody(bytes, this.#position + recordHeaderBytes, record.bodyEnd, this.#pages)
      for (const operation of operations) this.#memtable.apply(operation)
      this.#position = padded(record.bodyEnd)
      this.#sequence = record.sequence
    }
    this.#durable = this.#sequence
  }

  write(operations: Operation[], hint: boolean): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    const owned = operations.map((operation) =>
      operation.kind === 'put' ? { ...operation, value: Buffer.from(operation.value) } : operation,
    )
    const head = { segment, sequence: ++this.#sequence, durable: this.#durable }
    encodeRecord(this.#pending, head, owned, this.#pages)
    if (hint) {
      for (const operation of owned) this.#memtable.apply(operation)
      this.#pending.batches.push({ operations: [], resolve() {}, reject() {} })
      setTimeout(() => this.#commit(), 50)
      return Promise.resolve()
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#pending.batches.push({ operations: owned, resolve, reject })
    this.#commit()
    return promise
  }

  #commit(): void {
    if (this.#writing !== undefined || this.#pending.length === 0) return
    const group = this.#pending
    const sequence = this.#sequence
    this.#writing = group
    this.#pending = this.#spare ?? new Group()
    const { shared: buffer, length } = group
    const position = this.#position
    this.#position += length
    this.#done = this.#writer!.call({ call: 'append', buffer, length, position }).then(
      () => {
        this.#durable = sequence
        for (const { operations, resolve } of group.batches) {
          for (const operation of operations) this.#memtable.apply(operation)
          resolve()
        }
        group.clear()
        this.#spare = group
        this.#writing = undefined
        this.#commit()
      },
      (error: Error) => {
        this.#failure = error
        for (const { reject } of [...group.batches, ...this.#pending.batches]) reject(error)
      },
    )
  }

  get(key: ByteString): Buffer | null {
    return own(this.#memtable.get(key))
  }

  view(): View {
    const memtable = this.#memtable.snapshot()
    return {
      get: (key) => own(memtable.get(key)),
      scan: (range, reverse) => new MemoryCursor(memtable, range, reverse),
      release() {},
    }
  }

  async flush(): Promise<void> {
    this.#commit()
    while (this.#writing !== undefined && this.#failure === undefined) await this.#done
    if (this.#failure !== undefined) throw this.#failure
  }

  async compact(): Promise<void> {}

  async close(): Promise<void> {
    try {
      if (this.#failure === undefined) await this.flush()
    } finally {
      this.#writer?.terminate()
      await this.#lock?.release()
    }
  }
}

function own(slot: Uint8Array | null | undefined): Buffer | null {
  return slot === undefined || slot === null ? null : Buffer.from(slot)
}

class MemoryCursor implements Cursor {
  readonly #entries: Generator<[ByteString, Uint8Array | null]>

  constructor(memtable: Memtable, range: KeyRange, reverse: boolean) {
    this.#entries = memtable.scan(range, reverse)
  }

  next(count: number): Entry[] {
    const entries: Entry[] = []
    while (entries.length < count) {
      const { value, done } = this.#entries.next()
      if (done === true) break
      if (value[1] !== null) entries.push({ key: value[0], value: Buffer.from(value[1]) })
    }
    return entries
  }

  close(): void {}
}
