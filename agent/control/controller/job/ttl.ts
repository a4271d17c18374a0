import { jobs as jobsRef } from '../../../../api/schema/generated/resources.ts'
import type { Job } from '../../../../api/schema/generated/types/batch-v1.ts'
import type { ControlContext } from '../../loop/context.ts'
import { type ControllerDefinition, watch } from '../../loop/controller.ts'
import { isDeleting, keyOf } from '../../object/meta.ts'
import { millisOf } from '../../object/time.ts'

/**
 * When a finished job has outlived its time to live; undefined: never, or not finished.
 * Source: k8s.io/kubernetes/pkg/controller/ttlafterfinished/ttlafterfinished_controller.go.
 */
export function expiryMs(job: Job): number | undefined {
  const ttlSeconds = job.spec?.ttlSecondsAfterFinished
  const end = job.status?.conditions?.find(
    ({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True',
  )
  if (ttlSeconds === undefined || !end) return undefined
  return millisOf(end.lastTransitionTime) + ttlSeconds * 1000
}

export function ttlAfterFinishedController({ informers, clock }: ControlContext): ControllerDefinition {
  const jobs = informers.of(jobsRef)
  return {
    name: 'ttl-after-finished-controller',
    watches: [watch(jobsRef, (job: Job) => (expiryMs(job) === undefined ? [] : [keyOf(job)]))],
    async reconcile(key, writer) {
      const job = jobs.get(key)
      const expiresMs = job && expiryMs(job)
      if (!job || expiresMs === undefined || isDeleting(job)) return undefined
      const leftMs = expiresMs - clock.nowMs()
      if (leftMs > 0) return leftMs
      await writer.delete(jobsRef, job, { propagationPolicy: 'Foreground' })
      return undefined
    },
  }
}
