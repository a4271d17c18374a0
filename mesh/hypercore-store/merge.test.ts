import { expect, test } from 'bun:test'
import type { Operation } from './backend.ts'
import { Memtable } from './memtable.ts'
import { type MergeOutput, merge } from './merge.ts'

const long = 1000

/** Writes down what a merge does: `keep 1`, `[a=new b=old]`. */
class Notes implements MergeOutput {
  readonly tableBytes = long
  readonly lines: string[] = []
  #entries: string[] = []

  get isOpen(): boolean {
    return this.#entries.length > 0
  }

  keep(id: number): void {
    this.end()
    this.lines.push(`keep ${id}`)
  }

  put(key: string, value: Uint8Array): void {
    this.#entries.push(`${key}=${Buffer.from(value)}`)
  }

  end(): this {
    if (this.isOpen) this.lines.push(`[${this.#entries.join(' ')}]`)
    this.#entries = []
    return this
  }
}

function table(id: number, keys: string, sizeBytes = long) {
  const entries = keys.split(' ').map((key) => [key, Buffer.from('old')] as [string, Buffer])
  return { id, first: entries[0]![0], last: entries.at(-1)![0], sizeBytes, entries: () => entries }
}

/** `b` puts, `-b` deletes, `a..c` deletes the range. */
function operationOf(text: string): Operation {
  const [start, end] = text.split('..')
  if (end !== undefined) return { kind: 'deleteRange', start: start!, end }
  if (text.startsWith('-')) return { kind: 'delete', key: text.slice(1) }
  return { kind: 'put', key: text, value: Buffer.from('new') }
}

const two = [table(1, 'b d'), table(2, 'm o')]

test.each([
  ['nothing new', '', two, ['keep 1', 'keep 2']],
  ['into an empty store', 'a b -c', [], ['[a=new b=new]']],
  ['new keys behind a long table leave it', 'e f', two, ['keep 1', '[e=new f=new]', 'keep 2']],
  ['new keys behind a short table join it', 'e', [table(1, 'b d', 100)], ['[b=old d=old e=new]']],
  ['a new key before the first table', 'a', two, ['[a=new b=old d=old]', 'keep 2']],
  ['a changed key', 'd', two, ['[b=old d=new]', 'keep 2']],
  ['a deleted key', '-d', two, ['[b=old]', 'keep 2']],
  ['what is deleted and not there is forgotten', '-e -z', two, ['keep 1', 'keep 2']],
  ['a range over a whole table takes it without reading', 'l..p', two, ['keep 1']],
  ['a range over a part', 'c..n', two, ['[b=old o=old]']],
  ['a put after the range that covers it', 'a..z c', two, ['[c=new]']],
  ['a very short table is taken along', 'd', [table(1, 'b d'), table(2, 'm', 10)], ['[b=old d=new m=old]']],
])('merge: %s', (_name, operations, settled, wanted) => {
  const newer = new Memtable()
  for (const text of operations.split(' ')) if (text !== '') newer.apply(operationOf(text))
  const notes = new Notes()
  merge(newer, settled, notes)
  expect(notes.end().lines).toEqual(wanted)
})
