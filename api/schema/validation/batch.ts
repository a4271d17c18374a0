/** Jobs and cron jobs. Upstream: pkg/apis/batch/validation/validation.go. */

import type * as batch from '../generated/types/batch-v1.ts'
import { equalJson } from '../json-value.ts'
import type { FieldErrors } from './field-error.ts'
import { tooLong } from './format.ts'
import { validatePodTemplate } from './pod.ts'
import { selects } from './workload.ts'

const maxParallelIndexed = 100_000

export function validateJob({ spec }: batch.Job, errors: FieldErrors): void {
  validateJobSpec(spec ?? ({} as batch.JobSpec), 'spec', errors)
  if (!spec?.selector) return
  const labels = spec.template?.metadata?.labels ?? {}
  if (!selects(spec.selector, labels)) {
    errors.invalid('spec.template.metadata.labels', labels, '`selector` does not match template `labels`')
  }
}

function validateJobSpec(spec: batch.JobSpec, path: string, errors: FieldErrors): void {
  const counts = [
    'parallelism',
    'completions',
    'activeDeadlineSeconds',
    'backoffLimit',
    'ttlSecondsAfterFinished',
    'backoffLimitPerIndex',
    'maxFailedIndexes',
  ] as const
  for (const name of counts) errors.nonNegative(`${path}.${name}`, spec[name])
  if (spec.completionMode === 'Indexed') {
    if (spec.completions === undefined) errors.required(`${path}.completions`, 'when completion mode is Indexed')
    if ((spec.parallelism ?? 0) > maxParallelIndexed) {
      errors.invalid(
        `${path}.parallelism`,
        spec.parallelism,
        `must be less than or equal to ${maxParallelIndexed} when completion mode is Indexed`,
      )
    }
  } else if (spec.completionMode && spec.completionMode !== 'NonIndexed') {
    errors.notSupported(`${path}.completionMode`, spec.completionMode, ['Indexed', 'NonIndexed'])
  }
  if (spec.backoffLimitPerIndex !== undefined && spec.completionMode !== 'Indexed') {
    errors.invalid(`${path}.backoffLimitPerIndex`, spec.backoffLimitPerIndex, 'requires indexed completion mode')
  }
  validatePodTemplate(spec.template ?? {}, `${path}.template`, errors)
  const policy = spec.template?.spec?.restartPolicy
  if (policy === 'Always') {
    errors.required(`${path}.template.spec.restartPolicy`, 'valid values: "OnFailure", "Never"')
  }
}

export function validateJobUpdate({ spec }: batch.Job, { spec: before }: batch.Job, errors: FieldErrors): void {
  if (!spec || !before) return
  const isElastic = before.completionMode === 'Indexed' && spec.completions === spec.parallelism
  if (spec.completions !== before.completions && !isElastic) {
    errors.invalid('spec.completions', spec.completions ?? null, 'field is immutable')
  }
  for (const name of ['selector', 'completionMode', 'podFailurePolicy', 'backoffLimitPerIndex', 'managedBy'] as const) {
    if (!equalJson(spec[name], before[name])) errors.invalid(`spec.${name}`, spec[name] ?? null, 'field is immutable')
  }
  // A suspended job may still be steered to other nodes.
  const compared = before.suspend ? withoutScheduling : (template: unknown) => template
  if (!equalJson(compared(spec.template), compared(before.template))) {
    errors.invalid('spec.template', spec.template, 'field is immutable')
  }
}

function withoutScheduling(template: unknown): unknown {
  const { metadata, spec } = (template ?? {}) as { metadata?: object; spec?: Record<string, unknown> }
  const { nodeSelector: _, affinity: __, tolerations: ___, schedulingGates: ____, ...rest } = spec ?? {}
  return { metadata: { ...metadata, labels: undefined, annotations: undefined }, spec: rest }
}

export function validateCronJob({ metadata, spec }: batch.CronJob, errors: FieldErrors): void {
  // The controller appends a dash and ten digits to make a job's name of at most 63.
  if ((metadata?.name?.length ?? 0) > 52)
    errors.invalid('metadata.name', metadata!.name, tooLong(52).replace('bytes', 'characters'))
  if (!spec?.schedule) errors.required('spec.schedule')
  else if (/^(TZ|CRON_TZ)=/.test(spec.schedule)) {
    errors.invalid('spec.schedule', spec.schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead')
  } else if (!isSchedule(spec.schedule)) {
    errors.invalid(
      'spec.schedule',
      spec.schedule,
      `expected exactly 5 fields, found ${spec.schedule.trim().split(/\s+/).length}: [${spec.schedule}]`,
    )
  }
  errors.nonNegative('spec.startingDeadlineSeconds', spec?.startingDeadlineSeconds)
  errors.nonNegative('spec.successfulJobsHistoryLimit', spec?.successfulJobsHistoryLimit)
  errors.nonNegative('spec.failedJobsHistoryLimit', spec?.failedJobsHistoryLimit)
  errors.oneOf('spec.concurrencyPolicy', spec?.concurrencyPolicy, ['Allow', 'Forbid', 'Replace'])
  if (spec?.timeZone === '') errors.invalid('spec.timeZone', '', 'timeZone must be nil or non-empty string')
  validateJobSpec(spec?.jobTemplate?.spec ?? ({} as batch.JobSpec), 'spec.jobTemplate.spec', errors)
}

const macros = /^@(yearly|annually|monthly|weekly|daily|midnight|hourly|every [\d.]+(ns|us|µs|ms|s|m|h)([\d.hmsuµn]*))$/

function isSchedule(text: string): boolean {
  return macros.test(text) || text.trim().split(/\s+/).length === 5
}
