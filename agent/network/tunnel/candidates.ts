import { type Candidate, type Endpoint, maxCandidates } from './shared.ts'

/** The last index is for the place that a peer's datagrams came from when nobody had named it. */
const foundIndex = maxCandidates - 1
/** The one before is for the peer's own address in the mesh: pinged by whatever way packets take, never sent packets to. */
export const innerIndex = maxCandidates - 2
/** So many places can be named. */
export const maxNamed = innerIndex

interface Slot extends Candidate {
  /** Of several that answer, the one with the lowest is taken. */
  rank: number
}

/** The places where one peer may be reached, and which of them is taken. */
export class Candidates {
  readonly #slots: (Slot | undefined)[] = Array.from({ length: maxCandidates }, () => undefined)
  #generation = 0
  #current: number | undefined

  /** Index of the one that packets are sent to. */
  get current(): number | undefined {
    return this.#current
  }

  /** By index. */
  get list(): (Candidate | undefined)[] {
    return this.#slots.map((slot) => {
      if (slot === undefined) return undefined
      const { address, port, generation } = slot
      return { address, port, generation }
    })
  }

  /**
   * Replaces those that were named, best first, and the peer's address in the mesh; the same place keeps its index.
   * Returns the indexes that are new.
   */
  set(endpoints: Endpoint[], inner?: Endpoint): number[] {
    const added: number[] = []
    const before = this.#slots[innerIndex]
    if (inner === undefined) this.#slots[innerIndex] = undefined
    else if (before === undefined || !isSame(before, inner)) {
      this.#put(innerIndex, inner, maxCandidates)
      added.push(innerIndex)
    }
    const named = endpoints.slice(0, maxNamed)
    const rankOf = (slot: Endpoint) => named.findIndex((one) => isSame(one, slot))
    for (const [index, slot] of this.#slots.entries()) {
      if (slot === undefined || index === innerIndex) continue
      const rank = rankOf(slot)
      if (index === foundIndex ? rank >= 0 : rank < 0) this.#slots[index] = undefined
      else if (index !== foundIndex) slot.rank = rank
    }
    for (const [rank, endpoint] of named.entries()) {
      if (this.#slots.some((slot) => slot && isSame(slot, endpoint))) continue
      const index = this.#slots.indexOf(undefined)
      this.#put(index, endpoint, rank)
      added.push(index)
    }
    return added
  }

  /** The peer's datagrams come from here. Returns the index when that is new. */
  find(endpoint: Endpoint): number | undefined {
    if (this.#slots.some((slot) => slot && isSame(slot, endpoint))) return undefined
    this.#put(foundIndex, endpoint, maxCandidates)
    return foundIndex
  }

  /** Takes the best that answers; where none does the present one, or any. True when that is another than before. */
  choose(isAlive: (index: number) => boolean): boolean {
    const before = this.#current
    const isThere = (index: number | undefined) => index !== undefined && this.#slots[index] !== undefined
    const there = this.#slots.flatMap((slot, index) =>
      slot === undefined || index === innerIndex ? [] : { index, rank: slot.rank },
    )
    there.sort((one, other) => one.rank - other.rank)
    const alive = there.find(({ index }) => isAlive(index))?.index
    this.#current = alive ?? (isThere(before) ? before : there[0]?.index)
    return this.#current !== before
  }

  #put(index: number, { address, port }: Endpoint, rank: number): void {
    this.#generation = (this.#generation + 1) & 255
    this.#slots[index] = { address, port, generation: this.#generation, rank }
  }
}

const isSame = (one: Endpoint, other: Endpoint): boolean => one.address === other.address && one.port === other.port
