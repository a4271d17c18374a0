import type { ByteString } from './backend.ts'
import type { Memtable, Slot } from './memtable.ts'

/** A table of those that do not overlap. */
export interface SettledTable {
  id: number
  first: ByteString
  last: ByteString
  sizeBytes: number
  entries(): Iterable<[ByteString, Slot]>
}

/** Takes the tables that come out, in order of keys. */
export interface MergeOutput {
  /** The table stays as it is. */
  keep(id: number): void
  /** Goes into a new table. */
  put(key: ByteString, value: Uint8Array): void
  /** True while a new table is being written. */
  readonly isOpen: boolean
  /** New tables are about this long. */
  readonly tableBytes: number
}

/**
 * Merges what is newer into the settled tables. Only tables that it changes are written again; a table that is long enough
 * is not, when all that is new comes after it: so a growing log costs hardly more than one write. Very short ones are
 * taken along when their neighbour is written.
 */
export function merge(newer: Memtable, settled: SettledTable[], output: MergeOutput): void {
  const entries = newer.scan({ start: '', end: undefined }, false)
  let next = entries.next()
  for (const [index, table] of settled.entries()) {
    const bound = settled[index + 1]?.first
    const incoming: [ByteString, Slot][] = []
    for (; next.done !== true && (bound === undefined || next.value[0] < bound); next = entries.next()) {
      const [key, slot] = next.value
      if (slot !== null || key <= table.last) incoming.push(next.value)
    }
    mergeOne(newer, table, incoming, output)
  }
  for (; next.done !== true; next = entries.next()) if (next.value[1] !== null) output.put(next.value[0], next.value[1])
}

function mergeOne(newer: Memtable, table: SettledTable, incoming: [ByteString, Slot][], output: MergeOutput): void {
  const { first, last, id, sizeBytes } = table
  const [start] = incoming
  const changes = newer.deleted.meets(first, last) || (start !== undefined && start[0] <= last)
  const isGone = newer.deleted.coversAll(first, last)
  const isLongEnough =
    start === undefined ? !output.isOpen || sizeBytes >= output.tableBytes / 8 : sizeBytes >= output.tableBytes / 2
  if (isGone || (!changes && isLongEnough)) {
    if (!isGone) output.keep(id)
    putAll(incoming, output)
    return
  }
  let at = 0
  for (const [key, slot] of table.entries()) {
    for (; at < incoming.length && incoming[at]![0] < key; at++) putOne(incoming[at]!, output)
    if (incoming[at]?.[0] === key) putOne(incoming[at++]!, output)
    else if (slot !== null && !newer.deleted.covers(key)) output.put(key, slot)
  }
  putAll(incoming.slice(at), output)
}

function putAll(entries: [ByteString, Slot][], output: MergeOutput): void {
  for (const entry of entries) putOne(entry, output)
}

function putOne([key, slot]: [ByteString, Slot], output: MergeOutput): void {
  if (slot !== null) output.put(key, slot)
}
