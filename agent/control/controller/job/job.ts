import type { Job, JobCondition, JobStatus } from '../../../../api/schema/generated/types/batch-v1.ts'
import type { Pod } from '../../../../api/schema/generated/types/core-v1.ts'
import { hasFinalizer, isDeleting, uidOf } from '../../object/meta.ts'
import { isActive, isFinished, isReady, phaseOf } from '../../object/pod.ts'
import { millisOf, timestamp } from '../../object/time.ts'
import { extendRow, type FailureRow, remainingBackoffMs } from './backoff.ts'
import { formatIndexes, indexOf, missingIndexes, parseIndexes } from './indexes.ts'

/** Holds a pod until it is counted. Source: k8s.io/api/batch/v1, JobTrackingFinalizer. */
export const trackingFinalizer = 'batch.kubernetes.io/job-tracking'
/** Most pods made at once, and most counted at once. */
const maxCreated = 500
const maxUncounted = 500

export interface JobPlan {
  status: JobStatus
  /** For an indexed job: the indexes to make pods for; else as many entries without one. */
  create: (number | undefined)[]
  /** Pods that are too many: they go without being counted. */
  withdraw: Pod[]
  /** Pods that end with the job, and count as failed. */
  remove: Pod[]
  /** Counted once the status is written: their finalizer may go. */
  release: Pod[]
  events: { type: 'Normal' | 'Warning'; reason: string; message: string }[]
  row: FailureRow
  checkAfterMs?: number
}

export function isJobFinished(job: Job): boolean {
  return job.status?.conditions?.some(({ type, status }) => isFinal(type) && status === 'True') ?? false
}

function isFinal(type: string): boolean {
  return type === 'Complete' || type === 'Failed'
}

/**
 * One sync. A pod counts exactly once: its uid goes into the status while its finalizer still holds it, then the
 * finalizer goes, then the uid becomes a number.
 * Source: k8s.io/kubernetes/pkg/controller/job/job_controller.go, syncJob and trackJobStatusAndRemoveFinalizers.
 */
export function planJob(job: Job, pods: readonly Pod[], row: FailureRow | undefined, nowMs: number): JobPlan {
  return new Sync(job, pods, row, nowMs).plan()
}

class Sync {
  readonly #job: Job
  readonly #pods: readonly Pod[]
  readonly #nowMs: number
  readonly #isIndexed: boolean
  readonly #plan: JobPlan
  readonly #active: Pod[]
  readonly #conditions: JobCondition[]
  /** Counted so far, with those whose uid stands in the status. */
  #succeeded = 0
  #failed = 0
  #done = new Set<number>()

