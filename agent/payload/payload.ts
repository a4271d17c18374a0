import { lstatSync, mkdirSync, readdirSync, renameSync, rmSync, statfsSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { Logger } from '../../mesh/logger/logger.ts'
import { type EmbeddedPayload, embeddedPayload } from './embedded.ts'
import type { PayloadManifest } from './manifest.ts'
import { openPrivateDirectory } from './private-directory.ts'
import { unpackArchive, verifyCopy } from './unpack.ts'

/** Why the runtime cannot be had. The message says what to do. */
export class PayloadError extends Error {
  constructor(
    readonly code: 'missing' | 'disk-full' | 'damaged',
    message: string,
  ) {
    super(message)
    this.name = 'PayloadError'
  }
}

/** The unpacked runtime: containerd, its shim, runc, CNI plugins, libraries, pause. */
export interface Payload {
  manifest: PayloadManifest
  /**
   * Absolute path of a file (`bin/containerd`) or folder (`cni`, `lib`) of the payload. It goes through the link
   * `current`, and stays valid when a later version replaces this one: shims that outlive an upgrade call runc by it.
   * Throws when the payload has no such file.
   */
  path(name: string): string
  /** What this opening had to do. */
  action: 'unpacked' | 'replaced-damaged' | 'none'
}

export interface PayloadOptions {
  /** A directory for the payload alone, made with mode 0700 where missing. */
  directory: string
  log: Logger
  /** For tests; by default what this program carries. */
  source?: EmbeddedPayload | undefined
}

/**
 * Libraries of the payload for dlopen(), each after those it needs: glibc takes a library that is loaded already
 * where another asks for its name, so that no search path has to be set. bun:ffi's dlopen() wants at least one
 * symbol, hence one of each. (libseccomp is not for us but for runc.)
 */
export const nftablesLibraries = [
  { path: 'lib/libmnl.so.0', symbol: 'mnl_socket_open' },
  { path: 'lib/libnftnl.so.11', symbol: 'nftnl_table_alloc' },
  { path: 'lib/libgmp.so.10', symbol: '__gmpz_init' },
  { path: 'lib/libjansson.so.4', symbol: 'json_object' },
  { path: 'lib/libxtables.so.12', symbol: 'xtables_init' },
  { path: 'lib/libnftables.so.1', symbol: 'nft_ctx_new' },
] as const

/** `bin/pause` is Debian's static catatonit; this argument makes it wait for a signal and reap orphans. */
export const pauseArguments = ['-P'] as const

const copyName = /^[0-9a-f]{16}$/
const temporaryName = /^\.(?:unpack|old|link)-(\d+)$/

/** Removes what crashed processes left half done; that of living ones stays. */
function removeLeftovers(directory: string): void {
  for (const name of readdirSync(directory)) {
    const pid = temporaryName.exec(name)?.[1]
    if (pid === undefined || (Number(pid) !== process.pid && lstatSync(`/proc/${pid}`, { throwIfNoEntry: false }))) {
      continue
    }
    rmSync(join(directory, name), { recursive: true, force: true })
  }
}

function diskFull(directory: string, source: EmbeddedPayload, detail: string): PayloadError {
  const megabytes = (bytes: number) => Math.ceil(bytes / 1e6)
  return new PayloadError(
    'disk-full',
    `cannot unpack the container runtime to ${directory}: the disk is full (${megabytes(source.unpackedBytes)} MB ` +
      `needed, ${detail}); free space there or name another place by --data-dir`,
  )
}

function checkSpace(directory: string, source: EmbeddedPayload): void {
  const { bavail, bsize } = statfsSync(directory)
  const freeBytes = bavail * bsize
  if (freeBytes < source.unpackedBytes) throw diskFull(directory, source, `${Math.floor(freeBytes / 1e6)} MB free`)
}

/** Unpacks beside the copies in use and puts the result in place in one step; a failure leaves them as they were. */
async function install(directory: string, copy: string, source: EmbeddedPayload): Promise<PayloadManifest> {
  const fresh = join(directory, `.unpack-${process.pid}`)
  const old = join(directory, `.old-${process.pid}`)
  checkSpace(directory, source)
  mkdirSync(fresh, { mode: 0o700 })
  try {
    const written = await unpackArchive(source.locate(), fresh)
    const verdict = await verifyCopy(fresh, source.checksum, written)
    if (verdict.state !== 'good') {
      const detail = verdict.state === 'damaged' ? `${verdict.path} ${verdict.reason}` : 'no manifest'
      throw new PayloadError('damaged', `the runtime inside this executable is damaged (${detail}): copy it here again`)
    }
    if (lstatSync(copy, { throwIfNoEntry: false })) renameSync(copy, old)
    renameSync(fresh, copy)
    return verdict.manifest
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOSPC' || code === 'EDQUOT') throw diskFull(directory, source, 'writing failed')
    // Another process was quicker: what it put there is as good as ours.
    const other = code === 'ENOTEMPTY' ? await verifyCopy(copy, source.checksum) : undefined
    if (other?.state === 'good') return other.manifest
    throw error
  } finally {
    rmSync(fresh, { recursive: true, force: true })
    rmSync(old, { recursive: true, force: true })
  }
}

function pointCurrentAt(directory: string, name: string): void {
  const link = join(directory, `.link-${process.pid}`)
  rmSync(link, { force: true })
  symlinkSync(name, link)
  renameSync(link, join(directory, 'current'))
}

/**
 * Makes the payload usable in `directory`: verifies the copy that is there, unpacks where it is missing, damaged or
 * of another build, and removes other copies (programs that run from them go on). Rejects with PayloadError or
 * PrivateDirectoryError; then the last good copy is still in place. Several processes may do so at once.
 */
export async function openPayload(options: PayloadOptions): Promise<Payload> {
  const { directory, log } = options
  const source = 'source' in options ? options.source : embeddedPayload()
  if (!source) {
    throw new PayloadError(
      'missing',
      'this skein carries no container runtime (built with SKEIN_PAYLOAD=none, or run from source before ' +
        'scripts/build): name the socket of your own by --container-runtime-endpoint',
    )
  }
  openPrivateDirectory(directory)
  removeLeftovers(directory)
  const name = source.checksum.slice(0, 16)
  const copy = join(directory, name)
  const verdict = await verifyCopy(copy, source.checksum)
  const action = verdict.state === 'good' ? 'none' : verdict.state === 'damaged' ? 'replaced-damaged' : 'unpacked'
  if (verdict.state === 'damaged') {
    log.warn('the unpacked container runtime is damaged and is replaced', {
      file: join(copy, verdict.path),
      reason: verdict.reason,
    })
  }
  const manifest = verdict.state === 'good' ? verdict.manifest : await install(directory, copy, source)
  if (action !== 'none') {
    log.info('container runtime unpacked', { directory: copy, sizeBytes: source.unpackedBytes })
  }
  pointCurrentAt(directory, name)
  for (const other of readdirSync(directory)) {
    if (copyName.test(other) && other !== name) rmSync(join(directory, other), { recursive: true, force: true })
  }
  return payloadAt(join(directory, 'current'), manifest, action)
}

function payloadAt(root: string, manifest: PayloadManifest, action: Payload['action']): Payload {
  return {
    manifest,
    action,
    path(name) {
      if (!manifest.files.some((file) => file.path === name || file.path.startsWith(`${name}/`))) {
        throw new Error(`the payload has no ${name}`)
      }
      return join(root, name)
    },
  }
}
