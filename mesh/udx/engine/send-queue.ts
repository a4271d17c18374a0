/** The bytes written and not sent yet: chunks as they came, cut to packets when they go. */
export class SendQueue {
  #chunks: Uint8Array[] = []
  /** Index of the first chunk, and how much of it is gone. */
  #head = 0
  #offset = 0
  bytes = 0

  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return
    this.#chunks.push(chunk)
    this.bytes += chunk.length
  }

  /** Moves the next `count` bytes into `target` at `at`; there must be that many. */
  take(count: number, target: Uint8Array, at: number): void {
    let left = count
    let to = at
    while (left > 0) {
      const chunk = this.#chunks[this.#head]!
      const size = Math.min(left, chunk.length - this.#offset)
      target.set(size === chunk.length ? chunk : chunk.subarray(this.#offset, this.#offset + size), to)
      to += size
      left -= size
      this.#offset += size
      if (this.#offset === chunk.length) this.#dropHead()
    }
    this.bytes -= count
  }

  clear(): void {
    this.#chunks = []
    this.#head = 0
    this.#offset = 0
    this.bytes = 0
  }

  #dropHead(): void {
    this.#offset = 0
    this.#head++
    if (this.#head === this.#chunks.length) {
      this.#chunks.length = 0
      this.#head = 0
    } else if (this.#head > 256 && this.#head * 2 > this.#chunks.length) {
      this.#chunks = this.#chunks.slice(this.#head)
      this.#head = 0
    }
  }
}
