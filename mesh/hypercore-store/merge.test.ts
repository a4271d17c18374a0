import { expect, test } from 'bun:test'
import type { ByteString, Operation } from './backend.ts'
import { Memtable, type Slot } from './memtable.ts'
import { type MergeOutput, merge, type Run, type RunOutput } from './merge.ts'
import { RangeSet } from './range-set.ts'
import { BlockBuilder, type BlockInfo, BlockReader } from './table-format.ts'

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

  copy(key: string, block: BlockReader, index: number): void {
    this.#entries.push(`${key}=${block.slot(index)}`)
  }

  copyBlock({ first, last }: BlockInfo): void {
    this.#entries.push(`${first}-${last}`)
  }

  end(): this {
    if (this.isOpen) this.lines.push(`[${this.#entries.join(' ')}]`)
    this.#entries = []
    return this
  }
}

/** In memory, blocks of as many entries as given. */
class Entries implements Run {
  readonly deleted: RangeSet
  readonly #blocks: [ByteString, Slot][][] = []
  readonly #mayCopyBlocks: boolean

  constructor(entries: [ByteString, Slot][], deleted = RangeSet.empty, perBlock = 0) {
    this.deleted = deleted
    this.#mayCopyBlocks = perBlock > 0
    for (let at = 0; at < entries.length; at += perBlock || 1)
      this.#blocks.push(entries.slice(at, at + (perBlock || 1)))
  }

  get key(): ByteString | undefined {
    return this.#blocks[0]?.[0]?.[0]
  }

  get isDeleted(): boolean {
    return this.#blocks[0]?.[0]?.[1] === null
  }

  get wholeBlock(): BlockInfo | undefined {
    const block = this.#blocks[0]
    if (!this.#mayCopyBlocks || block === undefined || block.some(([, slot]) => slot === null)) return undefined
    return { first: block[0]![0], last: block.at(-1)![0], offset: 0, sizeBytes: 0, checksum: 0 }
  }

  copyTo(output: RunOutput): void {
    const block = new BlockBuilder()
    block.add(...this.#blocks[0]![0]!)
    output.copy(this.key!, new BlockReader(block.finish()), 0)
  }

  copyBlockTo(output: RunOutput): void {
    output.copyBlock(this.wholeBlock!, Buffer.alloc(0))
  }

  advance(): void {
    this.#blocks[0]!.shift()
    if (this.#blocks[0]!.length === 0) this.skipBlock()
  }

  skipBlock(): void {
    this.#blocks.shift()
  }

  close(): void {}
}

function table(id: number, keys: string, sizeBytes = long, perBlock = 0) {
  const entries = keys.split(' ').map((key) => [key, Buffer.from('old')] as [string, Buffer])
  const run = () => new Entries(entries, RangeSet.empty, perBlock)
  return { id, first: entries[0]![0], last: entries.at(-1)![0], sizeBytes, run }
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
  const notes = new Notes()
  merge([runOf(operations)], settled, notes)
  expect(notes.end().lines).toEqual(wanted)
})

function runOf(operations: string, perBlock = 0): Run {
  const newer = new Memtable()
  for (const text of operations.split(' ')) if (text !== '') newer.apply(operationOf(text))
  return new Entries([...newer.scan({ start: '', end: undefined }, false)], newer.deleted, perBlock)
}

test.each([
  ['that follow one another are copied', ['g h i j', 'c d e f'], '[c-d e-f g-h i-j]'],
  ['that interlace are not', ['c f', 'd e h i'], '[c=new d-e f-f h-i]'],
  ['with a deletion are not', ['c -d e f'], '[c=new e-f]'],
  ['that a newer run hides in part are not', ['d..e', 'c d e f'], '[c=new e-f]'],
  ['that an older run hides are', ['c d', 'a..z e f'], '[c-d e-f]'],
  ['of which the newest counts', ['c d', 'c d e f'], '[c=new d=new e-f]'],
])('merge: blocks %s', (_name, newer, wanted) => {
  const notes = new Notes()
  merge(
    newer.map((operations) => runOf(operations, 2)),
    [],
    notes,
  )
  expect(notes.end().lines).toEqual([wanted])
})

test('merge: blocks of a settled table that nothing new touches are copied', () => {
  const notes = new Notes()
  merge([runOf('e', 2)], [table(1, 'a b c d e f g h', long, 2)], notes)
  expect(notes.end().lines).toEqual(['[a-b c-d e=new f-f g-h]'])
})
