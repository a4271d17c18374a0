import { join } from 'node:path'
import { addNodes, type Fate, PretendWorkers, pretendNode } from '../../agent/control/simulation/pretend-worker.ts'
import type { Client } from '../../api/client/client.ts'
import { namespaces } from '../../api/schema/generated/resources.ts'
import type { Pod } from '../../api/schema/generated/types/core-v1.ts'
import { type Clock, systemClock } from '../../mesh/clock/clock.ts'
import { patient } from './patient-client.ts'
import { openVoter, type Voter, voterIds } from './voter.ts'
import { type Leading, type WireOptions, Wires } from './wires.ts'

export interface QuorumOptions extends WireOptions {
  nodes?: number
  fateOf?: (pod: Pod) => Fate
}

/** Nothing here is waited for longer. */
const patienceMs = 60_000

/**
 * For tests: three voters, the first in this process with an outside client and pretend workers, the others in processes
 * of their own that can be killed and stopped. Datagrams between them pass through this process.
 */
export class QuorumCluster {
  readonly client: Client
  readonly workers: PretendWorkers
  readonly first: Voter
  readonly #wires: Wires
  #restarts: Promise<void> = Promise.resolve()

  private constructor(first: Voter, workers: PretendWorkers, wires: Wires) {
    this.first = first
    this.workers = workers
    this.#wires = wires
    this.client = patient(first.api.client('alice'))
  }

  static async start(options: QuorumOptions = {}): Promise<QuorumCluster> {
    const wires = new Wires(options)
    try {
      return await QuorumCluster.#startOn(wires, options)
    } catch (error) {
      await wires.close(async () => {})
      throw error
    }
  }

  static async #startOn(wires: Wires, { fateOf, nodes = 3 }: QuorumOptions): Promise<QuorumCluster> {
    const { tickMs, directory, time } = wires
    const [id, ...others] = voterIds
    const opening = openVoter({
      ...{ id, tickMs, time, directory: join(directory, id), transport: wires.firstTransport() },
      leadershipChanged: ({ role, term }, loops) => wires.heard(id, role, term, loops),
    })
    // A lone voter of three cannot open its store before another one is there.
    const [first] = await Promise.all([opening, ...others.map((other) => wires.startChild(other))])
    const client = patient(first.api.client('system:nodes'))
    const workers = new PretendWorkers({ client, clock: time ?? systemClock, fateOf })
    const cluster = new QuorumCluster(first, workers, wires)
    for (const name of ['default', 'kube-system']) {
      await cluster.client.resource(namespaces).create({ metadata: { name } })
    }
    const names = Array.from({ length: nodes }, (_, i) => `node-${i}`)
    await addNodes(
      cluster.client,
      names.map((name) => pretendNode(name)),
    )
    return cluster
  }

  get clock(): Clock {
    return this.#wires.time ?? systemClock
  }

  /** Resolves with a leader in a process of its own, its loops at work. */
  async leader(): Promise<Leading> {
    for (let asked = 0; ; ) {
      const { leading } = this.#wires
      if (leading.loopsWork && leading.id !== voterIds[0]) return leading
      if (leading.loopsWork && leading.term > asked) {
        asked = leading.term
        this.first.log.transferLeadership(this.#wires.anyChild())
      }
      await this.#wires.heardNext()
    }
  }

  /** Resolves with the leader of a later term, whichever node it is, when its loops work. */
  async nextLeader(term: number): Promise<Leading> {
    while (!(this.#wires.leading.term > term && this.#wires.leading.loopsWork)) await this.#wires.heardNext()
    return this.#wires.leading
  }

  /** kill -9 of the leader; it starts again at once. Resolves when another one's loops work. */
  async changeLeader(): Promise<void> {
    // A majority must stay.
    await this.#restarts
    const { id, term } = await this.leader()
    await this.kill(id)
    this.#restarts = this.#wires.startChild(id)
    await this.nextLeader(term)
  }

  async kill(id: string): Promise<void> {
    await this.#wires.endChild(id)
  }

  /** Resolves when this voter has heard of a term later than `term`, and none of its loops writes any more. */
  async loopsEnded(id: string, term: number): Promise<void> {
    while ((this.#wires.ended.get(id) ?? 0) <= term) await this.#wires.heardNext()
  }

  /** SIGSTOP or SIGCONT. */
  signal(id: string, signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#wires.signal(id, signal)
  }

  async stop(): Promise<void> {
    await this.#restarts.catch(() => {})
    await this.workers.stop()
    await this.#wires.close(() => this.first.stop())
  }

  /** Asks until `condition` holds. Throws after four times `timeoutMs`: all takes longer over three processes. */
  async until(what: string, condition: () => Promise<boolean>, timeoutMs = patienceMs): Promise<void> {
    for (const deadlineMs = performance.now() + 4 * timeoutMs; !(await condition()); ) {
      if (performance.now() > deadlineMs) throw new Error(`not within ${4 * timeoutMs} ms: ${what}`)
      await Bun.sleep(10)
    }
  }
}
