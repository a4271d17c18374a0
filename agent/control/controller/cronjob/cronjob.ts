import { cronjobs } from '../../../../api/schema/generated/resources.ts'
import type { CronJob, CronJobStatus, Job } from '../../../../api/schema/generated/types/batch-v1.ts'
import type { ObjectReference } from '../../../../api/schema/generated/types/core-v1.ts'
import { byCreation, controllerReference, isDeleting, nameOf, namespaceOf, uidOf } from '../../object/meta.ts'
import { millisOf, timestamp } from '../../object/time.ts'
import { nextTimeMs, parseSchedule, type Schedule } from './schedule.ts'

export const scheduledTimeAnnotation = 'batch.kubernetes.io/cronjob-scheduled-timestamp'
/** More missed times than this are told, and skipped. */
const manyMissed = 100

export interface CronJobPlan {
  create?: Job
  /** What is replaced, and old finished ones. */
  remove: Job[]
  status: CronJobStatus
  events: { type: 'Normal' | 'Warning'; reason: string; message: string }[]
  checkAfterMs?: number
}

/**
 * One sync: what finished is noted, what is due starts unless the policy forbids it, what is old goes.
 * Source: k8s.io/kubernetes/pkg/controller/cronjob/{cronjob_controllerv2,utils}.go. Time zones are not supported.
 *
 * @param jobs those that the CronJob controls
 */
export function planCronJob(cron: CronJob, jobs: readonly Job[], nowMs: number): CronJobPlan {
  const plan: CronJobPlan = { remove: [], status: { ...cron.status }, events: [] }
  removeOld(cron, jobs, plan)
  noteFinished(cron, jobs, plan)
  if (isDeleting(cron) || cron.spec?.suspend) return plan
  const warn = (reason: string, message: string) => plan.events.push({ type: 'Warning', reason, message })
  if (cron.spec?.timeZone) {
    warn('UnknownTimeZone', `time zones are not supported yet: ${cron.spec.timeZone}`)
    return plan
  }
  let schedule: Schedule
  try {
    schedule = parseSchedule(cron.spec?.schedule ?? '')
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    warn('UnparseableSchedule', `unparseable schedule: "${cron.spec?.schedule}" : ${why}`)
    return plan
  }
  const due = mostRecentMs(cron, schedule, nowMs)
  const nextMs = nextTimeMs(schedule, nowMs)
  if (nextMs !== undefined) plan.checkAfterMs = nextMs - nowMs + 100
  if (due.missed > manyMissed) {
    const advice = 'Set or decrease .spec.startingDeadlineSeconds or check clock skew'
    warn('TooManyMissedTimes', `too many missed start times: ${due.missed}. ${advice}`)
  }
  if (due.timeMs !== undefined) start(cron, jobs, due.timeMs, nowMs, plan)
  return plan
}

function start(cron: CronJob, jobs: readonly Job[], timeMs: number, nowMs: number, plan: CronJobPlan): void {
  const { startingDeadlineSeconds, concurrencyPolicy = 'Allow' } = cron.spec ?? {}
  const time = timestamp(timeMs)
  if (startingDeadlineSeconds !== undefined && timeMs + startingDeadlineSeconds * 1000 < nowMs) {
    const message = `Missed scheduled time to start a job: ${time}`
    plan.events.push({ type: 'Warning', reason: 'MissSchedule', message })
    return
  }
  const name = jobName(cron, timeMs)
  if (cron.status?.lastScheduleTime === time || jobs.some((job) => nameOf(job) === name)) return
  const active = jobs.filter((job) => plan.status.active?.some(({ uid }) => uid === uidOf(job)))
  if (concurrencyPolicy === 'Forbid' && active.length > 0) {
    const message = 'Not starting job because prior execution is running and concurrency policy is Forbid'
    plan.events.push({ type: 'Normal', reason: 'JobAlreadyActive', message })
    return
  }
  if (concurrencyPolicy === 'Replace') {
    plan.remove.push(...active)
    plan.status.active = plan.status.active?.filter(({ uid }) => !active.some((job) => uidOf(job) === uid))
  }
  plan.create = jobOf(cron, name, timeMs)
  plan.status.lastScheduleTime = time
}

export function jobName(cron: CronJob, timeMs: number): string {
  return `${nameOf(cron)}-${Math.floor(timeMs / 60_000)}`
}

