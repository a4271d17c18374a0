import { expect, test } from 'bun:test'
import { Metrics } from '../api/server/metrics.ts'
import { Durations } from '../mesh/log/durations.ts'
import { meshFigures } from './mesh-figures.ts'

const took = (...durationsMs: number[]) => {
  const durations = new Durations()
  for (const durationMs of durationsMs) durations.add(durationMs)
  return durations
}

test('log, state, elections, links and loop as Prometheus reads them', () => {
  const metrics = new Metrics()
  const link = { sentBytes: 10, receivedBytes: 20, wayChanges: 1 }
  metrics.addSource(() =>
    meshFigures({
      self: 'aa',
      consensus: {
        ...{ role: 'leader', term: 3, leader: 'aa', featureLevel: 1, commit: 9, applied: 8, skewMs: -250 },
        configuration: { voters: ['aa', 'bb', 'cc'], outgoing: [], learners: ['dd'] },
        ...{ heldBack: [], refused: [], elections: { campaigns: 2, leaders: 4 } },
      },
      log: { fsync: took(1, 2, 3), append: took(2, 4, 6, 8) },
      store: { commit: took(250), apply: took() },
      links: [
        { ...link, peer: 'bb', state: 'connected', way: 'udp', rttMs: 12, resentBytes: 0, lostPackets: 5 },
        { ...link, peer: 'cc', state: 'connecting' },
      ],
      nameOf: (key) => (key === 'bb' ? 'n2' : undefined),
      loop: { p50Ms: 1, p99Ms: 20, longestMs: 400, sumMs: 500, count: 60 },
    }),
  )
  const lines = metrics.text().split('\n')
  const types = lines.filter((line) => line.startsWith('# TYPE '))
  expect(new Set(types).size).toBe(types.length)
  for (const line of [
    '# HELP skein_log_append_seconds How long a write to the Raft log took, its fsync included. Quantiles are of the newest 512.',
    '# TYPE skein_log_fsync_seconds summary',
    'skein_log_fsync_seconds{quantile="0.99"} 0.003',
    'skein_log_fsync_seconds_sum 0.006',
    'skein_log_append_seconds_count 4',
    'skein_store_commit_seconds_sum 0.25',
    'skein_store_apply_seconds{quantile="0.5"} NaN',
    'skein_store_apply_seconds_count 0',
    'skein_raft_is_leader 1',
    'skein_raft_is_voter 1',
    'skein_raft_learners 1',
    '# TYPE skein_raft_leader_changes_seen_total counter',
    'skein_raft_leader_changes_seen_total 4',
    'skein_raft_campaigns_total 2',
    'skein_clock_skew_seconds -0.25',
    'skein_link_connected{node="n2",way="udp"} 1',
    'skein_link_connected{node="cc",way="none"} 0',
    'skein_link_round_trip_seconds{node="n2"} 0.012',
    'skein_link_lost_packets{node="n2"} 5',
    'skein_loop_delay_seconds{quantile="1"} 0.4',
    'skein_loop_delay_seconds_sum 0.5',
    'skein_loop_delay_seconds_count 60',
  ])
    expect(lines).toContain(line)
})
