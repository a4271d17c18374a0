import { readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/** What a log file is renamed to, as upstream does: sorted by name, they are in the order in which they were written. */
export function rotatedName(file: string, timeMs: number): string {
  const time = new Date(timeMs).toISOString().replace(/[-:T]|\..*/g, '')
  return `${file}.${time.slice(0, 8)}-${time.slice(8)}`
}

/** The rotated files of a log, the oldest first. */
export async function rotatedFiles(file: string): Promise<string[]> {
  const prefix = `${basename(file)}.`
  const names = (await readdir(dirname(file))).filter((name) => name.startsWith(prefix))
  return names.sort().map((name) => join(dirname(file), name))
}
