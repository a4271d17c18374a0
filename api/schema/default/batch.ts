/** Jobs, and the autoscalers of workloads. Upstream: pkg/apis/batch/v1, pkg/apis/autoscaling. */
import type { HorizontalPodAutoscalerSpec as AutoscalerV1Spec } from '../generated/types/autoscaling-v1.ts'
import type * as autoscaling from '../generated/types/autoscaling-v2.ts'
import type * as batch from '../generated/types/batch-v1.ts'
import type { Defaulter } from './default.ts'

const largestInt32 = 2_147_483_647

function job(object: batch.Job): void {
  const { spec } = object
  if (!spec) return
  // Completions without parallelism is a queue of work; both left out is a single pod.
  if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1
  spec.parallelism ??= 1
  spec.backoffLimit ??= spec.backoffLimitPerIndex === undefined ? 6 : largestInt32
  const labels = spec.template?.metadata?.labels
  if (labels && Object.keys(object.metadata?.labels ?? {}).length === 0) {
    object.metadata = { ...object.metadata, labels: { ...labels } }
  }
  spec.completionMode ??= 'NonIndexed'
  spec.suspend ??= false
  spec.podReplacementPolicy ??= spec.podFailurePolicy ? 'Failed' : 'TerminatingOrFailed'
  for (const rule of spec.podFailurePolicy?.rules ?? []) {
    for (const pattern of rule.onPodConditions ?? []) pattern.status ||= 'True'
  }
}

function cronJob({ spec }: batch.CronJob): void {
  if (!spec) return
  spec.concurrencyPolicy ||= 'Allow'
  spec.suspend ??= false
  spec.successfulJobsHistoryLimit ??= 3
  spec.failedJobsHistoryLimit ??= 1
}

function autoscaler(spec: autoscaling.HorizontalPodAutoscalerSpec): void {
  spec.minReplicas ??= 1
  if (!spec.metrics?.length) {
    const target = { type: 'Utilization', averageUtilization: 80 }
    spec.metrics = [{ type: 'Resource', resource: { name: 'cpu', target } }]
  }
  if (!spec.behavior) return
  const all = { type: 'Percent', value: 100, periodSeconds: 15 }
  const up = {
    stabilizationWindowSeconds: 0,
    selectPolicy: 'Max',
    policies: [{ type: 'Pods', value: 4, periodSeconds: 15 }, all],
  }
  const down = { selectPolicy: 'Max', policies: [all] }
  spec.behavior.scaleUp = { ...up, ...spec.behavior.scaleUp }
  spec.behavior.scaleDown = { ...down, ...spec.behavior.scaleDown }
}

function autoscalerV1(spec: AutoscalerV1Spec): void {
  spec.minReplicas ??= 1
  spec.targetCPUUtilizationPercentage ??= 80
}

export const batchDefaults: Record<string, Defaulter> = {
  'batch-v1.Job': job as Defaulter,
  'batch-v1.CronJob': cronJob as Defaulter,
  'autoscaling-v2.HorizontalPodAutoscalerSpec': autoscaler as Defaulter,
  'autoscaling-v1.HorizontalPodAutoscalerSpec': autoscalerV1 as Defaulter,
}
