import { join } from 'node:path'
import { systemClock } from '../clock/clock.ts'
import { Consensus } from '../consensus/consensus.ts'
import type { WantedVoters } from '../consensus/members.ts'
import type { PeerAddresses } from '../link/links.ts'
import { MemoryLinkNetwork } from '../link/memory-links.ts'
import { silentLogger } from '../logger/logger.ts'
import { openTunnels } from '../tunnel/open-tunnels.ts'
import { LocalState } from './local-state.ts'
import { ReplicatedStore } from './replicated.ts'

const nowhere: PeerAddresses = { udp: [], webSocket: [] }
const ids = ['1', '2', '3', '4', '5', '6']
const rules = { newcomerMs: 100, replaceAfterMs: 60_000, presentMs: 300 }

/** Nodes of one process with log and state over links in memory; their keys are digits, 1 is the founder. Superseded history is cleared. */
export class TestNodes {
  readonly links = new MemoryLinkNetwork()
  readonly nodes = new Map<string, Awaited<ReturnType<TestNodes['start']>>>()
  #members = ['1', '2', '3']
  wantedVoters: WantedVoters = 3
  readonly #watchers = new Set<() => void>()

  constructor(
    readonly directory: string,
    readonly generation = 1,
  ) {}

  viewFile(id: string): string {
    return join(this.directory, `view-${id}.sqlite`)
  }

  async start(id: string) {
    const links = this.links.join(id)
    const state = new LocalState(this.viewFile(id), silentLogger)
    const consensus = new Consensus({
      directory: join(this.directory, id),
      seed: new Uint8Array(32).fill(7),
      generation: this.generation,
      secret: new Uint8Array(32).fill(Number(id)),
      cluster: 'k',
      links,
      tunnels: openTunnels(links, silentLogger),
      clock: systemClock,
      logger: silentLogger,
      tickMs: 20,
      maxKeptBytes: 20_000,
      rules,
      state,
    })
    this.links.heal(id)
    links.setPeers(new Map(ids.map((peer) => [peer, nowhere])))
    const log = await consensus.open(id === '1')
    // Whatever is superseded is cleared.
    const retention = { transientMs: -1000 }
    const store = await ReplicatedStore.open({
      ...{ log, viewFile: this.viewFile(id), clock: systemClock, logger: silentLogger },
      retention,
    })
    state.store = store
    consensus.keepVoters({
      members: () => this.#members.map((id) => ({ id, joinedMs: 0 })),
      wantedVoters: () => this.wantedVoters,
      onChange: (changed) => {
        this.#watchers.add(changed)
        return () => this.#watchers.delete(changed)
      },
    })
    const node = { consensus, log, store }
    this.nodes.set(id, node)
    return node
  }

  /** As every node sees them. */
  setMembers(members: string): void {
    this.#members = [...members]
    for (const changed of this.#watchers) changed()
  }

  /** Until these vote. */
  async voting(expected: string): Promise<void> {
    for (;;) {
      for (const { log } of this.nodes.values()) {
        const { configuration, isChangingConfiguration, role } = log.status
        if (role === 'leader' && !isChangingConfiguration && configuration.voters.toSorted().join('') === expected)
          return
      }
      await Bun.sleep(5)
    }
  }

  async stop(id: string): Promise<void> {
    this.links.cut(id)
    const { consensus, store } = this.nodes.get(id)!
    await store.close()
    await consensus.close()
    this.nodes.delete(id)
  }

  async close(): Promise<void> {
    for (const id of [...this.nodes.keys()]) await this.stop(id)
  }
}
