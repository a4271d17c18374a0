import type { Logger } from '../../../mesh/logger/logger.ts'
import type { Frontend, NodeFacts } from './frontend.ts'
import { tableName } from './layout.ts'
import { Nftables } from './nftables.ts'
import { changeScript, isEmpty, listenerTestScript, removalScript, tableScript } from './script.ts'
import { ServiceTable } from './table.ts'

export interface ServiceRulesOptions {
  facts: NodeFacts
  instance: string
  /** The payload's libnftables, after the libraries it needs; absent to use the host's. */
  libraries?: string[]
  log: Logger
}

export interface ServiceRulesCounters {
  /** Transactions. */
  changes: number
  /** Transactions that made the whole table. */
  rebuilds: number
  failures: number
  /** UDP flows to endpoints that are gone. */
  flowsForgotten: number
}

/** How often it is looked whether someone else changed the table: half of the 2 s in which it must be back. */
const driftCheckMs = 700
const retryMs = 1000

/**
 * The kernel's service rules, kept at what `set` was given last: changes are applied one transaction after the other,
 * those that come meanwhile together in the next; a table changed by others is made anew.
 */
export class ServiceRules {
  readonly counters: ServiceRulesCounters = { changes: 0, rebuilds: 0, failures: 0, flowsForgotten: 0 }
  readonly #options: ServiceRulesOptions
  readonly #nftables: Nftables
  readonly #table = new ServiceTable()
  readonly #changed = new Map<string, Frontend>()
  readonly #waiting: (() => void)[] = []
  #needsRebuild = true
  #isRunning = false
  #isStopped = false
  #driftTimer: ReturnType<typeof setInterval>
  #retryTimer: ReturnType<typeof setTimeout> | undefined
  #reportedConflicts = ''

  private constructor(options: ServiceRulesOptions, nftables: Nftables) {
    this.#options = options
    this.#nftables = nftables
    this.#driftTimer = setInterval(() => void this.#checkDrift(), driftCheckMs)
  }

  /** Nothing is written before the first `apply`: until then the rules of an earlier run stay in force. */
  static async open(options: ServiceRulesOptions): Promise<ServiceRules> {
    const { instance, libraries = [], log } = options
    return new ServiceRules(options, await Nftables.open({ table: tableName(instance), libraries }, log))
  }

  /** Whether this kernel can tell who listens at an address, as frontends with `unlessListening` need. */
  async canSeeListeners(): Promise<boolean> {
    try {
      await this.#nftables.run(listenerTestScript(this.#options.instance))
      return true
    } catch {
      return false
    }
  }

  /** Replaces an owner's frontends; takes effect with the next `apply`. */
  set(owner: string, frontends: Frontend[]): void {
    for (const frontend of this.#table.set(owner, frontends))
      if (frontend.protocol === 'udp') this.#changed.set(`${frontend.address} ${frontend.port}`, frontend)
  }

  /** Brings the kernel up to date, again and again until it is. Resolves once what was set before is in force. */
  apply(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#isStopped) return resolve()
      this.#waiting.push(resolve)
      if (!this.#isRunning) void this.#run()
    })
  }

  /** Ends; the rules stay. */
  async stop(): Promise<void> {
    this.#isStopped = true
    clearInterval(this.#driftTimer)
    clearTimeout(this.#retryTimer)
    for (const resolve of this.#waiting.splice(0)) resolve()
    await this.#nftables.close()
  }

  async #run(): Promise<void> {
    this.#isRunning = true
    while (this.#waiting.length > 0 && !this.#isStopped) {
      const waiting = this.#waiting.splice(0)
      if (await this.#applyOnce()) {
        for (const resolve of waiting) resolve()
        continue
      }
      this.#waiting.unshift(...waiting)
      await new Promise<void>((resolve) => {
        this.#retryTimer = setTimeout(resolve, retryMs)
      })
    }
    this.#isRunning = false
  }

  async #applyOnce(): Promise<boolean> {
    const { log } = this.#options
    const change = this.#table.takeChange()
    const changedUdp = [...this.#changed.values()]
    this.#changed.clear()
    try {
      if (this.#needsRebuild) await this.#rebuild()
      else if (!isEmpty(change)) await this.#nftables.run(changeScript(change, this.#options.instance))
      this.counters.changes++
      this.#reportConflicts()
    } catch (error) {
      if (this.#isStopped) return false
      // Whatever the reason, the table may no longer be what it was taken for.
      this.#needsRebuild = true
      this.counters.failures++
      for (const frontend of changedUdp) this.#changed.set(`${frontend.address} ${frontend.port}`, frontend)
      log.error('service rules could not be applied; trying again', { error: (error as Error).message })
      return false
    }
    await this.#forgetFlows(changedUdp)
    return true
  }

  async #rebuild(): Promise<void> {
    const { facts, instance } = this.#options
    const { chains, elements } = this.#table.contents()
    await this.#nftables.run(tableScript(chains, elements, facts, instance))
    this.#needsRebuild = false
    this.counters.rebuilds++
  }

  async #forgetFlows(changedUdp: Frontend[]): Promise<void> {
    if (changedUdp.length === 0) return
    try {
      this.counters.flowsForgotten += await this.#nftables.forgetStaleFlows(changedUdp)
    } catch (error) {
      if (!this.#isStopped)
        this.#options.log.warn('stale UDP flows could not be forgotten', { error: (error as Error).message })
    }
  }

  async #checkDrift(): Promise<void> {
    if (this.#isRunning || this.counters.rebuilds === 0) return
    try {
      if (!(await this.#nftables.wasChanged()) || this.#isStopped) return
      this.#options.log.warn(
        `table ${tableName(this.#options.instance)} was changed by another program; making it anew`,
      )
      this.#needsRebuild = true
      await this.apply()
    } catch (error) {
      if (!this.#isStopped)
        this.#options.log.warn('service rules cannot be checked', { error: (error as Error).message })
    }
  }

  #reportConflicts(): void {
    const conflicts = this.#table
      .conflicts()
      .map(({ owner, frontend, holder }) => `${owner}: ${frontend} is ${holder}'s`)
    const text = conflicts.slice(0, 10).join('; ')
    if (text !== '' && text !== this.#reportedConflicts)
      this.#options.log.warn('two want the same port; the first by name has it', { conflicts: text })
    this.#reportedConflicts = text
  }
}

/** Leaves nothing of an instance's rules. */
export async function removeServiceRules(options: Omit<ServiceRulesOptions, 'facts'>): Promise<void> {
  const { instance, libraries = [], log } = options
  const nftables = await Nftables.open({ table: tableName(instance), libraries }, log)
  try {
    await nftables.run(removalScript(instance))
  } finally {
    await nftables.close()
  }
}
