import { randomBytes } from 'node:crypto'
import type { Clock } from '../clock/clock.ts'
import type { PeerAddresses, PeerKey } from '../link/links.ts'
import type { Logger } from '../logger/logger.ts'
import { type Change, type Entry, type Precondition, type Store, StoreError } from '../store/store.ts'
import {
  decodeRecord,
  encodeRecord,
  type Finding,
  type Member,
  type MemberAddresses,
  stateKeys,
  type TokenRecord,
  type VotersWish,
} from './member.ts'

export interface MembershipOptions {
  store: Store
  /** Who writes, in the history. */
  peer: string
  clock: Clock
  log: Logger
}

/** What one attempt of a change found: writes to be made together, or a value when there is nothing to write. */
export type Attempt<T> = { changes: Change[]; preconditions: Precondition[]; value: T } | { value: T }

/** Attempts of a change whose preconditions did not hold, each on fresh state. */
const maxAttempts = 8
const watchPauseMs = 500

/** Members, tokens and addresses as this node's state has them, followed as they change. */
export class Membership {
  readonly #options: MembershipOptions
  readonly #origin: string
  readonly #watchers = new Set<() => void>()
  #entries = new Map<string, Entry>()
  #counter = 0
  #isStopped = false
  #watch: { close(): void } | undefined

  private constructor(options: MembershipOptions) {
    this.#options = options
    this.#origin = `membership ${options.peer} ${randomBytes(8).toString('hex')}`
  }

  static async open(options: MembershipOptions): Promise<Membership> {
    const membership = new Membership(options)
    const revision = await membership.#load()
    void membership.#follow(revision)
    return membership
  }

  get members(): Member[] {
    return this.#records<Member>(stateKeys.members).sort((a, b) => a.number - b.number)
  }

  get tokens(): TokenRecord[] {
    return this.#records<TokenRecord>(stateKeys.tokens)
  }

  member(key: PeerKey): Member | undefined {
    return this.#record<Member>(stateKeys.member(key))
  }

  named(name: string): Member | undefined {
    return this.members.find((member) => member.name === name)
  }

  token(key: string): TokenRecord | undefined {
    return this.#record<TokenRecord>(stateKeys.token(key))
  }

  addresses(key: PeerKey): PeerAddresses {
    const found = this.#record<MemberAddresses>(stateKeys.addressesOf(key))
    return { udp: found?.udp ?? [], webSocket: found?.webSocket ?? [] }
  }

  finding(key: PeerKey): Finding | undefined {
    return this.#record<MemberAddresses>(stateKeys.addressesOf(key))?.finding
  }

  /** Undefined: nobody has asked for a number. */
  get wantedVoters(): number | undefined {
    return this.#record<VotersWish>(stateKeys.voters)?.wanted
  }

  /** The revision of a key as seen now, for preconditions; 0 when absent. */
  revisionOf(key: string): number {
    return this.#entries.get(key)?.revision ?? 0
  }

  /** Calls after every change, until the returned function is called. */
  onChange(changed: () => void): () => void {
    this.#watchers.add(changed)
    return () => this.#watchers.delete(changed)
  }

  /** Makes a change from what is there; tried again on fresh state when another one came in between. */
  async change<T>(message: string, attempt: () => Attempt<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      const found = attempt()
      if (!('changes' in found)) return found.value
      try {
        const { revision } = await this.#options.store.commit({
          id: { origin: this.#origin, counter: ++this.#counter },
          class: 'durable',
          author: { user: 'system:mesh', peer: this.#options.peer },
          message,
          preconditions: found.preconditions,
          changes: found.changes,
        })
        await this.#seen(revision)
        return found.value
      } catch (error) {
        const isStale = error instanceof StoreError && error.code === 'PreconditionFailed'
        if (!isStale || tries >= maxAttempts) throw error
        await this.#seen(this.#options.store.revision)
      }
    }
  }

  /** Says where this node may be reached and found, when that is something new. */
  async announce(self: PeerKey, { udp, webSocket }: PeerAddresses, finding: Finding): Promise<void> {
    const key = stateKeys.addressesOf(self)
    const record: MemberAddresses = { format: 1, udp, webSocket, finding }
    const value = encodeRecord(record)
    const present = this.#entries.get(key)
    if (present !== undefined && Buffer.from(present.value).equals(value)) return
    await this.#options.store.commit({
      id: { origin: this.#origin, counter: ++this.#counter },
      class: 'transient',
      author: { user: 'system:mesh', peer: this.#options.peer },
      preconditions: [],
      changes: [{ key, value }],
    })
  }

  stop(): void {
    this.#isStopped = true
    this.#watch?.close()
  }

  async #load(): Promise<number> {
    const { entries, revision } = await this.#options.store.list(stateKeys.all)
    this.#entries = new Map(entries.map((entry) => [entry.key, entry]))
    this.#revision = revision
    return revision
  }

  #revision = 0
  readonly #waiters = new Set<() => void>()

  /** Resolves when changes up to the revision are seen here. */
  async #seen(revision: number): Promise<void> {
    while (this.#revision < revision && !this.#isStopped) {
      await new Promise<void>((resolve) => this.#waiters.add(resolve))
    }
  }

  async #follow(from: number): Promise<void> {
    for (let after = from; !this.#isStopped; after = await this.#load()) {
      try {
        const watch = this.#options.store.watch(stateKeys.all, after)
        this.#watch = watch
        this.#changed()
        for await (const { events, revision } of watch) {
          for (const { key, value, revision: at, created } of events) {
            if (value === null) this.#entries.delete(key)
            else this.#entries.set(key, { key, value, revision: at, created })
          }
          this.#revision = revision
          if (events.length > 0) this.#changed()
          this.#wake()
        }
        return
      } catch (error) {
        if (this.#isStopped || (error instanceof StoreError && error.code === 'Closed')) return
        this.#options.log.warn('members are listed again', { error: (error as Error).message })
        await new Promise((resolve) => setTimeout(resolve, watchPauseMs))
      }
    }
  }

  #changed(): void {
    for (const watcher of this.#watchers) watcher()
    this.#wake()
  }

  #wake(): void {
    for (const wake of this.#waiters) wake()
    this.#waiters.clear()
  }

  #record<T extends { format: 1 }>(key: string): T | undefined {
    const entry = this.#entries.get(key)
    return entry && decodeRecord<T>(entry.value)
  }

  #records<T extends { format: 1 }>(prefix: string): T[] {
    const found = [...this.#entries.values()].filter(({ key }) => key.startsWith(prefix))
    return found.flatMap(({ value }) => decodeRecord<T>(value) ?? [])
  }
}
