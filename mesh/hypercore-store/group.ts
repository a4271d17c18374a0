import type { Operation } from './backend.ts'
import { GrowingBuffer } from './growing-buffer.ts'

const initialBytes = 2 ** 18
/** A buffer that grew beyond is not kept for another group. */
const keptBytes = 2 ** 21

export interface Batch {
  /** A hint, which readers see before it is durable. */
  isApplied: boolean
  /** To be seen by readers when the group is durable. */
  operations: Operation[]
  resolve(): void
  reject(error: Error): void
}

/** Batches that reach the disk by one write and one sync. Its bytes are shared with the log's thread. */
export class Group extends GrowingBuffer {
  segment = 0
  /** Of the last batch. */
  sequence = 0
  batches: Batch[] = []
  /** Someone waits for it. */
  urgent = false

  constructor() {
    super(initialBytes)
  }

  protected override allocate(sizeBytes: number): Buffer {
    return Buffer.from(new SharedArrayBuffer(sizeBytes))
  }

  get shared(): SharedArrayBuffer {
    return this.bytes.buffer as unknown as SharedArrayBuffer
  }

  clear(): void {
    this.length = 0
    this.batches = []
    this.urgent = false
    if (this.bytes.byteLength > keptBytes) this.bytes = this.allocate(initialBytes)
  }
}
