import type { Figure } from '../api/server/metrics.ts'
import type { ConsensusStatus } from '../mesh/consensus/consensus.ts'
import type { LinkStatus, PeerKey } from '../mesh/link/links.ts'
import type { Durations } from '../mesh/log/durations.ts'
import type { LogDurations } from '../mesh/log/voter-log.ts'
import type { LoopDelays } from './loop-delay.ts'

export interface MeshFigureSources {
  self: PeerKey
  consensus: ConsensusStatus
  log: LogDurations
  store: { commit: Durations; apply: Durations }
  links: readonly LinkStatus[]
  nameOf(key: PeerKey): string | undefined
  loop: LoopDelays
}

/** What the log, the state, the links and the loop of this node have counted, for Prometheus. Pure. */
export function meshFigures(sources: MeshFigureSources): Figure[] {
  const { log, store, loop } = sources
  return [
    ...durations('skein_log_fsync_seconds', 'How long an fsync of the log took.', log.fsync),
    ...durations('skein_log_append_seconds', 'How long a write to the Raft log took, its fsync included.', log.append),
    ...durations('skein_store_commit_seconds', 'How long a commit asked for on this node took.', store.commit),
    ...durations('skein_store_apply_seconds', 'How long applying a run of operations took.', store.apply),
    ...consensusFigures(sources),
    ...sources.links
      .flatMap((link) => linkFigures(sources.nameOf(link.peer) ?? link.peer.slice(0, 16), link))
      .sort((one, other) => (one.name < other.name ? -1 : one.name > other.name ? 1 : 0)),
    ...summary(
      'skein_loop_delay_seconds',
      'For how long the event loop was held up; quantiles since the last scrape.',
      {
        ...{ '0.5': loop.p50Ms, '0.99': loop.p99Ms, '1': loop.longestMs },
        ...{ sumMs: loop.sumMs, count: loop.count },
      },
    ),
  ]
}

function consensusFigures({ self, consensus }: MeshFigureSources): Figure[] {
  const { role, term, leader, configuration, elections, commit, applied, skewMs, featureLevel } = consensus
  const { voters, learners } = configuration
  const figures = [
    gauge('skein_raft_has_leader', 'Whether a leader is known: 1 or 0.', leader === null ? 0 : 1),
    gauge('skein_raft_is_leader', 'Whether this node leads: 1 or 0.', role === 'leader' ? 1 : 0),
    gauge('skein_raft_is_voter', 'Whether this node votes: 1 or 0.', voters.includes(self) ? 1 : 0),
    gauge('skein_raft_term', 'The Raft term that this node is in.', term),
    gauge('skein_raft_voters', 'Nodes that vote.', voters.length),
    gauge('skein_raft_learners', 'Nodes that are given the log and do not vote.', learners.length),
    counter('skein_raft_campaigns_total', 'Times that this node asked for votes.', elections.campaigns),
    counter('skein_raft_leader_changes_seen_total', 'Changes of the leader that this node saw.', elections.leaders),
    gauge('skein_raft_commit_index', 'The newest entry known to be committed.', commit),
    gauge('skein_raft_applied_index', 'The newest entry applied.', applied),
    gauge('skein_feature_level', 'What a node must understand to take part.', featureLevel),
  ]
  const skew = "How far the machine's clock is ahead of cluster time."
  return skewMs === undefined ? figures : [...figures, gauge('skein_clock_skew_seconds', skew, skewMs / 1000)]
}

function linkFigures(node: string, link: LinkStatus): Figure[] {
  const { state, way, rttMs, resentBytes, lostPackets } = link
  const labels = { node }
  const figures = [
    gauge('skein_link_connected', 'Whether the link to a node stands: 1 or 0.', state === 'connected' ? 1 : 0, {
      ...{ node, way: way ?? 'none' },
    }),
    counter('skein_link_sent_bytes_total', 'Sent over the link to a node.', link.sentBytes, labels),
    counter('skein_link_received_bytes_total', 'Received over the link to a node.', link.receivedBytes, labels),
    counter('skein_link_way_changes_total', 'Changes of the way to a node, losses included.', link.wayChanges, labels),
  ]
  if (rttMs !== undefined)
    figures.push(gauge('skein_link_round_trip_seconds', 'Round trip to a node.', rttMs / 1000, labels))
  if (resentBytes !== undefined)
    figures.push(counter('skein_link_resent_bytes_total', 'Sent once more on another way.', resentBytes, labels))
  if (lostPackets !== undefined)
    figures.push(gauge('skein_link_lost_packets', 'Packets that the present connection lost.', lostPackets, labels))
  return figures
}

function durations(name: string, help: string, of: Durations): Figure[] {
  const [p50, p99, longest] = [0.5, 0.99, 1].map((fraction) => of.percentileMs(fraction) ?? Number.NaN)
  return summary(name, `${help} Quantiles are of the newest 512.`, {
    ...{ '0.5': p50!, '0.99': p99!, '1': longest! },
    ...{ sumMs: of.sumMs, count: of.count },
  })
}

type Summary = Record<'0.5' | '0.99' | '1' | 'sumMs' | 'count', number>

function summary(name: string, help: string, of: Summary): Figure[] {
  const line = { name, help, type: 'summary' } as const
  return [
    ...(['0.5', '0.99', '1'] as const).map((quantile) => ({
      ...line,
      labels: { quantile },
      value: of[quantile] / 1000,
    })),
    { ...line, suffix: '_sum', value: of.sumMs / 1000 },
    { ...line, suffix: '_count', value: of.count },
  ]
}

function gauge(name: string, help: string, value: number, labels?: Record<string, string>): Figure {
  return { name, help, type: 'gauge', labels, value }
}

function counter(name: string, help: string, value: number, labels?: Record<string, string>): Figure {
  return { name, help, type: 'counter', labels, value }
}
