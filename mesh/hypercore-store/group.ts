import type { Operation } from './backend.ts'
import type { RecordBuffer } from './record.ts'

const initialBytes = 2 ** 18
/** Buffers that grew beyond are not kept for another group. */
const keptBytes = 2 ** 20

export interface Batch {
  operations: Operation[]
  resolve(): void
  reject(error: Error): void
}

/** Batches that go to the disk by one write and one sync. */
export class Group implements RecordBuffer {
  shared = new SharedArrayBuffer(initialBytes)
  bytes = Buffer.from(this.shared)
  length = 0
  batches: Batch[] = []

  reserve(count: number): void {
    if (this.length + count <= this.bytes.byteLength) return
    const shared = new SharedArrayBuffer(Math.max(this.bytes.byteLength * 2, this.length + count))
    const bytes = Buffer.from(shared)
    bytes.set(this.bytes.subarray(0, this.length))
    this.shared = shared
    this.bytes = bytes
  }

  clear(): void {
    this.length = 0
    this.batches = []
    if (this.bytes.byteLength <= keptBytes) return
    this.shared = new SharedArrayBuffer(initialBytes)
    this.bytes = Buffer.from(this.shared)
  }
}
