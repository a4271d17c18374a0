import type { Operation } from '../../mesh/raft/simulator/linearizability.ts'
import type { FaultNode } from './fault-node.ts'

/** Each register lives so long; then others follow, so that the check of each stays small. */
const epochMs = 4000
const registersPerEpoch = 4

/** Clients that read and write registers through all nodes, and note what they saw. */
export class Clients {
  readonly history: Operation[] = []
  readonly #nodes: readonly FaultNode[]
  #isStopped = false
  #values = 0
  #running: Promise<void>[] = []

  constructor(nodes: readonly FaultNode[], count: number) {
    this.#nodes = nodes
    this.#running = Array.from({ length: count }, (_, number) => this.#run(number))
  }

  /** Values that a node refused to write. */
  readonly refused = new Map<string, string>()

  /** Acknowledged writes so far. */
  get acknowledged(): number {
    return this.history.filter(({ kind, returnMs }) => kind !== 'get' && returnMs !== Number.POSITIVE_INFINITY).length
  }

  get keys(): string[] {
    return [...new Set(this.history.map(({ key }) => key))]
  }

  /** Resolves when a write is acknowledged that was begun after the call. */
  async nextWrite(): Promise<void> {
    const sinceMs = performance.now()
    const isNew = ({ kind, callMs, returnMs }: Operation) =>
      kind !== 'get' && callMs >= sinceMs && returnMs !== Number.POSITIVE_INFINITY
    while (!this.history.slice(-100).some(isNew)) await Bun.sleep(5)
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await Promise.all(this.#running)
  }

  /** One linearizable read, noted; true when it was answered. */
  async read(node: FaultNode, key: string): Promise<boolean> {
    const callMs = performance.now()
    const answer = await this.#ask(node, 'get', { key })
    if (answer === undefined || answer.error !== undefined) return false
    this.history.push({ key, kind: 'get', found: answer.found ?? null, callMs, returnMs: performance.now() })
    return true
  }

  async #run(number: number): Promise<void> {
    for (let turn = number; !this.#isStopped; turn++) {
      const node = this.#nodes[turn % this.#nodes.length]!
      const epoch = Math.floor(performance.now() / epochMs)
      const key = `r${epoch}-${Math.floor(Math.random() * registersPerEpoch)}`
      const kind = (['get', 'put', 'swap'] as const)[Math.floor(Math.random() * 3)]!
      if (kind === 'get') await this.read(node, key)
      else await this.#write(node, kind, key)
      await Bun.sleep(5 + Math.random() * 20)
    }
  }

  async #write(node: FaultNode, kind: 'put' | 'swap', key: string): Promise<void> {
    const value = `v${++this.#values}`
    const callMs = performance.now()
    const answer = await this.#ask(node, kind, { key, value })
    const unknown = answer === undefined || answer.error === 'Unknown' || answer.error === 'Poisoned'
    // A swap that found another revision, or no quorum, has changed nothing.
    if (!unknown && answer.error !== undefined) {
      this.refused.set(value, answer.error)
      return
    }
    const returnMs = unknown ? Number.POSITIVE_INFINITY : performance.now()
    if (kind === 'put') this.history.push({ key, kind, value, callMs, returnMs })
    else if (!unknown)
      this.history.push({
        key,
        kind,
        value,
        expected: answer.found ?? null,
        found: answer.found ?? null,
        callMs,
        returnMs,
      })
    // What it expected is not known: as a put it may overwrite anything, which allows more than it could.
    else this.history.push({ key, kind: 'put', value, callMs, returnMs })
  }

  async #ask(
    node: FaultNode,
    action: string,
    body: object,
  ): Promise<{ found?: string | null; error?: string } | undefined> {
    if (!node.isRunning) {
      await Bun.sleep(20)
      return { error: 'Closed' }
    }
    return node.ask<{ found?: string | null }>(action, body).catch(() => undefined)
  }
}
