import { chmodSync, closeSync, lstatSync, mkdirSync, openSync, type Stats, statSync } from 'node:fs'
import { dirname } from 'node:path'

/** The host has something else at a hostPath than its type says. */
export class HostPathError extends Error {
  override readonly name = 'HostPathError'
}

const checks: Record<string, { what: string; is: (stat: Stats) => boolean }> = {
  Directory: { what: 'a directory', is: (stat) => stat.isDirectory() },
  File: { what: 'a file', is: (stat) => stat.isFile() },
  Socket: { what: 'a socket file', is: (stat) => stat.isSocket() },
  CharDevice: { what: 'a character device', is: (stat) => stat.isCharacterDevice() },
  BlockDevice: { what: 'a block device', is: (stat) => stat.isBlockDevice() },
}

/** Checks a hostPath volume by its type, and makes what the type says to make. Upstream: host_path.go. */
export function prepareHostPath(path: string, type = ''): void {
  if (type === '') {
    // The runtime makes a missing directory when it mounts; making it here gives the same on every runtime.
    if (!lstatSync(path, { throwIfNoEntry: false })) mkdirSync(path, { recursive: true, mode: 0o755 })
    return
  }
  const wanted = checks[type.replace('OrCreate', '')]
  if (!wanted) throw new HostPathError(`hostPath type ${type} is not known`)
  if (type.endsWith('OrCreate') && !statSync(path, { throwIfNoEntry: false })) create(path, type)
  const stat = statSync(path, { throwIfNoEntry: false })
  if (!stat || !wanted.is(stat)) throw new HostPathError(`hostPath type check failed: ${path} is not ${wanted.what}`)
}

function create(path: string, type: string): void {
  if (type === 'DirectoryOrCreate') {
    mkdirSync(path, { recursive: true })
    chmodSync(path, 0o755)
  } else if (statSync(dirname(path), { throwIfNoEntry: false })) {
    closeSync(openSync(path, 'a', 0o644))
  }
}
