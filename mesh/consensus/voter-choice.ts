import type { Configuration, ConfigurationTarget } from '../raft/configuration.ts'
import type { NodeId } from '../raft/entry.ts'
import type { WantedVoters } from './members.ts'

/** What the leader knows of one member, itself included. */
export interface MemberFacts {
  id: NodeId
  joinedForMs: number
  /** Since its log was last heard here; 0 of the leader itself. */
  silentForMs: number
  /** It has the log, but for what is on its way. */
  isCaughtUp: boolean
  /** Of its log's writes; undefined: not known. */
  writeP99Ms?: number
  /** Whom it is connected with, and whether without a relay; undefined: it has not reported yet. */
  links?: ReadonlyMap<NodeId, { isDirect: boolean }>
}

export interface VoterRules {
  /** As many as an operator asked for, as soon as there are so many. */
  wantedVoters: WantedVoters
  /** A member becomes voter no sooner than this after it joined. */
  newcomerMs: number
  /** A voter that was not heard for this long is replaced. */
  replaceAfterMs: number
  /** Nobody becomes voter that was not heard for this long. */
  presentMs: number
  /** Disks whose writes take longer come last. */
  slowWriteMs: number
}

export const voterRules: VoterRules = {
  wantedVoters: 3,
  newcomerMs: 120_000,
  replaceAfterMs: 600_000,
  presentMs: 3000,
  slowWriteMs: 100,
}

export interface VoterChoice {
  /** What to change to; undefined when all is as it should be. */
  target?: ConfigurationTarget & { reason: string }
  /** Members that do not vote although more voters are wanted, and why. */
  heldBack: ReadonlyMap<NodeId, string>
}

/**
 * Who should vote and who learn (architecture, "Consensus"). An odd number of voters: one while there are fewer than three that
 * can be; all other members learn. `self` leads, and is a voter that is heard.
 */
export function chooseVoters(
  self: NodeId,
  current: Configuration,
  members: readonly MemberFacts[],
  rules: VoterRules = voterRules,
): VoterChoice {
  const byId = new Map(members.map((member) => [member.id, member]))
  const staying = current.voters.flatMap((id) => byId.get(id) ?? [])
  const lost = staying.filter((member) => member.silentForMs >= rules.replaceAfterMs && member.id !== self)
  const kept = staying.filter((member) => !lost.includes(member))
  const heldBack = new Map<NodeId, string>()
  const candidates = members.filter(({ id }) => !current.voters.includes(id))
  // The wait keeps a short-lived node from the place of a proven one. A lone voter has nobody proven beside it, and until it has
  // company all is on one disk; and an even number of voters survives no more deaths than one fewer.
  const waits = staying.length >= 3 && staying.length % 2 === 1
  const eligible = candidates.filter((member) => {
    const reason = ineligible(member, waits, rules)
    if (reason !== undefined) heldBack.set(member.id, reason)
    return reason === undefined
  })
  const ranked = rank(self, kept, eligible, heldBack, rules)
  const voters = pick([...ranked.kept, ...ranked.chosen, ...lost], rules.wantedVoters, rules)
  const learners = members.map(({ id }) => id).filter((id) => !voters.includes(id))
  if (voters.length === 0) return { heldBack }
  if (voters.length >= rules.wantedVoters) heldBack.clear()
  const reason = difference(current, voters, learners, lost)
  if (reason === '') return { heldBack }
  return { target: { voters: voters.toSorted(), learners: learners.toSorted(), reason }, heldBack }
}

function ineligible(member: MemberFacts, waits: boolean, rules: VoterRules): string | undefined {
  if (member.silentForMs > rules.presentMs) return 'its log is not heard'
  if (!member.isCaughtUp) return 'it has not caught up'
  if (member.links === undefined) return 'it has not reported to the leader'
  if (waits && member.joinedForMs < rules.newcomerMs) return 'it joined a short while ago'
  return undefined
}

/** Those that vote already, the leader first; then the best of the others, each connected with all before it. */
function rank(
  self: NodeId,
  kept: readonly MemberFacts[],
  eligible: readonly MemberFacts[],
  heldBack: Map<NodeId, string>,
  rules: VoterRules,
): { kept: MemberFacts[]; chosen: MemberFacts[] } {
  const isFast = ({ writeP99Ms = 0 }: MemberFacts) => writeP99Ms < rules.slowWriteMs
  const byQuality = (a: MemberFacts, b: MemberFacts) =>
    Number(b.id === self) - Number(a.id === self) ||
    Number(isFast(b)) - Number(isFast(a)) ||
    directLinks(b) - directLinks(a) ||
    b.joinedForMs - a.joinedForMs ||
    (a.id < b.id ? -1 : 1)
  const sorted = kept.toSorted(byQuality)
  const chosen: MemberFacts[] = []
  let rest = eligible.toSorted(byQuality)
  while (rest.length > 0) {
    const before = [...sorted, ...chosen]
    const isLinked = (member: MemberFacts, only: 'direct' | 'any') =>
      before.every((other) => linkBetween(member, other, only))
    const next =
      rest.find((member) => isFast(member) && isLinked(member, 'direct')) ??
      rest.find((member) => isLinked(member, 'direct')) ??
      rest.find((member) => isLinked(member, 'any'))
    if (next === undefined) break
    chosen.push(next)
    rest = rest.filter((member) => member !== next)
  }
  for (const { id } of rest) heldBack.set(id, 'it is not connected with every voter')
  return { kept: sorted, chosen }
}

/** As many of the first as are wanted and make an odd number, if a majority of them is heard. */
function pick(ranked: readonly MemberFacts[], wanted: number, rules: VoterRules): NodeId[] {
  const most = Math.min(wanted, ranked.length)
  const picked = ranked.slice(0, most % 2 === 1 ? most : most - 1)
  const heard = picked.filter(({ silentForMs }) => silentForMs <= rules.presentMs)
  return heard.length > picked.length / 2 ? picked.map(({ id }) => id) : []
}

function directLinks({ links }: MemberFacts): number {
  return [...(links?.values() ?? [])].filter(({ isDirect }) => isDirect).length
}

/** Either end may have said so: one that has just been connected has not told yet. */
function linkBetween(a: MemberFacts, b: MemberFacts, only: 'direct' | 'any'): boolean {
  const links = [a.links?.get(b.id), b.links?.get(a.id)].filter((link) => link !== undefined)
  return only === 'any' ? links.length > 0 : links.some(({ isDirect }) => isDirect)
}

/** In words; empty when nothing changes. */
function difference(
  current: Configuration,
  voters: readonly NodeId[],
  learners: readonly NodeId[],
  lost: readonly MemberFacts[],
): string {
  const before = new Set([...current.voters, ...current.learners])
  const after = new Set([...voters, ...learners])
  const groups: [string, NodeId[]][] = [
    ['votes', voters.filter((id) => !current.voters.includes(id))],
    ['joined', learners.filter((id) => !before.has(id))],
    ['is no member any more', [...before].filter((id) => !after.has(id))],
    ['was not heard for too long', lost.map(({ id }) => id).filter((id) => !voters.includes(id))],
    [
      'votes no longer',
      current.voters.filter((id) => learners.includes(id) && !lost.some((member) => member.id === id)),
    ],
  ]
  const said = groups.flatMap(([what, ids]) => ids.toSorted().map((id) => `${id.slice(0, 8)} ${what}`))
  return said.join(', ')
}
