import type { Clock } from '../clock/clock.ts'
import { ClusterClock } from '../clock/cluster-clock.ts'
import type { Links } from '../link/links.ts'
import { knownFeatureLevel } from '../log/feature-level.ts'
import { openMemberLog } from '../log/member-log.ts'
import type { LogDurations, VoterLog } from '../log/voter-log.ts'
import type { Logger } from '../logger/logger.ts'
import { type Configuration, membersOf } from '../raft/configuration.ts'
import type { Leadership } from '../raft/effects.ts'
import type { Tunnels } from '../tunnel/tunnels.ts'
import type { LeaderRules } from './leader-choice.ts'
import type { MemberSource } from './members.ts'
import { openFeed, openOperations, serveOperations } from './operations-tunnel.ts'
import { RaftChannel } from './raft-channel.ts'
import type { Report } from './report.ts'
import { Reports, reportedLinks } from './reports.ts'
import { openState, type StateImages, serveState } from './state-tunnel.ts'
import type { VoterRules } from './voter-choice.ts'
import { medianRttMs, VoterKeeper } from './voter-keeper.ts'

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
  /** The state above the log, for nodes that have none or lag too far behind. Absent: only operations are exchanged. */
  state?: StateImages
  /** The machine's own. */
  clock: Clock
  logger: Logger
  /** Told at each change, from the first election on. */
  leadershipChanged?(leadership: Leadership): void
  /** Told once: the log takes no further part until a restart (its disk failed, or this build is too old). */
  failed?(error: Error): void
  /** Default 100 ms: an election timeout of at least a second, a look at the voters each second. */
  tickMs?: number
  rules?: Partial<VoterRules & LeaderRules>
  /** See VoterLogOptions. */
  mayWait?(payload: Uint8Array): boolean
  /** See VoterLogOptions. */
  maxKeptBytes?: number
  /** For tests: what an older or newer build knows. */
  knownFeatureLevel?: number
}

/** For status, metrics and tests. */
export interface ConsensusStatus extends Leadership {
  configuration: Configuration
  /** At the leader: members that do not vote although more voters are wanted, and why. */
  heldBack: { id: string; reason: string }[]
  /** Peers whose log is another one, and why. */
  refused: { id: string; reason: string }[]
  /** How far the machine's clock is ahead of cluster time; negative when behind; undefined: never compared. */
  skewMs: number | undefined
  featureLevel: number
  /** Since this node's start. */
  elections: Elections
  /** Entries of the Raft log known to be committed, and those applied here. */
  commit: number
  applied: number
}

/** What a node has seen of elections. */
export interface Elections {
  /** Times that this node asked for votes. */
  campaigns: number
  /** Times that another leader than before was known, the first one included. */
  leaders: number
}

const checkTicks = 10
const reportTicks = 50
/** A sign of life counts for so many ticks. */
const aliveTicks = 150
/** The election timeout in median round trips, and what change of it is worth another timeout. */
const timeoutRtts = 10
const timeoutChange = 0.2

/** All that makes the log one log between the nodes: its channel, its operations, who votes, what time it is. */
export class Consensus {
  /** Cluster time, for everything above. */
  readonly clock: ClusterClock
  readonly #options: ConsensusOptions
  readonly #channel: RaftChannel
  readonly #reports: Reports
  readonly #stopping = new AbortController()
  readonly #timers: ReturnType<typeof setInterval>[] = []
  #log: VoterLog | undefined
  #keeper: VoterKeeper | undefined
  #unfollow: (() => void) | undefined
  #leadership: Leadership = { role: 'follower', term: 0, leader: null }
  #electionTimeoutMs = 0
  #aliveMs: number | undefined
  readonly #elections: Elections = { campaigns: 0, leaders: 0 }
  #lastLeader: string | null = null

