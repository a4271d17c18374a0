import { expect, test } from 'bun:test'
import type { CronJob, Job } from '../../../../api/schema/generated/types/batch-v1.ts'
import { nameOf } from '../../object/meta.ts'
import { planCronJob, referenceTo } from './cronjob.ts'
import { nextTimeMs, parseSchedule } from './schedule.ts'

// Source: github.com/robfig/cron/v3, spec_test.go TestNext and parser_test.go.
test.each([
  ['0/15 * * * *', '2012-07-09T14:45:00Z', '2012-07-09T15:00:00Z'],
  ['0/15 * * * *', '2012-07-09T14:59:59Z', '2012-07-09T15:00:00Z'],
  ['20-35/15 * * * *', '2012-07-09T23:46:00Z', '2012-07-10T00:20:00Z'],
  ['0 0 9 jul ?', '2011-07-09T23:35:00Z', '2012-07-09T00:00:00Z'],
  ['0 0 31 dec ?', '2012-07-09T23:35:00Z', '2012-12-31T00:00:00Z'],
  ['0 0 29 Feb ?', '2012-07-09T23:35:00Z', '2016-02-29T00:00:00Z'],
  ['* * * * Mon', '2012-07-15T12:00:00Z', '2012-07-16T00:00:00Z'],
  ['0 0 13 * Fri', '2012-07-09T00:00:00Z', '2012-07-13T00:00:00Z'],
  ['0 0 1,15 * Sun', '2012-07-15T01:00:00Z', '2012-07-22T00:00:00Z'],
  ['@hourly', '2012-07-09T14:45:00Z', '2012-07-09T15:00:00Z'],
  ['@monthly', '2012-07-09T14:45:00Z', '2012-08-01T00:00:00Z'],
  ['@every 90m', '2012-07-09T14:45:00Z', '2012-07-09T16:15:00Z'],
])('%s after %s', (text, after, next) => {
  expect(nextTimeMs(parseSchedule(text), Date.parse(after))).toBe(Date.parse(next))
})

test('what never comes, and what is no schedule', () => {
  expect(nextTimeMs(parseSchedule('0 0 30 Feb ?'), 0)).toBeUndefined()
  for (const text of [
    '',
    '* * * *',
    '* * * * * *',
    '60 * * * *',
    '* * 0 * *',
    '* 5-1 * * *',
    '*/0 * * * *',
    'x * * * *',
    '1/2/3 * * * *',
    '* 24 * * *',
    '@often',
  ]) {
    expect(() => parseSchedule(text)).toThrow()
  }
})

const hour = (text: string) => Date.parse(`2026-01-01T${text}:00Z`)

const cron = (spec: Partial<CronJob['spec']> = {}, status: CronJob['status'] = {}): CronJob => ({
  metadata: { name: 'c', namespace: 'default', uid: 'c', creationTimestamp: '2026-01-01T10:30:00Z' },
  spec: { schedule: '0 * * * *', jobTemplate: { spec: { template: { spec: { containers: [] } } } }, ...spec },
  status,
})

const job = (name: string, end?: 'Complete' | 'Failed', created = '2026-01-01T11:00:00Z'): Job => ({
  metadata: { name, uid: name, creationTimestamp: created },
  status: end && { conditions: [{ type: end, status: 'True' }], completionTime: '2026-01-01T11:30:00Z' },
})

// Source: pkg/controller/cronjob/cronjob_controllerv2_test.go, TestControllerV2SyncCronJob.
test.each<[string, CronJob, Job[], string, string | undefined, string[]]>([
  ['not yet', cron(), [], '10:59', undefined, []],
  ['due', cron(), [], '11:00', 'c-29454420', []],
  ['due, but suspended', cron({ suspend: true }), [], '11:00', undefined, []],
  ['started already', cron({}, { lastScheduleTime: '2026-01-01T11:00:00Z' }), [], '11:30', undefined, []],
  ['missed, within the deadline', cron({ startingDeadlineSeconds: 600 }), [], '11:09', 'c-29454420', []],
  ['missed by more than the deadline', cron({ startingDeadlineSeconds: 600 }), [], '11:20', undefined, []],
  ['several missed: the newest', cron(), [], '14:20', 'c-29454600', []],
  ['still running: allowed', cron({}, { active: [referenceTo(job('j'))] }), [job('j')], '11:00', 'c-29454420', []],
  [
    'still running: forbidden',
    cron({ concurrencyPolicy: 'Forbid' }, { active: [referenceTo(job('j'))] }),
    [job('j')],
    '11:00',
    undefined,
    [],
  ],
  [
    'still running: replaced',
    cron({ concurrencyPolicy: 'Replace' }, { active: [referenceTo(job('j'))] }),
    [job('j')],
    '11:00',
    'c-29454420',
    ['j'],
  ],
])('%s', (_, of, jobs, time, created, removed) => {
  const plan = planCronJob(of, jobs, hour(time))
  expect(plan.create?.metadata?.name).toBe(created)
  expect(plan.remove.map(nameOf)).toEqual(removed)
  if (created) {
    expect(plan.create?.metadata?.ownerReferences).toMatchObject([{ kind: 'CronJob', uid: 'c', controller: true }])
    expect(plan.status.lastScheduleTime).toBe(
      plan.create!.metadata!.annotations!['batch.kubernetes.io/cronjob-scheduled-timestamp'],
    )
  }
})

test('old jobs go beyond the limits of history; the last success is noted', () => {
  const ended = [1, 2, 3, 4, 5].map((n) => job(`ok-${n}`, 'Complete', `2026-01-01T0${n}:00:00Z`))
  const failed = [1, 2].map((n) => job(`bad-${n}`, 'Failed', `2026-01-01T0${n}:00:00Z`))
  const plan = planCronJob(cron({}, { active: [referenceTo(job('ok-5'))] }), [...ended, ...failed], hour('10:40'))
  expect(plan.remove.map(nameOf)).toEqual(['ok-1', 'ok-2', 'bad-1'])
  expect(plan.status).toMatchObject({ lastSuccessfulTime: '2026-01-01T11:30:00Z' })
  expect(plan.status.active).toBeUndefined()
  expect(plan.events.map(({ message }) => message)).toEqual(['Saw completed job: ok-5, condition: Complete'])
})

test('more than 100 missed times are told, and only the newest is made up for', () => {
  const plan = planCronJob(cron({ schedule: '* * * * *' }), [], hour('15:00'))
  expect(plan.events[0]?.reason).toBe('TooManyMissedTimes')
  expect(plan.create?.metadata?.name).toBe(`c-${hour('15:00') / 60_000}`)
})
