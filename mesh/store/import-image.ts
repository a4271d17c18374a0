import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Damaged } from '../log/damaged.ts'
import type { Logger } from '../logger/logger.ts'
import { decodeHeader, decodeRows, type ImageHeader } from './image.ts'
import { decodeImage, type Section } from './image-file.ts'
import { View } from './view.ts'
import type { ViewPosition } from './view-rows.ts'

/** How far `restore` and `recover` move the revision on: no informer ever sees time go back. */
export const revisionGap = 1_000_000_000

export interface ImportOptions {
  /** The view's database file; there must be none. */
  viewFile: string
  logger: Logger
  /**
   * `anew`: the cluster begins a new generation of its operations with this state; `here`: this node goes on with the same
   * operations from the image's position on.
   */
  as: 'anew' | 'here'
  /** Keys that do not come along. */
  drops?(key: string): boolean
}

/**
 * Makes a view of an image. It is there, whole and durable, or not at all. Throws Damaged for what is no image, cut short or
 * changed.
 */
export async function importImage(chunks: AsyncIterable<Uint8Array>, options: ImportOptions): Promise<ImageHeader> {
  const { viewFile, logger } = options
  const temporary = `${viewFile}.new`
  await removeView(temporary)
  const view = await View.open(temporary, logger)
  let header: ImageHeader | undefined
  try {
    for await (const section of decodeImage(chunks)) {
      if (header === undefined) header = decodeHeader(section)
      else await importSection(view, section, options)
    }
    if (header === undefined) throw new Damaged('the snapshot has no header')
    if (options.as === 'here' && !header.history) throw new Damaged('the image has no history: it is a snapshot')
    await view.importPosition(options.as === 'here' ? header.position : beginningAnew(header.position))
    await view.close()
  } catch (error) {
    await view.close()
    await removeView(temporary)
    throw error
  }
  await replaceView(viewFile, temporary)
  return header
}

/** Puts a closed view in the place of another, closed as well, durably. */
export async function replaceView(viewFile: string, by: string): Promise<void> {
  // What else belongs to the old one would be taken for the new one's.
  for (const suffix of ['-wal', '-shm']) await rm(viewFile + suffix, { force: true })
  await rename(by, viewFile)
  const directory = await open(dirname(viewFile), 'r')
  await directory.sync().finally(() => directory.close())
}

async function importSection(view: View, section: Section, { as, drops }: ImportOptions): Promise<void> {
  const { kind } = section
  if (kind === 'header' || kind === 'keyring' || (as === 'anew' && kind !== 'entries')) return
  const rows = decodeRows(section)
  const isDropped = kind === 'entries' ? drops : undefined
  await view.importRows(kind, isDropped === undefined ? rows : rows.filter(([key]) => !isDropped(key as string)))
}

/** No operation of the new generation is applied yet. */
export function beginningAnew({ revision, timeMs }: ViewPosition): ViewPosition {
  const next = revision + revisionGap
  return { applied: 0, revision: next, timeMs, term: 0, compacted: next }
}

async function removeView(file: string): Promise<void> {
  for (const suffix of ['', '-wal', '-shm']) await rm(file + suffix, { force: true })
}
