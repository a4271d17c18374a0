import { isReason } from '../../../../api/client/client.ts'
import type { Informer } from '../../../../api/client/informer.ts'
import { jobs as jobsRef, pods as podsRef } from '../../../../api/schema/generated/resources.ts'
import type { Job } from '../../../../api/schema/generated/types/batch-v1.ts'
import type { Pod } from '../../../../api/schema/generated/types/core-v1.ts'
import { adoptAndRelease } from '../../loop/adoption.ts'
import type { ControlContext } from '../../loop/context.ts'
import { type ControllerDefinition, watch } from '../../loop/controller.ts'
import { OwnedPods } from '../../loop/owned-pods.ts'
import { isNamespaceGoing, slowStart, type Writer } from '../../loop/writer.ts'
import { claim } from '../../object/claim.ts'
import { isEquivalent } from '../../object/equal.ts'
import {
  controllerOf,
  hasFinalizer,
  keyFor,
  keyOf,
  nameOf,
  namespaceOf,
  uidOf,
  withoutFinalizer,
} from '../../object/meta.ts'
import { podFromTemplate } from '../../object/pod-template.ts'
import { labelPredicate } from '../../object/selector.ts'
import type { FailureRow } from './backoff.ts'
import { indexAnnotation } from './indexes.ts'
import { isJobFinished, type JobPlan, planJob, trackingFinalizer } from './job.ts'

/** Pods that wait to be counted, by their job's key. */
const trackedIndex = 'tracked'

function trackedBy(pod: Pod): string[] {
  const controller = controllerOf(pod)
  if (controller?.kind !== 'Job' || !hasFinalizer(pod, trackingFinalizer)) return []
  return [keyFor(namespaceOf(pod), controller.name)]
}

interface Scope {
  context: ControlContext
  jobs: Informer<Job>
  pods: OwnedPods
  rows: Map<string, FailureRow>
}

/** Source: k8s.io/kubernetes/pkg/controller/job/job_controller.go. */
export function jobController(context: ControlContext): ControllerDefinition {
  const { informers } = context
  informers.indexed(podsRef, trackedIndex, trackedBy)
  const scope: Scope = { context, jobs: informers.of(jobsRef), pods: new OwnedPods(informers), rows: new Map() }
  const keysOfPod = (pod: Pod) => {
    const controller = controllerOf(pod)
    if (controller) return controller.kind === 'Job' ? [keyFor(namespaceOf(pod), controller.name)] : []
    const all = scope.jobs.list(namespaceOf(pod))
    return all.filter(({ spec }) => labelPredicate(spec?.selector)(pod.metadata?.labels)).map(keyOf)
  }
  return {
    name: 'job-controller',
    watches: [watch(jobsRef, (job: Job) => [keyOf(job)]), watch(podsRef, keysOfPod)],
    reconcile: (key, writer) => reconcile(scope, key, writer),
  }
}

async function reconcile(scope: Scope, key: string, writer: Writer): Promise<number | undefined> {
  const { context, rows } = scope
  const job = scope.jobs.get(key)
  await releaseOrphans(scope, key, job, writer)
  if (!job) return undefined
  if (job.spec?.managedBy !== undefined && job.spec.managedBy !== 'kubernetes.io/job-controller') return undefined
  const found = claim(job, labelPredicate(job.spec?.selector), scope.pods.claimable(job))
  if (await adoptAndRelease(context, writer, jobsRef, job, podsRef, found)) return 1
  const plan = planJob(job, found.owned, rows.get(uidOf(job)), context.clock.nowMs())
  rows.set(uidOf(job), plan.row)
  for (const pod of plan.withdraw) {
    await release(pod, writer)
    await writer.delete(podsRef, pod)
    writer.event(job, 'Normal', 'SuccessfulDelete', `Deleted pod: ${nameOf(pod)}`)
  }
  for (const pod of plan.remove) {
    await writer.delete(podsRef, pod)
    writer.event(job, 'Normal', 'SuccessfulDelete', `Deleted pod: ${nameOf(pod)}`)
  }
  const failure = await createPods(job, plan, writer)
  if (!isEquivalent(plan.status, job.status)) await writer.updateStatus(jobsRef, { ...job, status: plan.status })
  // Only now: a pod that is let go before its uid stands in the status would never be counted.
  for (const pod of plan.release) await release(pod, writer)
  for (const { type, reason, message } of plan.events) writer.event(job, type, reason, message)
  if (isJobFinished({ ...job, status: plan.status })) rows.delete(uidOf(job))
  if (failure !== undefined) throw failure
  return plan.checkAfterMs
}

/** Pods of a job that is gone, or of an earlier one of the same name: nobody will count them. */
async function releaseOrphans({ pods }: Scope, key: string, job: Job | undefined, writer: Writer): Promise<void> {
  for (const pod of pods.informer.byIndex(trackedIndex, key)) {
    if (controllerOf(pod)?.uid !== job?.metadata?.uid) await release(pod, writer)
  }
}

async function release(pod: Pod, writer: Writer): Promise<void> {
  if (!hasFinalizer(pod, trackingFinalizer)) return
  try {
    await writer.update(podsRef, withoutFinalizer(pod, trackingFinalizer))
  } catch (error) {
    if (!isReason(error, 'NotFound')) throw error
  }
}

async function createPods(job: Job, plan: JobPlan, writer: Writer): Promise<unknown> {
  const { error, succeeded } = await slowStart(plan.create.length, async (i) => {
    const pod = await writer.create(podsRef, podOf(job, plan.create[i]))
    writer.event(job, 'Normal', 'SuccessfulCreate', `Created pod: ${nameOf(pod)}`)
  })
  plan.status.active = (plan.status.active ?? 0) + succeeded
  if (error === undefined || isNamespaceGoing(error)) return undefined
  writer.event(job, 'Warning', 'FailedCreate', `Error creating: ${error}`)
  return error
}

function podOf(job: Job, index: number | undefined): Pod {
  const pod = podFromTemplate(job.spec!.template, jobsRef, job)
  const metadata = pod.metadata!
  metadata.finalizers = [...(metadata.finalizers ?? []), trackingFinalizer]
  if (index === undefined) return pod
  metadata.generateName = `${nameOf(job)}-${index}-`
  metadata.annotations = { ...metadata.annotations, [indexAnnotation]: String(index) }
  metadata.labels = { ...metadata.labels, [indexAnnotation]: String(index) }
  const spec = pod.spec!
  const env = {
    name: 'JOB_COMPLETION_INDEX',
    valueFrom: { fieldRef: { fieldPath: `metadata.labels['${indexAnnotation}']` } },
  }
  spec.hostname ??= `${nameOf(job)}-${index}`
  for (const container of [...spec.containers, ...(spec.initContainers ?? [])]) {
    if (!container.env?.some(({ name }) => name === env.name)) container.env = [...(container.env ?? []), env]
  }
  return pod
}
