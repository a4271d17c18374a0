import { type BlockRow, type ChangeRow, changeKinds, type EntryRow, type ViewBatch } from './view-rows.ts'

const entryNumbers = 4
const changeNumbers = 7
const blockNumbers = 6
const recentNumbers = 2

/** Texts as one, and the length of each: every string that is posted by itself costs a third of a microsecond. */
interface PackedTexts {
  text: string
  lengths: Uint32Array
}

/**
 * A batch on its way to the view's thread: few large pieces, since what is posted is copied object by object; and no value's
 * memory is touched but to copy it, which keeps the state's values small (JavaScriptCore makes an ArrayBuffer of its own for
 * each that is posted).
 */
export interface PackedBatch extends Pick<ViewBatch, 'position' | 'expiries'> {
  /** Of the entries, in order. */
  keys: PackedTexts
  /** Of each entry: revision, created, expiresMs, bytes of its value or -1 when it was deleted. */
  entries: Float64Array
  values: Uint8Array
  /** Of each change: place of its key in `keys`, revision, created, timeMs, block, deleted, kind. */
  changes: Float64Array
  /** Of each block: block, revision, timeMs, kind, sizeBytes, live. */
  blocks: Float64Array
  recentIds: PackedTexts
  /** Of each recent id: revision, timeMs. */
  recent: Float64Array
  refusals: PackedTexts
}

export function packBatch({ position, expiries, entries, changes, blocks, recent }: ViewBatch): PackedBatch {
  const places = new Map<string, number>()
  const rows = new Float64Array(entries.size * entryNumbers)
  let sizeBytes = 0
  for (const row of entries.values()) sizeBytes += row?.value.byteLength ?? 0
  const values = new Uint8Array(sizeBytes)
  let offset = 0
  for (const [key, row] of entries) {
    const at = places.size * entryNumbers
    places.set(key, places.size)
    rows[at + 3] = -1
    if (row === null) continue
    rows[at] = row.revision
    rows[at + 1] = row.created
    rows[at + 2] = row.expiresMs
    rows[at + 3] = row.value.byteLength
    values.set(row.value, offset)
    offset += row.value.byteLength
  }
  return {
    ...{ position, expiries, keys: packTexts([...places.keys()]), entries: rows, values },
    changes: packChanges(changes, places),
    blocks: packBlocks(blocks),
    recentIds: packTexts(recent.map(({ id }) => id)),
    recent: Float64Array.from(recent.flatMap(({ revision, timeMs }) => [revision, timeMs])),
    refusals: packTexts(recent.map(({ refusal }) => refusal)),
  }
}

/** The memory of a batch: to be given away with it, not copied. */
export function buffersOf(batch: PackedBatch): ArrayBuffer[] {
  const { entries, values, changes, blocks, recent } = batch
  const texts = [batch.keys, batch.recentIds, batch.refusals].map(({ lengths }) => lengths)
  return [entries, values, changes, blocks, recent, ...texts].map(({ buffer }) => buffer as ArrayBuffer)
}

function packTexts(texts: readonly string[]): PackedTexts {
  return { text: texts.join(''), lengths: Uint32Array.from(texts, ({ length }) => length) }
}

function unpackTexts({ text, lengths }: PackedTexts): string[] {
  let end = 0
  return Array.from(lengths, (length) => {
    end += length
    return text.substring(end - length, end)
  })
}

function packChanges(changes: readonly ChangeRow[], places: ReadonlyMap<string, number>): Float64Array {
  const packed = new Float64Array(changes.length * changeNumbers)
  let at = 0
  for (const { key, revision, created, timeMs, block, deleted, kind } of changes) {
    packed[at++] = places.get(key)!
    packed[at++] = revision
    packed[at++] = created
    packed[at++] = timeMs
    packed[at++] = block
    packed[at++] = deleted ? 1 : 0
    packed[at++] = changeKinds.indexOf(kind)
  }
  return packed
}

function packBlocks(blocks: readonly BlockRow[]): Float64Array {
  const packed = new Float64Array(blocks.length * blockNumbers)
  let at = 0
  for (const { block, revision, timeMs, kind, sizeBytes, live } of blocks) {
    packed[at++] = block
    packed[at++] = revision
    packed[at++] = timeMs
    packed[at++] = changeKinds.indexOf(kind)
    packed[at++] = sizeBytes
    packed[at++] = live
  }
  return packed
}

export function unpackBatch(packed: PackedBatch): ViewBatch {
  const { position, expiries } = packed
  const keys = unpackTexts(packed.keys)
  const refusals = unpackTexts(packed.refusals)
  const entries = unpackEntries(packed, keys)
  const changes: ChangeRow[] = []
  for (let at = 0; at < packed.changes.length; at += changeNumbers) {
    const [place, revision, created, timeMs, block, deleted, kind] = row(packed.changes, at)
    const key = keys[place]!
    changes.push({ key, revision, created, timeMs, block, deleted: deleted === 1, kind: changeKinds[kind]! })
  }
  const blocks: BlockRow[] = []
  for (let at = 0; at < packed.blocks.length; at += blockNumbers) {
    const [block, revision, timeMs, kind, sizeBytes, live] = row(packed.blocks, at)
    blocks.push({ block, revision, timeMs, kind: changeKinds[kind]!, sizeBytes, live })
  }
  const recent = unpackTexts(packed.recentIds).map((id, at) => {
    const [revision, timeMs] = row(packed.recent, at * recentNumbers)
    return { id, revision, timeMs, refusal: refusals[at]! }
  })
  return { position, expiries, entries, changes, blocks, recent }
}

function unpackEntries({ entries, values }: PackedBatch, keys: readonly string[]): Map<string, EntryRow | null> {
  const unpacked = new Map<string, EntryRow | null>()
  let offset = 0
  for (const [at, key] of keys.entries()) {
    const [revision, created, expiresMs, sizeBytes] = row(entries, at * entryNumbers)
    if (sizeBytes < 0) {
      unpacked.set(key, null)
      continue
    }
    unpacked.set(key, { key, value: values.subarray(offset, offset + sizeBytes), revision, created, expiresMs })
    offset += sizeBytes
  }
  return unpacked
}

type Row = [number, number, number, number, number, number, number]

/** The numbers from there on; more than the row has are another's. */
function row(packed: Float64Array, at: number): Row {
  return [...packed.subarray(at, at + changeNumbers)] as Row
}
