import { closeSync, existsSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { serveDisk } from './disk-thread.ts'
import { fdatasync, ftruncate, pwriteAll, rename, runFirst, syncDirectory } from './libc.ts'
import { segmentHeader } from './segment.ts'

declare const self: Worker

let current = { path: '', fd: -1 }

const shared = new Map<number, Uint8Array>()

const page = new Uint8Array(4096)

/**
 * Page by page: from longer writes Linux 6.18 makes large folios in its cache, and a sync of a few bytes of one sends more
 * than their pages to the device.
 */
function fillWithZeros(fd: number, sizeBytes: number, path: string): void {
  for (let offset = 0; offset < sizeBytes; offset += page.byteLength) pwriteAll(fd, page, offset, path)
}

/** Writes of the log: each call is answered when what it wrote is on the disk. */
const calls = {
  share(id: number, buffer: SharedArrayBuffer): void {
    shared.set(id, new Uint8Array(buffer))
  },

  unshare(id: number): void {
    shared.delete(id)
  },

  /** How long the fsync took, in ms. */
  append(path: string, id: number, length: number, position: number): number {
    if (current.path !== path) {
      calls.close()
      current = { path, fd: openSync(path, 'r+') }
    }
    if (length === 0) return 0
    pwriteAll(current.fd, shared.get(id)!.subarray(0, length), position, path)
    const beginMs = performance.now()
    fdatasync(current.fd, path)
    return performance.now() - beginMs
  },

  /** Makes the file of a segment, from one that is no longer needed if there is one. */
  prepare(path: string, segment: number, segmentBytes: number, from: string | undefined): void {
    const used = from !== undefined && existsSync(from)
    if (used && from !== path) rename(from, path)
    const fd = openSync(path, used ? 'r+' : 'w+', 0o600)
    try {
      if (!used) fillWithZeros(fd, segmentBytes, path)
      // A large batch made it longer.
      else ftruncate(fd, segmentBytes, path)
      pwriteAll(fd, segmentHeader(segment), 0, path)
      fdatasync(fd, path)
    } finally {
      closeSync(fd)
    }
    syncDirectory(dirname(path))
  },

  close(): void {
    if (current.fd !== -1) closeSync(current.fd)
    current = { path: '', fd: -1 }
  },
}

runFirst()
serveDisk(self, calls)
