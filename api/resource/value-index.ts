import type { Item } from './item.ts'
import type { ApiObject } from './object.ts'

/** What an object counts for in an index; a pure function of it. */
export type IndexedValues = (object: ApiObject) => string[]

/** The values that some object of a resource has, kept up with each change: asking costs nothing, however many there are. */
export class ValueIndex {
  readonly #valuesOf: IndexedValues
  readonly #ofKey = new Map<string, string[]>()
  readonly #counts = new Map<string, number>()

  constructor(valuesOf: IndexedValues, items: Iterable<Item>) {
    this.#valuesOf = valuesOf
    for (const item of items) this.set(item)
  }

  has(value: string): boolean {
    return this.#counts.has(value)
  }

  /** The object is new, or another than before. */
  set(item: Item): void {
    this.delete(item.key)
    const values = this.#valuesOf(item.object)
    if (values.length === 0) return
    this.#ofKey.set(item.key, values)
    for (const value of values) this.#counts.set(value, (this.#counts.get(value) ?? 0) + 1)
  }

  delete(key: string): void {
    for (const value of this.#ofKey.get(key) ?? []) {
      const left = this.#counts.get(value)! - 1
      if (left === 0) this.#counts.delete(value)
      else this.#counts.set(value, left)
    }
    this.#ofKey.delete(key)
  }
}
