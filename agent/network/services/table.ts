import { type Chain, type Element, type Rendered, render } from './elements.ts'
import { type Frontend, frontendKey } from './frontend.ts'
import type { Change } from './script.ts'

interface Claim {
  owner: string
  frontend: Frontend
}

/**
 * What the nftables table must hold, kept by owner (a service or a pod) so that a change of one among thousands costs
 * only its own elements. Where two owners want the same frontend, the first by name has it.
 */
export class ServiceTable {
  readonly #owned = new Map<string, Frontend[]>()
  readonly #claims = new Map<string, Claim[]>()
  readonly #contested = new Set<string>()
  readonly #rendered = new Map<string, Rendered>()
  /** How many frontends need a chain, or an element that several may share (hairpin). */
  readonly #chainUses = new Map<string, number>()
  readonly #sharedUses = new Map<string, number>()
  readonly #chains = new Map<string, Chain>()
  readonly #dirty = new Set<string>()

  /**
   * Replaces an owner's frontends; an empty list forgets the owner. Returns what is now in effect at the frontends it had
   * or has: one that is gone comes back without endpoints.
   */
  set(owner: string, frontends: Frontend[]): Frontend[] {
    const touched = new Map<string, Frontend>()
    for (const frontend of this.#owned.get(owner) ?? []) {
      const key = frontendKey(frontend)
      this.#claim(
        key,
        this.#claims.get(key)!.filter((claim) => claim.owner !== owner),
      )
      touched.set(key, { ...frontend, endpoints: [], localEndpoints: [] })
    }
    this.#owned.delete(owner)
    // A pod may ask for the same hostPort twice: the first counts.
    const distinct = new Map(frontends.toReversed().map((frontend) => [frontendKey(frontend), frontend]))
    if (distinct.size > 0) this.#owned.set(owner, [...distinct.values()])
    for (const [key, frontend] of distinct) {
      const claims = [...(this.#claims.get(key) ?? []), { owner, frontend }]
      this.#claim(
        key,
        claims.sort((one, other) => (one.owner < other.owner ? -1 : 1)),
      )
      touched.set(key, frontend)
    }
    return [...touched].map(([key, frontend]) => this.#claims.get(key)?.at(0)?.frontend ?? frontend)
  }

  #claim(key: string, claims: Claim[]): void {
    if (claims.length > 0) this.#claims.set(key, claims)
    else this.#claims.delete(key)
    if (claims.length > 1) this.#contested.add(key)
    else this.#contested.delete(key)
    this.#dirty.add(key)
  }

  /** Owners that do not have a frontend they want, with the owner that has it. */
  conflicts(): { owner: string; frontend: string; holder: string }[] {
    return [...this.#contested].flatMap((frontend) => {
      const [first, ...others] = this.#claims.get(frontend)!
      return others.map(({ owner }) => ({ owner, frontend, holder: first!.owner }))
    })
  }

  /** What changed since the last call. After a failure to apply it, apply `contents` instead. */
  takeChange(): Change {
    const change: Change = { addChains: [], deleteElements: [], addElements: [], deleteChains: [] }
    const released = new Set<string>()
    for (const key of this.#dirty) {
      const claims = this.#claims.get(key)
      const before = this.#rendered.get(key)
      const after = claims && render(claims[0]!.frontend)
      if (after === undefined) this.#rendered.delete(key)
      else this.#rendered.set(key, after)
      this.#useChains(before, after, change, released)
      this.#diffElements(before?.elements ?? [], after?.elements ?? [], change)
    }
    this.#dirty.clear()
    change.deleteChains = [...released].filter((name) => !this.#chainUses.has(name))
    for (const name of change.deleteChains) this.#chains.delete(name)
    return change
  }

  /** Everything the table holds after the changes taken so far. */
  contents(): { chains: Chain[]; elements: Element[] } {
    const elements: Element[] = []
    const shared = new Set<string>()
    for (const rendered of this.#rendered.values())
      for (const element of rendered.elements) {
        if (isShared(element)) {
          if (shared.has(element.key)) continue
          shared.add(element.key)
        }
        elements.push(element)
      }
    return { chains: [...this.#chains.values()], elements }
  }

  #useChains(before: Rendered | undefined, after: Rendered | undefined, change: Change, released: Set<string>): void {
    for (const chain of after?.chains ?? []) {
      if (!this.#chains.has(chain.name)) {
        this.#chains.set(chain.name, chain)
        change.addChains.push(chain)
      }
      increment(this.#chainUses, chain.name)
    }
    for (const chain of before?.chains ?? []) if (decrement(this.#chainUses, chain.name)) released.add(chain.name)
  }

  #diffElements(before: Element[], after: Element[], change: Change): void {
    const old = new Map(before.map((element) => [`${element.map} ${element.key}`, element]))
    for (const element of after) {
      const id = `${element.map} ${element.key}`
      const previous = old.get(id)
      old.delete(id)
      if (isShared(element)) {
        if (previous === undefined && increment(this.#sharedUses, element.key)) change.addElements.push(element)
      } else if (previous?.value !== element.value || previous === undefined) {
        if (previous !== undefined) change.deleteElements.push(previous)
        change.addElements.push(element)
      }
    }
    for (const element of old.values())
      if (!isShared(element) || decrement(this.#sharedUses, element.key)) change.deleteElements.push(element)
  }
}

const isShared = (element: Element): boolean => element.map === 'hairpin'

/** True when it is the first use. */
function increment(uses: Map<string, number>, key: string): boolean {
  const count = (uses.get(key) ?? 0) + 1
  uses.set(key, count)
  return count === 1
}

/** True when it was the last use. */
function decrement(uses: Map<string, number>, key: string): boolean {
  const count = uses.get(key)! - 1
  if (count > 0) uses.set(key, count)
  else uses.delete(key)
  return count === 0
}
