import type { RaftStatus } from '../raft/raft.ts'
import type { VoterLog } from './voter-log.ts'

/** The voter that can lead soonest: answering, and with most of the log. Undefined when there is no other. */
export function bestSuccessor({ configuration, progress }: RaftStatus): string | undefined {
  const others = progress.filter(({ id, isActive }) => isActive && configuration.voters.includes(id))
  return others.toSorted((a, b) => b.match - a.match || (a.id < b.id ? -1 : 1))[0]?.id
}

const pollMs = 10

/**
 * Gives leadership to another voter, if this node has it, and resolves when that one leads: its vote may be needed until then.
 * Gives up when nobody takes it within an election timeout.
 */
export async function handOver(log: VoterLog, isOver: () => boolean): Promise<void> {
  if (log.leadership.role !== 'leader') return
  const to = bestSuccessor(log.status)
  if (to === undefined || log.transferLeadership(to) !== undefined) return
  const isPending = () =>
    log.leadership.leader === null || (log.status.isTransferring && log.leadership.role === 'leader')
  while (isPending() && !isOver()) await new Promise((resolve) => setTimeout(resolve, pollMs))
}