function jobOf(cron: CronJob, name: string, timeMs: number): Job {
  const { metadata, spec } = cron.spec!.jobTemplate
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name,
      namespace: namespaceOf(cron),
      labels: { ...metadata?.labels },
      annotations: { ...metadata?.annotations, [scheduledTimeAnnotation]: timestamp(timeMs) },
      ownerReferences: [controllerReference(cronjobs, cron)],
    },
    spec: structuredClone(spec),
  }
}

export function referenceTo(job: Job): ObjectReference {
  const { name, namespace, uid, resourceVersion } = job.metadata ?? {}
  return { apiVersion: 'batch/v1', kind: 'Job', name, namespace, uid, resourceVersion }
}

/** The newest time that has come since the last start, and how many came. */
function mostRecentMs(cron: CronJob, schedule: Schedule, nowMs: number): { timeMs?: number; missed: number } {
  const { startingDeadlineSeconds } = cron.spec ?? {}
  const startMs = millisOf(cron.status?.lastScheduleTime ?? cron.metadata?.creationTimestamp)
  const deadlineMs = startingDeadlineSeconds === undefined ? startMs : nowMs - startingDeadlineSeconds * 1000
  let timeMs: number | undefined
  let missed = 0
  let next = nextTimeMs(schedule, Math.max(startMs, deadlineMs))
  while (next !== undefined && next <= nowMs) {
    timeMs = next
    missed++
    // Times can be many after a long stop: jump close to now.
    const isTooMany = missed > manyMissed
    if (isTooMany) return { timeMs: lastBefore(schedule, nowMs) ?? timeMs, missed }
    next = nextTimeMs(schedule, next)
  }
  return { timeMs, missed }
}

/** Looks back in growing steps for the newest time that has come. */
function lastBefore(schedule: Schedule, nowMs: number): number | undefined {
  for (let backMs = 3_600_000; backMs <= 366 * 86_400_000; backMs *= 24) {
    let found: number | undefined
    let next = nextTimeMs(schedule, nowMs - backMs)
    while (next !== undefined && next <= nowMs) {
      found = next
      next = nextTimeMs(schedule, next)
    }
    if (found !== undefined) return found
  }
  return undefined
}

function endOf(job: Job): 'Complete' | 'Failed' | undefined {
  const end = job.status?.conditions?.find(
    ({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True',
  )
  return end?.type as 'Complete' | 'Failed' | undefined
}

function noteFinished(cron: CronJob, jobs: readonly Job[], plan: CronJobPlan): void {
  const { status } = plan
  const normal = (reason: string, message: string) => plan.events.push({ type: 'Normal', reason, message })
  const active: ObjectReference[] = []
  for (const reference of status.active ?? []) {
    const job = jobs.find((other) => uidOf(other) === reference.uid)
    if (!job) normal('MissingJob', `Active job went missing: ${reference.name}`)
    else if (endOf(job)) normal('SawCompletedJob', `Saw completed job: ${nameOf(job)}, condition: ${endOf(job)}`)
    else active.push(reference)
  }
  for (const job of jobs) {
    const isListed = active.some(({ uid }) => uid === uidOf(job))
    if (!endOf(job) && !isListed && !isDeleting(job)) active.push(referenceTo(job))
    if (endOf(job) !== 'Complete' || !job.status?.completionTime) continue
    const isNewer = !(millisOf(status.lastSuccessfulTime) >= millisOf(job.status.completionTime))
    if (isNewer) status.lastSuccessfulTime = job.status.completionTime
  }
  status.active = active.length > 0 ? active : undefined
  if (cron.status?.lastScheduleTime !== undefined) status.lastScheduleTime = cron.status.lastScheduleTime
}

function removeOld(cron: CronJob, jobs: readonly Job[], plan: CronJobPlan): void {
  const { successfulJobsHistoryLimit = 3, failedJobsHistoryLimit = 1 } = cron.spec ?? {}
  const limits = { Complete: successfulJobsHistoryLimit, Failed: failedJobsHistoryLimit }
  for (const [end, limit] of Object.entries(limits)) {
    const ended = jobs.filter((job) => endOf(job) === end && !isDeleting(job)).sort(byCreation)
    plan.remove.push(...ended.slice(0, Math.max(0, ended.length - limit)))
  }
}