  constructor(job: Job, pods: readonly Pod[], row: FailureRow | undefined, nowMs: number) {
    this.#job = job
    this.#pods = pods
    this.#nowMs = nowMs
    this.#isIndexed = job.spec?.completionMode === 'Indexed'
    this.#active = pods.filter(isActive)
    this.#conditions = [...(job.status?.conditions ?? [])]
    this.#plan = {
      status: { ...job.status },
      create: [],
      withdraw: [],
      remove: [],
      release: [],
      events: [],
      row: row ?? { count: 0, lastMs: 0 },
    }
  }

  plan(): JobPlan {
    if (isJobFinished(this.#job)) {
      this.#plan.release.push(...this.#pods.filter((pod) => hasFinalizer(pod, trackingFinalizer)))
      return this.#plan
    }
    this.#count()
    this.#start()
    const end = this.#ending()
    if (end) this.#end(end)
    else if (isDeleting(this.#job)) this.#plan.checkAfterMs = undefined
    else if (this.#job.spec?.suspend) this.#suspend()
    else this.#work()
    return this.#finish()
  }

  get #completions(): number | undefined {
    return this.#job.spec?.completions
  }

  /** Moves ended pods from the cluster into the numbers. */
  #count(): void {
    const { status } = this.#plan
    const byUid = new Map(this.#pods.map((pod) => [uidOf(pod), pod]))
    const held = (uid: string) => {
      const pod = byUid.get(uid)
      return pod !== undefined && hasFinalizer(pod, trackingFinalizer)
    }
    const before = {
      succeeded: status.uncountedTerminatedPods?.succeeded ?? [],
      failed: status.uncountedTerminatedPods?.failed ?? [],
    }
    const uncounted = { succeeded: before.succeeded.filter(held), failed: before.failed.filter(held) }
    const known = new Set([...before.succeeded, ...before.failed])
    const moved = before.succeeded.length - uncounted.succeeded.length
    status.succeeded = (status.succeeded ?? 0) + moved
    status.failed = (status.failed ?? 0) + before.failed.length - uncounted.failed.length
    if (this.#isIndexed) this.#done = parseIndexes(status.completedIndexes, this.#completions ?? 0)
    const fresh: { succeeded: Pod[]; failed: Pod[] } = { succeeded: [], failed: [] }
    for (const pod of this.#pods) {
      if (!hasFinalizer(pod, trackingFinalizer)) continue
      const outcome = outcomeOf(pod, this.#job)
      if (outcome === undefined) continue
      if (known.has(uidOf(pod))) {
        this.#plan.release.push(pod)
        continue
      }
      if (uncounted.succeeded.length + uncounted.failed.length >= maxUncounted) break
      this.#plan.release.push(pod)
      fresh[outcome].push(pod)
      if (outcome === 'succeeded' && this.#isIndexed) {
        const index = indexOf(pod, this.#completions ?? 0)
        if (index >= 0) this.#done.add(index)
      } else uncounted[outcome].push(uidOf(pod))
    }
    if (this.#isIndexed) {
      status.completedIndexes = this.#done.size > 0 ? formatIndexes(this.#done) : undefined
      status.succeeded = this.#done.size
    }
    this.#plan.row = extendRow(this.#plan.row, fresh.succeeded, fresh.failed)
    status.uncountedTerminatedPods = {
      succeeded: uncounted.succeeded.length > 0 ? uncounted.succeeded : undefined,
      failed: uncounted.failed.length > 0 ? uncounted.failed : undefined,
    }
    this.#succeeded = status.succeeded + uncounted.succeeded.length
    this.#failed = status.failed + uncounted.failed.length
  }

  #start(): void {
    if (this.#plan.status.startTime === undefined && !this.#job.spec?.suspend) {
      this.#plan.status.startTime = timestamp(this.#nowMs)
    }
  }

  /** Why the job is over, if it is. */
  #ending(): JobCondition | undefined {
    const target = this.#conditions.find(({ type, status }) => status === 'True' && endOf[type])
    if (target) return { ...target, type: endOf[target.type]! }
    const { backoffLimit = 6, activeDeadlineSeconds, suspend } = this.#job.spec ?? {}
    const limitMessage = 'Job has reached the specified backoff limit'
    if (this.#failed > backoffLimit || this.#restartsExceed(backoffLimit)) {
      return this.#condition('Failed', 'BackoffLimitExceeded', limitMessage)
    }
    const startMs = millisOf(this.#plan.status.startTime)
    if (activeDeadlineSeconds !== undefined && !suspend && !Number.isNaN(startMs)) {
      const leftMs = startMs + activeDeadlineSeconds * 1000 - this.#nowMs
      if (leftMs <= 0) {
        return this.#condition('Failed', 'DeadlineExceeded', 'Job was active longer than specified deadline')
      }
      this.#plan.checkAfterMs = leftMs
    }
    const isEnough =
      this.#completions === undefined
        ? this.#succeeded > 0 && this.#active.length === 0
        : this.#succeeded >= this.#completions && this.#active.length === 0
    if (isEnough || this.#completions === 0) {
      return this.#condition('Complete', 'CompletionsReached', 'Reached expected number of succeeded pods')
    }
    return undefined
  }

  /** Containers that are started again in their pod count too. */
  #restartsExceed(limit: number): boolean {
    if (this.#job.spec?.template.spec?.restartPolicy !== 'OnFailure') return false
    let restarts = 0
    for (const pod of this.#active) {
      const { initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {}
      for (const { restartCount } of [...initContainerStatuses, ...containerStatuses]) restarts += restartCount
    }
    return limit === 0 ? restarts > 0 : restarts >= limit
  }

  #condition(type: string, reason: string, message: string): JobCondition {
    const now = timestamp(this.#nowMs)
    return { type, status: 'True', reason, message, lastProbeTime: now, lastTransitionTime: now }
  }

  #set(condition: JobCondition): void {
    const at = this.#conditions.findIndex(({ type }) => type === condition.type)
    if (at < 0) this.#conditions.push(condition)
    else if (this.#conditions[at]!.status !== condition.status) this.#conditions[at] = condition
  }

  /** First the pods go and are counted; only then the job is called finished. */
  #end(condition: JobCondition): void {
    const isFailed = condition.type === 'Failed'
    this.#plan.remove.push(...this.#active)
    this.#set({ ...condition, type: isFailed ? 'FailureTarget' : 'SuccessCriteriaMet' })
    const { uncountedTerminatedPods } = this.#plan.status
    const isUncounted = Boolean(uncountedTerminatedPods?.succeeded || uncountedTerminatedPods?.failed)
    const isTerminating = this.#pods.some((pod) => isDeleting(pod) && hasFinalizer(pod, trackingFinalizer))
    if (this.#active.length > 0 || isUncounted || isTerminating) return
    const now = timestamp(this.#nowMs)
    this.#set({ ...condition, lastProbeTime: now, lastTransitionTime: now })
    if (!isFailed) this.#plan.status.completionTime = now
    const { reason = '', message = '' } = condition
    if (isFailed) this.#plan.events.push({ type: 'Warning', reason, message })
    else this.#plan.events.push({ type: 'Normal', reason: 'Completed', message: 'Job completed' })
  }

  #suspend(): void {
    this.#plan.withdraw.push(...this.#active)
    this.#plan.status.startTime = undefined
    const isSuspended = this.#conditions.some(({ type, status }) => type === 'Suspended' && status === 'True')
    if (isSuspended) return
    this.#replace(this.#condition('Suspended', 'JobSuspended', 'Job suspended'))
    this.#plan.events.push({ type: 'Normal', reason: 'Suspended', message: 'Job suspended' })
  }

  #replace(condition: JobCondition): void {
    const at = this.#conditions.findIndex(({ type }) => type === condition.type)
    if (at < 0) this.#conditions.push(condition)
    else this.#conditions[at] = condition
  }

  /** Source: job_controller.go, manageJob. */
  #work(): void {
    if (this.#conditions.some(({ type, status }) => type === 'Suspended' && status === 'True')) {
      this.#replace({ ...this.#condition('Suspended', 'JobResumed', 'Job resumed'), status: 'False' })
      this.#plan.status.startTime = timestamp(this.#nowMs)
      this.#plan.events.push({ type: 'Normal', reason: 'Resumed', message: 'Job resumed' })
    }
    const doubles = this.#isIndexed ? this.#removeDoubles() : new Set<Pod>()
    const active = this.#active.filter((pod) => !doubles.has(pod))
    const parallelism = this.#job.spec?.parallelism ?? 1
    const wanted = this.#wantedActive(active.length, parallelism)
    if (active.length > wanted) {
      const byReadiness = [...active].sort((a, b) => Number(isReady(a)) - Number(isReady(b)))
      this.#plan.withdraw.push(...byReadiness.slice(0, active.length - wanted))
      return
    }
    const room = this.#roomBeside(active.length, wanted, parallelism)
    if (room <= 0) return
    const waitMs = remainingBackoffMs(this.#plan.row, this.#nowMs)
    if (waitMs > 0) {
      this.#plan.checkAfterMs = Math.min(waitMs, this.#plan.checkAfterMs ?? waitMs)
      return
    }
    const count = Math.min(room, maxCreated)
    if (!this.#isIndexed) {
      this.#plan.create = Array.from({ length: count }, () => undefined)
      return
    }
    const completions = this.#completions ?? 0
    const waits = this.#job.spec?.podReplacementPolicy === 'Failed'
    const working = waits ? this.#pods.filter((pod) => !isFinished(pod)) : active
    const taken = new Set(working.map((pod) => indexOf(pod, completions)))
    this.#plan.create = missingIndexes(this.#done, taken, completions, count)
  }

  #wantedActive(active: number, parallelism: number): number {
    if (this.#completions === undefined) return this.#succeeded > 0 ? Math.min(active, parallelism) : parallelism
    return Math.max(0, Math.min(this.#completions - this.#succeeded, parallelism))
  }

  /** Pods on their way out count as running when the job replaces only what has failed. */
  #roomBeside(active: number, wanted: number, parallelism: number): number {
    if (this.#job.spec?.podReplacementPolicy !== 'Failed') return wanted - active
    const terminating = this.#pods.filter((pod) => isDeleting(pod) && !isFinished(pod)).length
    return Math.min(wanted - active, parallelism - active - terminating)
  }

  /** Only one pod an index may run. */
  #removeDoubles(): Set<Pod> {
    const byIndex = new Map<number, Pod>()
    const doubles = new Set<Pod>()
    for (const pod of this.#active) {
      const index = indexOf(pod, this.#completions ?? 0)
      if (index < 0 || this.#done.has(index) || byIndex.has(index)) doubles.add(pod)
      else byIndex.set(index, pod)
    }
    this.#plan.withdraw.push(...doubles)
    return doubles
  }

  #finish(): JobPlan {
    const { status } = this.#plan
    const removed = new Set([...this.#plan.remove, ...this.#plan.withdraw])
    const active = this.#active.filter((pod) => !removed.has(pod))
    status.active = active.length
    status.ready = active.filter(isReady).length
    status.terminating = this.#pods.filter((pod) => (isDeleting(pod) && !isFinished(pod)) || removed.has(pod)).length
    status.conditions = this.#conditions.length > 0 ? this.#conditions : undefined
    return this.#plan
  }
}

const endOf: Record<string, string> = { FailureTarget: 'Failed', SuccessCriteriaMet: 'Complete' }

/**
 * What an ended pod counts as. One that is deleted without having ended counts as failed, unless its replacement
 * waits for the end. Source: job_controller.go, isPodFailed.
 */
function outcomeOf(pod: Pod, job: Job): 'succeeded' | 'failed' | undefined {
  const phase = phaseOf(pod)
  if (phase === 'Succeeded') return 'succeeded'
  if (phase === 'Failed') return 'failed'
  const waits = job.spec?.podReplacementPolicy === 'Failed'
  return isDeleting(pod) && !waits ? 'failed' : undefined
}
