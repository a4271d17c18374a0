import type { NodeId } from '../raft/entry.ts'

/** What the leader knows of a voter, itself included. */
export interface VoterFacts {
  id: NodeId
  /** Median round trip to the nodes it is connected with; undefined: not known. */
  medianRttMs?: number
  writeP99Ms?: number
  silentForMs: number
  isCaughtUp: boolean
}

export interface LeaderRules {
  /** Leadership moves no sooner after an election. */
  settledMs: number
  /** The other must be this much nearer to the rest, and this part of the way: else measuring alone would move it. */
  gainMs: number
  gainFraction: number
  presentMs: number
  slowWriteMs: number
}

export const leaderRules: LeaderRules = {
  settledMs: 600_000,
  gainMs: 5,
  gainFraction: 0.3,
  presentMs: 3000,
  slowWriteMs: 100,
}

/** The voter that should lead instead, being nearer to the rest; undefined when it is well as it is. */
export function chooseLeader(
  self: NodeId,
  ledForMs: number,
  voters: readonly VoterFacts[],
  rules: LeaderRules = leaderRules,
): { to: NodeId; reason: string } | undefined {
  if (ledForMs < rules.settledMs) return undefined
  const own = voters.find(({ id }) => id === self)?.medianRttMs
  if (own === undefined) return undefined
  const others = voters.filter(({ id, silentForMs, isCaughtUp, writeP99Ms = 0 }) => {
    return id !== self && isCaughtUp && silentForMs <= rules.presentMs && writeP99Ms < rules.slowWriteMs
  })
  const known = others.flatMap(({ id, medianRttMs }) => (medianRttMs === undefined ? [] : [{ id, medianRttMs }]))
  const [best] = known.toSorted((a, b) => a.medianRttMs - b.medianRttMs || (a.id < b.id ? -1 : 1))
  if (best === undefined) return undefined
  const gainMs = own - best.medianRttMs
  if (gainMs < rules.gainMs || gainMs < own * rules.gainFraction) return undefined
  const reason = `its median round trip is ${best.medianRttMs.toFixed(1)} ms, ours ${own.toFixed(1)} ms`
  return { to: best.id, reason }
}
