import type { Client } from '../../../api/client/client.ts'
import { type LocalApi, startLocalApi } from '../../../api/client/local-api.ts'
import { namespaces } from '../../../api/schema/generated/resources.ts'
import type { Pod } from '../../../api/schema/generated/types/core-v1.ts'
import { type Clock, systemClock } from '../../../mesh/clock/clock.ts'
import { type Logger, silentLogger } from '../../../mesh/logger/logger.ts'
import { MemoryStore } from '../../../mesh/store/memory.ts'
import { type Control, startControl } from '../control.ts'
import { addNodes, type Fate, PretendWorkers, pretendNode } from './pretend-worker.ts'

export interface SimulationOptions {
  nodes?: number
  room?: Record<string, string>
  fateOf?: (pod: Pod) => Fate
  random?: () => number
  log?: Logger
  clock?: Clock
  /** See ControlOptions. */
  heard?: () => ReadonlyMap<string, number>
}

/** For tests: the real API over an in-memory store, the leader's loops, and workers that only pretend. */
export class SimulatedCluster {
  readonly store: MemoryStore
  readonly api: LocalApi
  readonly client: Client
  readonly workers: PretendWorkers
  control: Control
  #options: SimulationOptions
  #term = 1

  private constructor(options: SimulationOptions, store: MemoryStore, api: LocalApi) {
    this.#options = options
    this.store = store
    this.api = api
    this.client = api.client('alice')
    const { fateOf, clock = systemClock } = options
    this.workers = new PretendWorkers({ client: api.client('system:nodes'), clock, fateOf })
    this.control = this.#startControl()
  }

  static async start(options: SimulationOptions = {}): Promise<SimulatedCluster> {
    const { clock = systemClock, log = silentLogger } = options
    const store = new MemoryStore({ clock })
    const api = await startLocalApi({ store, clock, log, peer: 'peer-1' })
    const client = api.client('alice')
    for (const name of ['default', 'kube-system']) await client.resource(namespaces).create({ metadata: { name } })
    const names = Array.from({ length: options.nodes ?? 3 }, (_, i) => `node-${i}`)
    await addNodes(
      client,
      names.map((name) => pretendNode(name, options.room)),
    )
    const cluster = new SimulatedCluster(options, store, api)
    await cluster.control.ready()
    return cluster
  }

  /** Another leader takes over. */
  async changeLeader(): Promise<void> {
    await this.control.stop()
    this.#term++
    this.control = this.#startControl()
    await this.control.ready()
  }

  async stop(): Promise<void> {
    await this.control.stop()
    await this.workers.stop()
    await this.api.stop()
    await this.store.close()
  }

  /** Asks again after every change in the store until `condition` holds. Throws after `timeoutMs`. */
  async until(what: string, condition: () => Promise<boolean>, timeoutMs = 20_000): Promise<void> {
    const deadlineMs = performance.now() + timeoutMs
    for (;;) {
      const { revision } = this.store
      if (await condition()) return
      if (performance.now() > deadlineMs) throw new Error(`not within ${timeoutMs} ms: ${what}`)
      if (this.store.revision === revision) await Bun.sleep(5)
    }
  }

  #startControl(): Control {
    const { clock = systemClock, log = silentLogger, random, heard } = this.#options
    const client = this.api.client('system:control')
    return startControl({ client, term: this.#term, clock, log, random, heard, clusterCaPem: 'PEM' })
  }
}
