import type { Clock } from '../clock/clock.ts'
import { commonFeatureLevel, knownFeatureLevel } from '../log/feature-level.ts'
import type { VoterLog } from '../log/voter-log.ts'
import type { Logger } from '../logger/logger.ts'
import type { NodeId } from '../raft/entry.ts'
import type { RaftStatus } from '../raft/raft.ts'
import { chooseLeader, type LeaderRules, leaderRules } from './leader-choice.ts'
import { median } from './median.ts'
import type { MemberSource } from './members.ts'
import type { Report } from './report.ts'
import { chooseVoters, type MemberFacts, type VoterRules, voterRules } from './voter-choice.ts'

export interface VoterKeeperOptions {
  self: NodeId
  log: VoterLog
  source: MemberSource
  /** `clock.monotonicMs()` when a node's log was last heard. */
  heardMs(id: NodeId): number | undefined
  /** What each of the others has reported since this node leads, and this node's own. */
  reports(): ReadonlyMap<NodeId, Report>
  clock: Clock
  logger: Logger
  rules?: Partial<VoterRules & LeaderRules>
  /** What this build knows; another one in tests. */
  knownFeatureLevel?: number
}

/** Further behind than this a node has not caught up. */
const maxLag = 1024
/** A member is taken for removed when the state has not had it for so long: a new leader's may be a little behind. */
const removedAfterMs = 2000

/** The leader's care for who votes and learns, where leadership is, and the feature level. Others do nothing. */
export class VoterKeeper {
  readonly #options: VoterKeeperOptions
  readonly #rules: VoterRules & LeaderRules
  /** The term in which this node leads, and since when. */
  #reign: { term: number; sinceMs: number } | undefined
  readonly #heardMs = new Map<NodeId, number>()
  readonly #missingSinceMs = new Map<NodeId, number>()
  #heldBack: ReadonlyMap<NodeId, string> = new Map()
  #isRaising = false

  constructor(options: VoterKeeperOptions) {
    this.#options = options
    this.#rules = { ...voterRules, ...leaderRules, ...options.rules }
  }

  /** At the leader: members that do not vote although they could be wanted to, and why. */
  get heldBack(): ReadonlyMap<NodeId, string> {
    return this.#heldBack
  }

  /** Does what is due. To be called about once a second, and when members, reports or leadership have changed. */
  check(): void {
    const { log, clock } = this.#options
    const { role, term } = log.leadership
    if (role !== 'leader') {
      this.#reign = undefined
      this.#heldBack = new Map()
      return
    }
    if (this.#reign?.term !== term) {
      this.#reign = { term, sinceMs: clock.monotonicMs() }
      this.#heardMs.clear()
      this.#missingSinceMs.clear()
    }
    const { status } = log
    if (status.isChangingConfiguration || status.isTransferring) return
    const members = this.#facts(status)
    if (members.length === 0 || this.#changesMembers(status, members)) return
    this.#raiseLevel(members)
    this.#movesLeadership(status, members)
  }

  #changesMembers(status: RaftStatus, members: MemberFacts[]): boolean {
    const { self, log, logger, source } = this.#options
    const rules = { ...this.#rules, wantedVoters: source.wantedVoters?.() ?? this.#rules.wantedVoters }
    const { target, heldBack } = chooseVoters(self, status.configuration, members, rules)
    this.#heldBack = heldBack
    if (target === undefined) return false
    const { reason, ...configuration } = target
    const refusal = log.changeMembers(configuration)
    if (refusal === undefined) logger.info('who votes and learns changes', { reason, voters: target.voters.join(' ') })
    else if (refusal.code !== 'NotReady') logger.warn('who votes cannot be changed', { reason, error: refusal.message })
    return true
  }

  #movesLeadership({ configuration }: RaftStatus, members: MemberFacts[]): void {
    const { self, log, clock, logger } = this.#options
    const reports = this.#options.reports()
    const voters = members
      .filter(({ id }) => configuration.voters.includes(id))
      .map((member) => ({ ...member, medianRttMs: medianRttMs(reports.get(member.id)) }))
    const move = chooseLeader(self, clock.monotonicMs() - this.#reign!.sinceMs, voters, this.#rules)
    if (move === undefined || log.transferLeadership(move.to) !== undefined) return
    logger.info('leadership moves', move)
  }

  /** Once every member, heard or not, has announced it. */
  #raiseLevel(members: MemberFacts[]): void {
    const { self, log, logger } = this.#options
    const reports = this.#options.reports()
    const own = this.#options.knownFeatureLevel ?? knownFeatureLevel
    const level = commonFeatureLevel(members.map(({ id }) => (id === self ? own : reports.get(id)?.featureLevel)))
    if (level <= log.featureLevel || this.#isRaising) return
    this.#isRaising = true
    logger.info('the feature level is raised', { from: log.featureLevel, to: level })
    log
      .raiseFeatureLevel(level)
      .catch((error: Error) => logger.warn('the feature level could not be raised', { error: error.message }))
      .finally(() => {
        this.#isRaising = false
      })
  }

  #facts(status: RaftStatus): MemberFacts[] {
    const { self, source, clock, heardMs } = this.#options
    const nowMs = clock.monotonicMs()
    const known = source.members()
    if (known.length === 0) return []
    const joinedMs = new Map(known.map((member) => [member.id, member.joinedMs]))
    const reports = this.#options.reports()
    const { voters, learners } = status.configuration
    const present = [...voters, ...learners].filter((id) => !joinedMs.has(id) && !this.#isRemoved(id, nowMs))
    for (const id of joinedMs.keys()) this.#missingSinceMs.delete(id)
    return [...joinedMs.keys(), ...present].map((id) => {
      const heard = Math.max(heardMs(id) ?? 0, this.#heardMs.get(id) ?? 0)
      if (heard > 0) this.#heardMs.set(id, heard)
      const progress = status.progress.find((one) => one.id === id)
      const report = reports.get(id)
      // A voter has the whole time to be heard in; of any other it has to be known.
      const never = voters.includes(id) ? nowMs - this.#reign!.sinceMs : Number.POSITIVE_INFINITY
      return {
        id,
        joinedForMs: clock.nowMs() - (joinedMs.get(id) ?? 0),
        silentForMs: id === self ? 0 : heard > 0 ? nowMs - heard : never,
        isCaughtUp: id === self || (isFollowing(progress?.state) && status.commit - progress!.match <= maxLag),
        writeP99Ms: report?.writeP99Ms,
        links: report && new Map(report.links.map(({ peer, isDirect }) => [peer, { isDirect }])),
      }
    })
  }

  #isRemoved(id: NodeId, nowMs: number): boolean {
    const sinceMs = this.#missingSinceMs.get(id) ?? nowMs
    this.#missingSinceMs.set(id, sinceMs)
    return nowMs - sinceMs >= removedAfterMs
  }
}

/** It gets entries as they come, from the leader or from peers. */
function isFollowing(state: string | undefined): boolean {
  return state === 'replicate' || state === 'fed'
}

export function medianRttMs(report: Report | undefined): number | undefined {
  return median(report?.links.flatMap(({ rttMs }) => rttMs ?? []) ?? [])
}
