/**
 * A set of keys in order, where adding is cheap and sorting happens when somebody lists: new keys wait in a heap of
 * their own and are merged in once.
 */
export class SortedKeys {
  #sorted: string[] = []
  #added = new Set<string>()
  #removed = new Set<string>()

  add(key: string): void {
    if (!this.#removed.delete(key)) this.#added.add(key)
  }

  delete(key: string): void {
    if (!this.#added.delete(key)) this.#removed.add(key)
  }

  /** The keys that begin with the prefix, from `from` on when given. */
  range(prefix: string, from = prefix): string[] {
    this.#merge()
    const begin = from > prefix ? from : prefix
    const start = this.#first(0, (key) => key >= begin)
    return this.#sorted.slice(
      start,
      this.#first(start, (key) => !key.startsWith(prefix)),
    )
  }

  #merge(): void {
    if (this.#added.size === 0 && this.#removed.size === 0) return
    const added = [...this.#added].sort()
    const merged: string[] = []
    let next = 0
    for (const key of this.#sorted) {
      while (next < added.length && added[next]! < key) merged.push(added[next++]!)
      if (!this.#removed.has(key)) merged.push(key)
    }
    while (next < added.length) merged.push(added[next++]!)
    this.#sorted = merged
    this.#added.clear()
    this.#removed.clear()
  }

  /** Index of the first key, from `low` on, of those at the end for which this holds. */
  #first(low: number, holds: (key: string) => boolean): number {
    let high = this.#sorted.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (holds(this.#sorted[middle]!)) high = middle
      else low = middle + 1
    }
    return low
  }
}
