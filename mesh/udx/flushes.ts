/** Those who wait until all written so far is acknowledged, in the order in which they came. */
export class Flushes {
  readonly #waiting: { offset: number; resolve(isFlushed: boolean): void }[] = []

  /** Resolves true when so many bytes are acknowledged, false when the stream closed before. */
  until(offset: number): Promise<boolean> {
    return new Promise((resolve) => this.#waiting.push({ offset, resolve }))
  }

  acknowledged(offset: number): void {
    while (this.#waiting.length > 0 && offset >= this.#waiting[0]!.offset) this.#waiting.shift()!.resolve(true)
  }

  close(): void {
    for (const { resolve } of this.#waiting.splice(0)) resolve(false)
  }
}
