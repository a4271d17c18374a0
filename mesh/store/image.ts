import { Decoder } from 'cbor-x'
import { Damaged } from '../log/damaged.ts'
import { assertKnownLevel, knownFeatureLevel } from '../log/feature-level.ts'
import type { Section } from './image-file.ts'
import type { View } from './view.ts'
import type { ImagePage, ImageRow, ImageTable } from './view-image.ts'
import type { ViewPosition } from './view-rows.ts'

/** The first section of an image. Fields only get added. */
export interface ImageHeader {
  position: ViewPosition
  /** What a node must know to go on from it. */
  featureLevel: number
  /** Whether it holds what was before, beside what is. */
  history: boolean
  /** What those above the store want to know of it, such as the cluster's name. */
  about: Record<string, string | number>
}

const pageRows = 1000
const pageBytes = 1024 * 1024
const decoder = new Decoder({ useRecords: false, structures: [], structuredClone: false })

const stateTables: readonly ImageTable[] = ['entries']
const historyTables: readonly ImageTable[] = ['entries', 'changes', 'blocks', 'recent', 'expiries']

/**
 * The state at one moment, as sections, while writes go on. With history it is all that a node needs to go on from there
 * with the operations from `position.applied` on; without, what a cluster that begins anew needs.
 */
export async function* imageSections(
  view: View,
  history: boolean,
  about: ImageHeader['about'],
): AsyncGenerator<Section> {
  const { image, position } = await view.beginImage()
  try {
    const header: ImageHeader = { position, featureLevel: knownFeatureLevel, history, about }
    yield { kind: 'header', payload: Buffer.from(JSON.stringify(header)) }
    for (const table of history ? historyTables : stateTables) {
      let after: ImageRow | null = null
      for (;;) {
        const page: ImagePage | undefined = await view.imagePage(image, table, after, pageRows, pageBytes)
        if (page === undefined) break
        yield { kind: table, payload: page.payload }
        after = page.after
      }
    }
  } finally {
    await view.endImage(image)
  }
}

export function decodeHeader({ kind, payload }: Section): ImageHeader {
  if (kind !== 'header') throw new Damaged('the snapshot does not begin with its header')
  const header = JSON.parse(Buffer.from(payload).toString()) as ImageHeader
  assertKnownLevel('the snapshot', header.featureLevel)
  return header
}

/** The rows of a section that holds a table. */
export function decodeRows({ kind, payload }: Section): ImageRow[] {
  let rows: unknown
  try {
    rows = decoder.decode(payload)
  } catch {
    // Said below, for all that is no list of rows.
  }
  if (Array.isArray(rows) && rows.every(Array.isArray)) return rows as ImageRow[]
  throw new Damaged(`the ${kind} of the snapshot cannot be read: it was changed or is damaged`)
}
