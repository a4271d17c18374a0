import { describe, expect, test } from 'bun:test'
import { PathSize, pathSizes } from './path-size.ts'

/** A path that carries packets up to a size, loses some, and answers so many rounds later. */
class Path {
  readonly size = new PathSize()
  readonly #answers: number[] = []
  #random: number
  sent = 0

  constructor(
    public largest: number,
    public loss = 0,
    readonly delayRounds = 1,
    seed = 1,
  ) {
    this.#random = seed
    for (let round = 0; round < delayRounds - 1; round++) this.#answers.push(0)
  }

  rounds(count: number): number | undefined {
    for (let round = 0; round < count; round++) {
      let answered = 0
      for (const step of this.size.round(this.#answers.shift() ?? 0)) {
        this.sent++
        if (pathSizes[step]! <= this.largest && this.#next() >= this.loss) answered |= 1 << step
      }
      this.#answers.push(answered)
    }
    return this.size.bytes
  }

  #next(): number {
    this.#random = (this.#random * 48_271) % 2_147_483_647
    return this.#random / 2_147_483_647
  }
}

describe('the largest packet of a path', () => {
  test('is not known before it was searched', () => {
    expect(new Path(1400).rounds(1)).toBeUndefined()
  })

  test.each([1500, 1492, 1420, 1400, 1399, 1280])('%d is found', (largest) => {
    const found = pathSizes.find((size) => size <= largest)
    expect(new Path(largest).rounds(5)).toBe(found)
    expect(new Path(largest, 0, 3).rounds(8)).toBe(found)
  })

  test('with loss too, nearly always', () => {
    const found = Array.from({ length: 1000 }, (_, seed) => new Path(1400, 0.1, 1, seed + 1).rounds(5))
    expect(found.filter((bytes) => bytes === 1400).length).toBeGreaterThan(985)
    expect(found.every((bytes) => bytes! <= 1400)).toBe(true)
  })

  test('that shrinks is noticed, and that grows again too', () => {
    const path = new Path(1500)
    path.rounds(100)
    path.largest = 1400
    expect(path.rounds(16)).toBe(1400)
    path.largest = 1500
    expect(path.rounds(200)).toBe(1400)
    expect(path.rounds(50)).toBe(1500)
  })

  test('stays while single probes are lost', () => {
    const path = new Path(1500, 0.02)
    for (let turn = 0; turn < 2000; turn++) expect(path.rounds(5) ?? 1500).toBe(1500)
  })

  test('costs a probe every eight rounds', () => {
    const path = new Path(1500)
    path.rounds(10)
    path.sent = 0
    path.rounds(800)
    expect(path.sent).toBe(100)
  })

  test('where nothing is answered it is the least', () => {
    expect(new Path(0).rounds(5)).toBe(1280)
  })
})
