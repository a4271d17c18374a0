import { closeSync, constants, mkdirSync, openSync, readlinkSync, realpathSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { mount, mountFlags } from '../runtime/mount.ts'
import { checkRelativePath, VolumePathError } from './atomic-directory.ts'

const oPath = 0o10000000

/**
 * Binds `subPath` of a volume to `target` and returns it. What containers write may hold links that lead out of the
 * volume, and may change at any moment: so the place is opened once, checked by what was opened, and that is bound.
 */
export function bindSubPath(volume: string, subPath: string, target: string): string {
  checkRelativePath(subPath)
  const root = realpathSync(volume)
  makeFolders(root, subPath)
  const fd = openSync(realpathSync(join(root, subPath)), oPath | constants.O_NOFOLLOW)
  try {
    const opened = readlinkSync(`/proc/self/fd/${fd}`)
    if (opened !== root && !opened.startsWith(`${root}/`)) {
      throw new VolumePathError(`subPath ${JSON.stringify(subPath)} leads out of its volume`)
    }
    mkdirSync(dirname(target), { recursive: true, mode: 0o750 })
    if (statSync(opened).isDirectory()) mkdirSync(target, { recursive: true })
    else writeFileSync(target, '', { flag: 'a' })
    mount(`/proc/self/fd/${fd}`, target, '', mountFlags.bind | mountFlags.recursive)
    return target
  } finally {
    closeSync(fd)
  }
}

/** Makes missing folders one by one, and follows no link out of the volume on the way. */
function makeFolders(root: string, subPath: string): void {
  let path = root
  for (const part of subPath.split('/').filter((name) => name !== '' && name !== '.')) {
    const next = join(path, part)
    if (!statSync(next, { throwIfNoEntry: false })) mkdirSync(next, { mode: 0o755 })
    path = realpathSync(next)
    if (path !== root && !path.startsWith(`${root}/`)) {
      throw new VolumePathError(`subPath ${JSON.stringify(subPath)} leads out of its volume`)
    }
  }
}
