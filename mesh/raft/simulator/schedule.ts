interface Event {
  timeMs: number
  order: number
  run: () => void
}

/** Virtual time: what is to happen, in order of time, and of arrival among equals. A binary heap. */
export class Schedule {
  #heap: Event[] = []
  #order = 0
  nowMs = 0

  after(delayMs: number, run: () => void): void {
    const event = { timeMs: this.nowMs + delayMs, order: this.#order++, run }
    let at = this.#heap.push(event) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!isBefore(event, this.#heap[parent]!)) break
      this.#heap[at] = this.#heap[parent]!
      at = parent
    }
    this.#heap[at] = event
  }

  /** Runs everything up to a time, or until `isDone`. */
  runUntil(timeMs: number, isDone: () => boolean = () => false): void {
    while (this.#heap[0] !== undefined && this.#heap[0].timeMs <= timeMs && !isDone()) {
      const event = this.#take()
      this.nowMs = event.timeMs
      event.run()
    }
    if (!isDone()) this.nowMs = timeMs
  }

  #take(): Event {
    const first = this.#heap[0]!
    const last = this.#heap.pop()!
    if (this.#heap.length === 0) return first
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= this.#heap.length) break
      const right = this.#heap[child + 1]
      if (right !== undefined && isBefore(right, this.#heap[child]!)) child++
      if (!isBefore(this.#heap[child]!, last)) break
      this.#heap[at] = this.#heap[child]!
      at = child
    }
    this.#heap[at] = last
    return first
  }
}

function isBefore(a: Event, b: Event): boolean {
  return a.timeMs < b.timeMs || (a.timeMs === b.timeMs && a.order < b.order)
}
