import { type Configuration, decodeConfiguration, type PlacedConfiguration } from './configuration.ts'
import type { Entry, Index } from './entry.ts'

/**
 * The configurations in the log. The latest one counts from the moment its entry is appended, committed or not, and a
 * cut log brings back the one before (section 6 of the paper).
 */
export class Membership {
  /** Ascending; the first may lie before the log's base. Never empty. */
  #placed: PlacedConfiguration[]

  constructor(base: Index, configuration: Configuration) {
    this.#placed = [{ index: base, configuration }]
  }

  get current(): Configuration {
    return this.#placed.at(-1)!.configuration
  }

  /** Where the current configuration stands in the log. */
  get index(): Index {
    return this.#placed.at(-1)!.index
  }

  /** The configuration in force at an index of the log. */
  at(index: Index): Configuration {
    return (this.#placed.findLast((placed) => placed.index <= index) ?? this.#placed[0]!).configuration
  }

  /** The configuration in force at an index, and all later ones, any of which may turn out to count. */
  from(index: Index): Configuration[] {
    const first = this.#placed.findLastIndex((placed) => placed.index <= index)
    return this.#placed.slice(Math.max(first, 0)).map(({ configuration }) => configuration)
  }

  /** Takes notice of appended entries. Returns whether the current configuration changed. */
  append(entries: readonly Entry[]): boolean {
    let changed = false
    for (const entry of entries) {
      if (entry.kind !== 'configuration') continue
      this.#placed.push({ index: entry.index, configuration: decodeConfiguration(entry.data) })
      changed = true
    }
    return changed
  }

  truncateFrom(index: Index): void {
    while (this.#placed.length > 1 && this.index >= index) this.#placed.pop()
  }

  /** Configurations that only entries before this index were under are forgotten. */
  compact(index: Index): void {
    while (this.#placed[1] !== undefined && this.#placed[1].index <= index) this.#placed.shift()
  }

  restore(base: Index, configuration: Configuration): void {
    this.#placed = [{ index: base, configuration }]
  }
}
