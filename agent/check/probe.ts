/** Reads and tries what a machine offers. Whatever is tried happens in namespaces of this thread and is gone with it. */

import { dlopen, FFIType, ptr, read } from 'bun:ffi'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { release } from 'node:os'
import { join } from 'node:path'
import { nftablesLibraries, type Payload } from '../payload/payload.ts'
import { type MachineFacts, neededFiles } from './machine.ts'

type Attempt = { works: true } | { works: false; reason: string }

const cloneNewNs = 0x00020000
const cloneNewNet = 0x40000000
const netlinkFamily = 16
const rawSocket = 3
const netfilterProtocol = 12
const msRec = 0x4000
const msPrivate = 0x40000

const errorNames: Record<number, string> = {
  1: 'not permitted',
  12: 'no memory',
  19: 'not in this kernel',
  22: 'invalid',
  93: 'not in this kernel',
  97: 'not in this kernel',
}

const pointer = FFIType.ptr
const { symbols: libc } = dlopen('libc.so.6', {
  unshare: { args: [FFIType.i32], returns: FFIType.i32 },
  mount: { args: [pointer, pointer, pointer, FFIType.u64, pointer], returns: FFIType.i32 },
  socket: { args: [FFIType.i32, FFIType.i32, FFIType.i32], returns: FFIType.i32 },
  close: { args: [FFIType.i32], returns: FFIType.i32 },
  __errno_location: { args: [], returns: pointer },
  gnu_get_libc_version: { args: [], returns: FFIType.cstring },
})

const cString = (text: string) => ptr(Buffer.from(`${text}\0`))

/** Gives back what a C function returned; throws where that is below zero. */
function call(what: string, result: number): number {
  if (result >= 0) return result
  const errno = read.i32(libc.__errno_location()!, 0)
  throw new Error(`${what}: ${errorNames[errno] ?? `error ${errno}`}`)
}

function attempt(action: () => void): Attempt {
  try {
    action()
    return { works: true }
  } catch (error) {
    return { works: false, reason: (error as Error).message }
  }
}

/** Mounts an overlay within `directory`, since it depends on the file system there. */
function tryOverlay(directory: string): void {
  const base = join(directory, `overlay-${process.pid}`)
  try {
    for (const name of ['lower', 'upper', 'work', 'merged']) mkdirSync(join(base, name), { recursive: true })
    call('new mount namespace', libc.unshare(cloneNewNs))
    call('private mounts', libc.mount(cString('none'), cString('/'), null, msRec | msPrivate, null))
    const options = cString(`lowerdir=${base}/lower,upperdir=${base}/upper,workdir=${base}/work`)
    call('mount', libc.mount(cString('overlay'), cString(join(base, 'merged')), cString('overlay'), 0, options))
    const { symbols } = dlopen('libc.so.6', { umount2: { args: [pointer, FFIType.i32], returns: FFIType.i32 } })
    call('unmount', symbols.umount2(cString(join(base, 'merged')), 0))
  } finally {
    rmSync(base, { recursive: true, force: true })
  }
}

/** Makes a table by the payload's libnftables in a network namespace that ends with this process. */
function tryNftables(payload: Payload | undefined): void {
  if (!payload) throw new Error('not tried: it needs the payload')
  // libnftables ends the process where this socket cannot be had.
  libc.close(call('netfilter socket', libc.socket(netlinkFamily, rawSocket, netfilterProtocol)))
  for (const { path, symbol } of nftablesLibraries) dlopen(payload.path(path), { [symbol]: {} })
  const { symbols: nft } = dlopen(payload.path('lib/libnftables.so.1'), {
    nft_ctx_new: { args: [FFIType.u32], returns: pointer },
    nft_ctx_free: { args: [pointer], returns: FFIType.void },
    nft_run_cmd_from_buffer: { args: [pointer, pointer], returns: FFIType.i32 },
  })
  call('new network namespace', libc.unshare(cloneNewNet))
  const context = nft.nft_ctx_new(0)
  if (nft.nft_run_cmd_from_buffer(context, cString('add table inet skein_check')) !== 0) {
    throw new Error('the kernel makes no table')
  }
  nft.nft_ctx_free(context)
}

function hasLibrary(name: string): boolean {
  try {
    dlopen(name, { seccomp_version: { args: [], returns: pointer } }).close()
    return true
  } catch {
    return false
  }
}

/** `directory` is one that may be written and lies where containers will. Changes this thread's namespaces. */
export function probeMachine(directory: string, payload: Payload | undefined): MachineFacts {
  const status = readFileSync('/proc/self/status', 'utf8')
  return {
    kernelRelease: release(),
    glibcVersion: String(libc.gnu_get_libc_version()),
    mounts: readFileSync('/proc/self/mounts', 'utf8'),
    capabilities: BigInt(`0x${/^CapEff:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? '0'}`),
    hasTunDevice: existsSync('/dev/net/tun'),
    hasLibseccomp: hasLibrary('libseccomp.so.2'),
    missingFiles: neededFiles.filter((file) => !existsSync(file)),
    overlay: attempt(() => tryOverlay(directory)),
    nftables: attempt(() => tryNftables(payload)),
  }
}
