import { join } from 'node:path'
import { systemClock } from '../clock/clock.ts'
import type { PeerAddresses } from '../link/links.ts'
import { MemoryLinkNetwork } from '../link/memory-links.ts'
import type { CommittedBlock } from '../log/committed-log.ts'
import type { VoterLog } from '../log/voter-log.ts'
import { silentLogger } from '../logger/logger.ts'
import { openTunnels } from '../tunnel/open-tunnels.ts'
import { Consensus } from './consensus.ts'
import type { Member, WantedVoters } from './members.ts'

const nowhere: PeerAddresses = { udp: [], webSocket: [] }

export interface TestNode {
  consensus: Consensus
  log: VoterLog
  /** Delivered since its last start. */
  blocks: CommittedBlock[]
}

export interface TestNodeOptions {
  cluster?: string
  generation?: number
  /** Default: only node 1. */
  isFounder?: boolean
  knownFeatureLevel?: number
  /** How wrong the machine's clock is. */
  aheadMs?: number
}

/** Short enough for a test, and in the same order as the real ones. */
const rules = { newcomerMs: 500, replaceAfterMs: 1500, presentMs: 300 }

/** Nodes of one process over links in memory, each with a directory of its own; their keys are digits. */
export class TestCluster {
  readonly links = new MemoryLinkNetwork()
  readonly nodes = new Map<string, TestNode>()
  readonly #opening = new Map<string, Consensus>()
  readonly #members = new Map<string, Member>()
  readonly #watchers = new Set<() => void>()
  wantedVoters: WantedVoters = 3
  readonly #peers = new Map(['1', '2', '3', '4', '5'].map((id) => [id, nowhere]))

  constructor(readonly directory: string) {}

  async start(id: string, options: TestNodeOptions = {}): Promise<TestNode> {
    const { cluster = 'k', generation = 1, isFounder = id === '1', knownFeatureLevel, aheadMs = 0 } = options
    const links = this.links.join(id)
    const consensus = new Consensus({
      directory: join(this.directory, id),
      seed: new Uint8Array(32).fill(7),
      generation,
      secret: new Uint8Array(32).fill(Number(id)),
      cluster,
      links,
      tunnels: openTunnels(links, silentLogger),
      clock: { ...systemClock, nowMs: () => systemClock.nowMs() + aheadMs },
      logger: silentLogger,
      tickMs: 20,
      rules,
      knownFeatureLevel,
    })
    this.#opening.set(id, consensus)
    this.links.heal(id)
    links.setPeers(this.#peers)
    const log = await consensus.open(isFounder)
    const blocks: CommittedBlock[] = []
    const node = { consensus, log, blocks }
    this.nodes.set(id, node)
    await log.subscribe(0, async (more) => void blocks.push(...more))
    consensus.keepVoters({
      members: () => [...this.#members.values()],
      wantedVoters: () => this.wantedVoters,
      onChange: (changed) => {
        this.#watchers.add(changed)
        return () => this.#watchers.delete(changed)
      },
    })
    return node
  }

  /** Makes these the cluster's members, as every node sees them. */
  setMembers(ids: string): void {
    const before = new Map(this.#members)
    this.#members.clear()
    for (const id of ids) this.#members.set(id, before.get(id) ?? { id, joinedMs: systemClock.nowMs() })
    for (const changed of this.#watchers) changed()
  }

  /** Waits for a leader under which these vote and these learn: `123/4`; or so many vote, whoever. */
  async settled(expected: string | number): Promise<TestNode> {
    for (;;) {
      for (const node of this.nodes.values()) {
        const { configuration, isChangingConfiguration, role } = node.log.status
        const { voters, learners } = configuration
        const found = typeof expected === 'number' ? voters.length : `${voters.join('')}/${learners.join('')}`
        if (role === 'leader' && !isChangingConfiguration && found === expected) return node
      }
      await Bun.sleep(5)
    }
  }

  async stop(id: string): Promise<void> {
    this.links.cut(id)
    await this.#opening.get(id)!.close()
    this.#opening.delete(id)
    this.nodes.delete(id)
  }

  /** What a node has delivered, once that is all that was committed anywhere before the call. */
  async caughtUp(id: string): Promise<string[]> {
    const { log, blocks } = this.nodes.get(id)!
    const index = await log.readIndex()
    while ((blocks.at(-1)?.index ?? -1) + 1 < index) await Bun.sleep(2)
    return blocks.filter(({ payload }) => payload.byteLength > 0).map(({ payload }) => Buffer.from(payload).toString())
  }

  async close(): Promise<void> {
    for (const id of [...this.#opening.keys()]) await this.stop(id)
  }
}
