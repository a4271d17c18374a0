import { join } from 'node:path'
import { Duplex } from 'streamx'
import { systemClock } from '../clock/clock.ts'
import { silentLogger } from '../logger/logger.ts'
import type { CommittedBlock } from './committed-log.ts'
import { MemoryNetwork } from './memory-transport.ts'
import { Operations } from './operations.ts'
import { openOperationsCoreIn } from './operations-core.ts'
import { openStorage } from './storage.ts'
import { VoterLog } from './voter-log.ts'

export const seed = new Uint8Array(32).fill(7)
const shared = { seed, generation: 1, cluster: 'k', clock: systemClock, random: Math.random, logger: silentLogger }

/** Nodes of one log in one process, each with its own directory. */
export class TestLogs {
  readonly network = new MemoryNetwork()
  readonly logs = new Map<string, VoterLog>()
  /** Payloads delivered to each since its last start. */
  readonly delivered = new Map<string, CommittedBlock[]>()
  /** From whom those who lag fetch, instead of from the leader; and how often they did. */
  source: string | undefined
  fetches = 0
  /** Peers that give learners nothing, although they could. */
  readonly silent = new Set<string>()

  constructor(
    readonly directory: string,
    /** The first voters. */
    readonly ids: string[],
    readonly maxKeptBytes?: number,
  ) {}

  async start(id: string, voters = this.ids): Promise<VoterLog> {
    const log = await VoterLog.open({
      ...shared,
      id,
      voters,
      directory: join(this.directory, id),
      secret: new Uint8Array(32).fill(Number(id)),
      transport: this.network.transport(id),
      tickMs: 20,
      maxKeptBytes: this.maxKeptBytes,
      openReplication: async (leader) => {
        this.fetches++
        const peer = this.logs.get(this.source ?? leader ?? '')
        if (peer === undefined) throw new Error('no leader is known')
        return peer.replicate(true)
      },
      openFeed: async (leader, avoid) => this.#feedStream(id, leader, avoid),
      proposeTimeoutMs: 3000,
    })
    const blocks: CommittedBlock[] = []
    this.delivered.set(id, blocks)
    this.logs.set(id, log)
    await log.subscribe(0, async (more) => {
      blocks.push(...more)
    })
    this.network.heal(id)
    return log
  }

  /** A node that has nothing joins, to vote or to learn. */
  async join(id: string): Promise<VoterLog> {
    const log = await this.start(id, [])
    this.ids.push(id)
    return log
  }

  /** From now on these vote and all others learn. */
  async changeVoters(voters: string[]): Promise<void> {
    const learners = this.ids.filter((id) => !voters.includes(id))
    for (;;) {
      const log = this.logs.get(await this.leader())!
      if (log.changeMembers({ voters, learners }) === undefined) break
      await Bun.sleep(5)
    }
    for (;;) {
      const { status } = this.logs.get(await this.leader())!
      if (!status.isChangingConfiguration && status.configuration.voters.join() === voters.toSorted().join()) return
      await Bun.sleep(5)
    }
  }

  /** Waits until peers give a learner what is committed. Resolves with who does. */
  async fed(id: string): Promise<string> {
    for (;;) {
      const { feedingPeer, status } = this.logs.get(id)!
      if (feedingPeer !== undefined && status.isFed) return feedingPeer
      await Bun.sleep(5)
    }
  }

  async stop(id: string): Promise<void> {
    this.network.cut(id)
    await this.logs.get(id)!.close()
    this.logs.delete(id)
  }

  async all(): Promise<this> {
    for (const id of this.ids) await this.start(id)
    await this.leader()
    return this
  }

  /** Waits for a node that leads with an entry of its own term committed. */
  async leader(): Promise<string> {
    for (;;) {
      for (const [id, log] of this.logs) {
        if (log.leadership.role !== 'leader') continue
        const index = await log.readIndex().catch(() => undefined)
        if (index !== undefined && log.leadership.role === 'leader') return id
      }
      await Bun.sleep(5)
    }
  }

  /** Waits until a node has delivered what was committed anywhere. */
  async caughtUp(id: string): Promise<string[]> {
    const index = await this.logs.get(id)!.readIndex()
    const blocks = this.delivered.get(id)!
    while ((blocks.at(-1)?.index ?? -1) + 1 < index) await Bun.sleep(2)
    return texts(blocks)
  }

  #feedStream(id: string, leader: string | null, avoid: readonly string[]): { peer: string; stream: Duplex } {
    const cost = (peer: string) => 2 * Number(avoid.includes(peer)) + Number(peer === leader)
    const peers = [...this.logs.keys()].filter((peer) => peer !== id && this.logs.get(peer)!.feedingPeer !== id)
    const peer = peers.toSorted((a, b) => cost(a) - cost(b))[0]
    if (peer === undefined) throw new Error('no peer is there')
    const stream = this.silent.has(peer) ? new Duplex() : this.logs.get(peer)!.replicate(true)
    return { peer, stream }
  }

  async close(): Promise<void> {
    for (const id of [...this.logs.keys()]) await this.stop(id)
  }
}

/** What a crash leaves of a feed: the core is as long as the peer's, and most blocks are still to come. No log may be open there. */
export function leaveHalfFed(directory: string, source: Duplex): Promise<void> {
  return withOperations(
    directory,
    (operations) =>
      // The length comes with the first block: the connection ends before the others are here.
      new Promise<void>((resolve) => {
        void operations.beginFeed(resolve).then(() => operations.feedFrom(source))
      }),
  )
}

/** The operations on the disk of a node whose log is closed. */
export function storedIn(directory: string): Promise<{ length: number; isWhole: boolean }> {
  return withOperations(directory, async ({ length, isWhole }) => ({ length, isWhole }))
}

async function withOperations<T>(directory: string, act: (operations: Operations) => Promise<T>): Promise<T> {
  const storage = openStorage(directory, silentLogger)
  const core = await openOperationsCoreIn(storage, seed, shared.generation)
  core.core.autoClose = false
  const operations = await Operations.open(core)
  const result = await act(operations)
  await operations.close()
  await storage.close()
  return result
}

export function texts(blocks: CommittedBlock[]): string[] {
  return blocks.filter(({ payload }) => payload.byteLength > 0).map(({ payload }) => Buffer.from(payload).toString())
}
