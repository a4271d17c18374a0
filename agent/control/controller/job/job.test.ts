import { expect, test } from 'bun:test'
import type { Job } from '../../../../api/schema/generated/types/batch-v1.ts'
import type { Pod } from '../../../../api/schema/generated/types/core-v1.ts'
import { nameOf, uidOf } from '../../object/meta.ts'
import { seededRandom } from '../../simulation/seeded-random.ts'
import { extendRow, remainingBackoffMs } from './backoff.ts'
import { formatIndexes, indexAnnotation, missingIndexes, parseIndexes } from './indexes.ts'
import { isJobFinished, type JobPlan, planJob, trackingFinalizer } from './job.ts'
import { expiryMs } from './ttl.ts'

// Expectations from pkg/controller/job/{job_controller,indexed_job_utils,backoff_utils}_test.go and the page "Jobs".

const nowMs = Date.parse('2026-01-01T01:00:00Z')

test('indexes in the short form', () => {
  expect([...parseIndexes('0,2-4,9-20', 12)]).toEqual([0, 2, 3, 4, 9, 10, 11])
  expect(formatIndexes([11, 0, 2, 3, 4, 9, 10])).toBe('0,2-4,9-11')
  expect(formatIndexes([0, 1])).toBe('0-1')
  expect(missingIndexes(new Set([0, 2]), new Set([3]), 7, 3)).toEqual([1, 4, 5])
})

const job = (spec: Partial<Job['spec']> = {}, status: Job['status'] = {}): Job => ({
  metadata: { name: 'j', uid: 'j', generation: 1 },
  spec: { parallelism: 2, completions: 3, backoffLimit: 6, template: { spec: { containers: [] } }, ...spec },
  status: { startTime: '2026-01-01T00:00:00Z', ...status },
})

function pod(
  name: string,
  phase: string,
  extra: { index?: number; deleting?: boolean; free?: boolean; at?: string } = {},
): Pod {
  return {
    metadata: {
      name,
      uid: name,
      creationTimestamp: '2026-01-01T00:00:00Z',
      deletionTimestamp: extra.deleting ? '2026-01-01T00:00:00Z' : undefined,
      finalizers: extra.free ? [] : [trackingFinalizer],
      annotations: extra.index === undefined ? undefined : { [indexAnnotation]: String(extra.index) },
    },
    status: {
      phase,
      containerStatuses: [
        {
          ...{ name: 'main', image: '', imageID: '', ready: false, restartCount: 0 },
          state:
            phase === 'Running' ? {} : { terminated: { exitCode: 1, finishedAt: extra.at ?? '2026-01-01T00:00:00Z' } },
        },
      ],
    },
  }
}

function describe(plan: JobPlan): string[] {
  const { status, create, withdraw, remove, release } = plan
  const said =
    status.conditions?.filter((c) => c.status === 'True').map(({ type, reason }) => `${type} ${reason}`) ?? []
  return [
    ...(create.length > 0 ? [`create ${create.map((index) => index ?? '-').join(' ')}`] : []),
    ...withdraw.map((each) => `withdraw ${nameOf(each)}`),
    ...remove.map((each) => `remove ${nameOf(each)}`),
    ...release.map((each) => `release ${nameOf(each)}`),
    ...said,
  ]
}

test.each<[string, Job, Pod[], string[]]>([
  ['as many as may run', job(), [], ['create - -']],
  ['no more than are missing', job({}, { succeeded: 2 }), [], ['create -']],
  ['those that run count', job(), [pod('a', 'Running')], ['create -']],
  [
    'one that succeeded is counted, and let go',
    job(),
    [pod('a', 'Succeeded'), pod('b', 'Running')],
    ['create -', 'release a'],
  ],
  ['a failed one too', job({}, {}), [pod('a', 'Failed'), pod('b', 'Running')], ['create -', 'release a']],
  [
    'one that was let go is not counted again',
    job({}, { succeeded: 1 }),
    [pod('a', 'Succeeded', { free: true })],
    ['create - -'],
  ],
  [
    'too many: withdrawn without being counted',
    job({ parallelism: 1 }),
    [pod('a', 'Running'), pod('b', 'Running')],
    ['withdraw a'],
  ],
  ['suspended: all of them', job({ suspend: true }), [pod('a', 'Running')], ['withdraw a', 'Suspended JobSuspended']],
  ['enough', job({}, { succeeded: 3 }), [], ['SuccessCriteriaMet CompletionsReached', 'Complete CompletionsReached']],
  [
    'enough, the last ones still to be counted',
    job(),
    ['a', 'b', 'c'].map((n) => pod(n, 'Succeeded')),
    ['release a', 'release b', 'release c', 'SuccessCriteriaMet CompletionsReached'],
  ],
  [
    'failed too often',
    job({ backoffLimit: 1 }, { failed: 2 }),
    [],
    ['FailureTarget BackoffLimitExceeded', 'Failed BackoffLimitExceeded'],
  ],
  [
    'failed too often: the others end with it',
    job({ backoffLimit: 1 }, { failed: 2 }),
    [pod('a', 'Running')],
    ['remove a', 'FailureTarget BackoffLimitExceeded'],
  ],
  [
    'past its deadline',
    job({ activeDeadlineSeconds: 60 }),
    [],
    ['FailureTarget DeadlineExceeded', 'Failed DeadlineExceeded'],
  ],
  [
    'without a number: one success ends it',
    job({ completions: undefined }, { succeeded: 1 }),
    [],
    ['SuccessCriteriaMet CompletionsReached', 'Complete CompletionsReached'],
  ],
  [
    'without a number: the others may finish',
    job({ completions: undefined }, { succeeded: 1 }),
    [pod('a', 'Running')],
    [],
  ],
  [
    'indexes that are missing',
    job({ completionMode: 'Indexed', parallelism: 5, completions: 6 }, { completedIndexes: '0-1' }),
    [pod('a', 'Running', { index: 3 })],
    ['create 2 4 5'],
  ],
  [
    'two of one index: one goes',
    job({ completionMode: 'Indexed' }),
    [pod('a', 'Running', { index: 0 }), pod('b', 'Running', { index: 0 })],
    ['create 1', 'withdraw b'],
  ],
  [
    'replaced only once it has failed',
    job({ podReplacementPolicy: 'Failed', parallelism: 1 }),
    [pod('a', 'Running', { deleting: true })],
    [],
  ],
  [
    'replaced when it goes',
    job({ parallelism: 1 }),
    [pod('a', 'Running', { deleting: true })],
    ['create -', 'release a'],
  ],
])('%s', (_, of, pods, expected) => {
  expect(describe(planJob(of, pods, undefined, nowMs))).toEqual(expected)
})