  /** Serves its protocols; before the links know any peer. */
  constructor(options: ConsensusOptions) {
    const { links, tunnels, clock, logger } = options
    this.#options = options
    this.clock = new ClusterClock(clock)
    this.#channel = new RaftChannel({ links, identity: options, clock, logger })
    this.#reports = new Reports({
      links,
      clock: this.clock,
      describe: () => this.#describe(),
      changed: () => this.#keeper?.check(),
    })
    serveOperations(tunnels, options, () => this.#log?.replicate(true))
    const { state } = options
    if (state !== undefined)
      serveState(
        tunnels,
        options,
        () => this.#openLog.floor,
        () => state.image(),
      )
  }

  /**
   * Opens this node's log. `isFounder`: it made the cluster, and begins the log when there is none; any other node without a
   * log waits here until a linked peer gives it the operations. The same at each start.
   */
  async open(isFounder: boolean): Promise<VoterLog> {
    const { links, tunnels, state, logger, tickMs = 100 } = this.#options
    const identity = this.#options
    const log = await openMemberLog({
      ...this.#options,
      clock: this.clock,
      id: links.self,
      isFounder,
      transport: this.#channel,
      random: Math.random,
      signal: this.#stopping.signal,
      openReplication: (leader) => openOperations(links, tunnels, this.#options, leader),
      openFeed: (leader, avoid) => {
        const { voters } = this.#openLog.status.configuration
        return openFeed(links, tunnels, this.#options, { voters, leader, avoid })
      },
      state: state && {
        applied: () => state.applied(),
        wanted: () => state.wanted(),
        async adopt(leader, has) {
          const chunks = await openState(links, tunnels, identity, leader, has)
          return chunks && state.adopt(chunks)
        },
      },
      leadershipChanged: (leadership) => this.#leadershipChanged(leadership),
    })
    this.#log = log
    this.clock.follow(() => log.timeMs)
    this.#timers.push(setInterval(() => this.#keeper?.check(), checkTicks * tickMs))
    this.#timers.push(setInterval(() => this.#report(), reportTicks * tickMs))
    logger.info('the log is open', { operations: log.length })
    return log
  }

  /** Who the members are, once the state above the log is there: from now on this node, when it leads, sees to who votes. */
  keepVoters(source: MemberSource): void {
    const { links, logger, rules, knownFeatureLevel } = this.#options
    if (this.#log === undefined) throw new Error('the log is not open')
    const keeper = new VoterKeeper({
      self: links.self,
      log: this.#log,
      source,
      heardMs: (id) => this.#channel.heardMs(id),
      reports: () => new Map<string, Report>([...this.#reports.received, [links.self, this.#ownReport()]]),
      clock: this.clock,
      logger,
      rules,
      knownFeatureLevel,
    })
    this.#keeper = keeper
    this.#unfollow = source.onChange(() => keeper.check())
    keeper.check()
  }

  get leadership(): Leadership {
    return this.#leadership
  }

  /** What runs above the mesh works: to be called every ten seconds or less. The leader is told over the link. */
  live(): void {
    this.#aliveMs = this.clock.monotonicMs()
  }

  /** At the leader: when each node's `live` was last heard of (`clock.monotonicMs()`), since it leads. */
  get alive(): ReadonlyMap<string, number> {
    const { links } = this.#options
    return new Map([
      ...this.#reports.alive,
      ...(this.#aliveMs === undefined ? [] : [[links.self, this.#aliveMs] as const]),
    ])
  }

  /** For metrics. */
  get durations(): LogDurations {
    return this.#openLog.durations
  }

  get status(): ConsensusStatus {
    const { configuration, role, term, leader, commit, applied } = this.#openLog.status
    const listed = (reasons: ReadonlyMap<string, string> = new Map()) =>
      [...reasons].map(([id, reason]) => ({ id, reason }))
    return {
      role,
      term,
      leader,
      configuration,
      heldBack: listed(this.#keeper?.heldBack),
      refused: listed(this.#channel.refusals),
      skewMs: this.#reports.isCompared ? this.clock.skewMs : undefined,
      featureLevel: this.#openLog.featureLevel,
      elections: { ...this.#elections },
      commit,
      applied,
    }
  }

  /** Whom this node must stay linked with, members or not: one that is removed takes part until it is out of the log. */
  get participants(): string[] {
    return this.#log === undefined ? [] : membersOf(this.#log.status.configuration)
  }

  /** Hands leadership over, and closes the log; ends an `open` that waits. The store over it goes first, the links after. */
  async close(): Promise<void> {
    this.#stopping.abort(new Error('consensus is closed'))
    this.#unfollow?.()
    for (const timer of this.#timers) clearInterval(timer)
    await this.#log?.close()
  }

  get #openLog(): VoterLog {
    if (this.#log === undefined) throw new Error('the log is not open')
    return this.#log
  }

  #leadershipChanged(leadership: Leadership): void {
    const before = this.#leadership
    this.#leadership = leadership
    const { role, term, leader } = leadership
    if (role === 'candidate' && (before.role !== 'candidate' || before.term !== term)) this.#elections.campaigns++
    if (leader !== null && leader !== this.#lastLeader) {
      this.#lastLeader = leader
      this.#elections.leaders++
    }
    this.#reports.follow(leadership.leader)
    this.#options.leadershipChanged?.(leadership)
    // Not within Raft's own turn: the check may change members.
    setImmediate(() => this.#keeper?.check())
  }

  #report(): void {
    this.#reports.send()
    const rttMs = medianRttMs(this.#ownReport())
    if (rttMs === undefined) return
    const timeoutMs = timeoutRtts * rttMs
    if (Math.abs(timeoutMs - this.#electionTimeoutMs) < timeoutChange * this.#electionTimeoutMs) return
    this.#electionTimeoutMs = timeoutMs
    this.#log?.setElectionTimeout(timeoutMs)
  }

  #describe(): Pick<Report, 'featureLevel' | 'writeP99Ms' | 'isAlive'> {
    const { tickMs = 100 } = this.#options
    const aliveForMs = this.clock.monotonicMs() - (this.#aliveMs ?? Number.NEGATIVE_INFINITY)
    return {
      isAlive: aliveForMs < aliveTicks * tickMs,
      featureLevel: this.#options.knownFeatureLevel ?? knownFeatureLevel,
      writeP99Ms: this.#log?.writeP99Ms,
    }
  }

  #ownReport(): Report {
    const { links } = this.#options
    return { ...this.#describe(), links: reportedLinks(links.status(), links.self) }
  }
}
