import type { Clock } from '../clock/clock.ts'
import type { Links } from '../link/links.ts'
import { openMemberLog } from '../log/member-log.ts'
import type { VoterLog } from '../log/voter-log.ts'
import type { Logger } from '../logger/logger.ts'
import type { Leadership } from '../raft/effects.ts'
import type { Tunnels } from '../tunnel/tunnels.ts'
import { openOperations, serveOperations } from './operations-tunnel.ts'
import { RaftChannel } from './raft-channel.ts'

export interface ConsensusOptions {
  /** Directory of the log's cores; made when absent. */
  directory: string
  /** The keyring's 32 secret bytes for the operations core, and their generation. */
  seed: Uint8Array
  generation: number
  /** 32 secret bytes of this node alone. */
  secret: Uint8Array
  /** Who the cluster is; no secret. */
  cluster: string
  links: Links
  tunnels: Tunnels
  /** The machine's own. */
  clock: Clock
  logger: Logger
  /** Told at each change, from the first election on. */
  leadershipChanged?(leadership: Leadership): void
  /** For tests: default 100 ms, an election timeout of at least a second. */
  tickMs?: number
}

/** All that makes the log one log between the nodes: its channel, its operations, who votes, what time it is. */
export class Consensus {
  readonly #options: ConsensusOptions
  readonly #channel: RaftChannel
  readonly #stopping = new AbortController()
  #log: VoterLog | undefined

  /** Serves its protocols; before the links know any peer. */
  constructor(options: ConsensusOptions) {
    const { links, tunnels, clock, logger } = options
    this.#options = options
    this.#channel = new RaftChannel({ links, identity: options, clock, logger })
    serveOperations(tunnels, options, () => this.#log?.replicate(true))
  }

  /**
   * Opens this node's log. `isFounder`: it made the cluster, and begins the log when there is none; any other node without a
   * log waits here until a linked peer gives it the operations. The same at each start.
   */
  async open(isFounder: boolean): Promise<VoterLog> {
    const { links, tunnels, logger } = this.#options
    this.#log = await openMemberLog({
      ...this.#options,
      id: links.self,
      isFounder,
      transport: this.#channel,
      random: Math.random,
      signal: this.#stopping.signal,
      openReplication: (leader) => openOperations(links, tunnels, this.#options, leader),
      leadershipChanged: (leadership) => this.#options.leadershipChanged?.(leadership),
    })
    logger.info('the log is open', { operations: this.#log.length })
    return this.#log
  }

  /** Peers whose log is another one, and why. */
  get refusals(): ReadonlyMap<string, string> {
    return this.#channel.refusals
  }

  /** Ends an `open` that waits, and closes the log. The store over it goes first, the links after. */
  async close(): Promise<void> {
    this.#stopping.abort(new Error('consensus is closed'))
    await this.#log?.close()
  }
}
