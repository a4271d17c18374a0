import { CString, dlopen, FFIType, linkSymbols, type Pointer, ptr, read } from 'bun:ffi'
import { closeSync, openSync } from 'node:fs'
import { constants } from 'node:os'
import { SystemError } from './system-error.ts'

/**
 * Blocking file calls, for Workers alone. Bun's own `fs` would do as well, but for its writes, which go to the kernel past
 * libc: the tests preload a library that records and spoils writes. Looked up with RTLD_DEFAULT, so that it is found first.
 */
const { symbols: loader } = dlopen('libc.so.6', {
  dlsym: { args: ['ptr', 'cstring'], returns: 'ptr' },
  __errno_location: { args: [], returns: 'ptr' },
  strerror: { args: ['i32'], returns: 'ptr' },
})

function address(name: string): Pointer {
  return loader.dlsym(null, Buffer.from(`${name}\0`)) as Pointer
}

const { symbols: libc } = linkSymbols({
  pwrite: { ptr: address('pwrite'), args: ['i32', 'ptr', 'u64', 'i64'], returns: FFIType.i64_fast },
  fdatasync: { ptr: address('fdatasync'), args: ['i32'], returns: 'i32' },
  ftruncate: { ptr: address('ftruncate'), args: ['i32', 'i64'], returns: 'i32' },
  rename: { ptr: address('rename'), args: ['cstring', 'cstring'], returns: 'i32' },
  sched_setscheduler: { ptr: address('sched_setscheduler'), args: ['i32', 'i32', 'ptr'], returns: 'i32' },
  flock: { ptr: address('flock'), args: ['i32', 'i32'], returns: 'i32' },
})

const codes = new Map(Object.entries(constants.errno).map(([code, number]) => [number as number, code]))

function fail(call: string, path: string): never {
  const errno = read.i32(loader.__errno_location() as Pointer, 0)
  const code = codes.get(errno) ?? `errno ${errno}`
  const text = new CString(loader.strerror(errno) as Pointer).toString()
  throw new SystemError(code, `${code}: ${call} of ${path}: ${text}`)
}

/** Writes all of it, however often the kernel stops short. `path` names the file in errors. */
export function pwriteAll(fd: number, bytes: Uint8Array, position: number, path: string): void {
  for (let written = 0; written < bytes.byteLength; ) {
    const count = Number(libc.pwrite(fd, ptr(bytes, written), bytes.byteLength - written, position + written))
    if (count <= 0) fail('write', path)
    written += count
  }
}

export function fdatasync(fd: number, path: string): void {
  if (libc.fdatasync(fd) !== 0) fail('fdatasync', path)
}

export function ftruncate(fd: number, sizeBytes: number, path: string): void {
  if (libc.ftruncate(fd, sizeBytes) !== 0) fail('ftruncate', path)
}

export function rename(from: string, to: string): void {
  if (libc.rename(Buffer.from(`${from}\0`), Buffer.from(`${to}\0`)) !== 0) fail('rename', from)
}

const LOCK_EX = 2
const LOCK_NB = 4

/** False when another open file of this file holds the lock. Never waits. */
export function tryLock(fd: number, path: string): boolean {
  if (libc.flock(fd, LOCK_EX | LOCK_NB) === 0) return true
  if (read.i32(loader.__errno_location() as Pointer, 0) === constants.errno.EWOULDBLOCK) return false
  return fail('flock', path)
}

const SCHED_FIFO = 1

/**
 * Lets this thread run as soon as it can, as Bun's own pool for file calls does: on a busy machine it would otherwise wait
 * for its turn after every sync. For threads that mostly sleep. Without the right to do so nothing changes.
 */
export function runFirst(): void {
  libc.sched_setscheduler(0, SCHED_FIFO, ptr(new Int32Array([1])))
}

/** After a file is made or renamed there: its name is on the disk. */
export function syncDirectory(directory: string): void {
  const fd = openSync(directory, 'r')
  try {
    fdatasync(fd, directory)
  } finally {
    closeSync(fd)
  }
}
