import { lstat, opendir } from 'node:fs/promises'
import { join } from 'node:path'

const blockBytes = 512

/**
 * What a directory takes on its disk, with all below it; a file with several names counts once, other mounts not at
 * all. What vanishes meanwhile is left out. `isOver` ends the count early: the figure then is too small.
 */
export async function diskUsage(directory: string, isOver: (bytes: number) => boolean = () => false): Promise<number> {
  const root = await lstat(directory)
  const seen = new Set<number>()
  let bytes = root.blocks * blockBytes
  const waiting = [directory]
  while (waiting.length > 0 && !isOver(bytes)) {
    const current = waiting.pop()!
    try {
      for await (const { name } of await opendir(current)) {
        const path = join(current, name)
        const stat = await lstat(path).catch(() => undefined)
        if (!stat || stat.dev !== root.dev || seen.has(stat.ino)) continue
        if (stat.nlink > 1 && !stat.isDirectory()) seen.add(stat.ino)
        bytes += stat.blocks * blockBytes
        if (stat.isDirectory()) waiting.push(path)
        else if (isOver(bytes)) break
      }
    } catch (error) {
      if ((error as { code?: string }).code !== 'ENOENT') throw error
    }
  }
  return bytes
}