test('failures in a row are waited after: 10 s, 20 s ... at most 10 minutes', () => {
  const failed = (at: string) => pod('a', 'Failed', { at })
  const first = extendRow(undefined, [], [failed('2026-01-01T01:00:00Z')])
  expect(remainingBackoffMs(first, nowMs)).toBe(10_000)
  const second = extendRow(first, [], [failed('2026-01-01T01:00:00Z')])
  expect(remainingBackoffMs(second, nowMs)).toBe(20_000)
  expect(remainingBackoffMs({ count: 30, lastMs: nowMs }, nowMs)).toBe(600_000)
  const after = extendRow(second, [pod('s', 'Succeeded', { at: '2026-01-01T01:00:01Z' })], [])
  expect(remainingBackoffMs(after, nowMs)).toBe(0)
  const plan = planJob(job(), [], second, nowMs)
  expect([plan.create, plan.checkAfterMs]).toEqual([[], 20_000])
})

test('a finished job expires after its time to live', () => {
  const ended = { conditions: [{ type: 'Complete', status: 'True', lastTransitionTime: '2026-01-01T01:00:00Z' }] }
  expect(expiryMs(job({ ttlSecondsAfterFinished: 5 }, ended))).toBe(nowMs + 5000)
  expect(expiryMs(job({}, ended))).toBeUndefined()
  expect(expiryMs(job({ ttlSecondsAfterFinished: 5 }))).toBeUndefined()
})

/** Status writes and finalizers are interrupted at random: every pod counts exactly once. */
test.each(Array.from({ length: 200 }, (_, seed) => seed))('every pod counts once, seed %p', (seed) => {
  const random = seededRandom(seed)
  const pick = (n: number) => Math.floor(random() * n)
  const isIndexed = seed % 2 === 0
  const completions = 1 + pick(8)
  let current = job({
    completions,
    parallelism: 1 + pick(5),
    backoffLimit: 1000,
    completionMode: isIndexed ? 'Indexed' : 'NonIndexed',
  })
  let pods: Pod[] = []
  let made = 0
  const outcomes = { Succeeded: 0, Failed: 0 }
  for (let round = 0; round < 3000 && !isJobFinished(current); round++) {
    const plan = planJob(current, pods, undefined, nowMs + round * 1e6)
    for (const index of plan.create) pods.push(pod(`p${made++}`, 'Running', { index }))
    // The status write fails: nothing that follows it happens.
    if (random() < 0.2) continue
    current = { ...current, status: plan.status }
    for (const released of plan.release) {
      if (random() < 0.3) break
      pods = pods.map((each) =>
        uidOf(each) === uidOf(released) ? { ...each, metadata: { ...each.metadata, finalizers: [] } } : each,
      )
    }
    const gone = new Set([...plan.withdraw, ...plan.remove].map(uidOf))
    pods = pods.filter((each) => !gone.has(uidOf(each)))
    pods = pods.flatMap((each) => {
      if (each.metadata?.finalizers?.length === 0) return random() < 0.3 ? [] : [each]
      if (each.status?.phase !== 'Running' || random() < 0.5) return [each]
      const phase = random() < 0.6 ? 'Succeeded' : 'Failed'
      outcomes[phase]++
      return [{ ...each, status: { ...each.status, phase } }]
    })
  }
  expect(isJobFinished(current)).toBe(true)
  expect(current.status?.succeeded).toBe(completions)
  if (isIndexed) expect(current.status?.completedIndexes).toBe(completions === 1 ? '0' : `0-${completions - 1}`)
  else expect([outcomes.Succeeded, current.status?.failed]).toEqual([completions, outcomes.Failed])
})
