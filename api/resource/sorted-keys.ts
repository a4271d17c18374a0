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
    const start = this.#lowerBound(from > prefix ? from : prefix)
    if (prefix === '' && start === 0) return this.#sorted
    let end = start
    while (end < this.#sorted.length && this.#sorted[end]!.startsWith(prefix)) end++
    return this.#sorted.slice(start, end)
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

  #lowerBound(key: string): number {
    let low = 0
    let high = this.#sorted.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#sorted[middle]! < key) low = middle + 1
      else high = middle
    }
    return low
  }
}
