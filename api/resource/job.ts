import type { Job } from '../schema/generated/types/batch-v1.ts'
import type { Strategy } from './definition.ts'
import { atPath } from './filter.ts'
import type { ApiObject } from './object.ts'

const asJob = (object: ApiObject) => object as unknown as Job

/**
 * A job selects its pods by its own uid, unless it says that it brings its own selector.
 * Upstream: pkg/registry/batch/job/strategy.go, generateSelector.
 */
export const jobStrategy: Strategy = {
  fields: { 'status.successful': atPath('status.succeeded') },
  hasGeneration: true,
  prepareForCreate(object) {
    const { spec, metadata } = asJob(object)
    if (!spec?.template || spec.manualSelector) return
    const uid = metadata?.uid ?? ''
    const name = metadata?.name ?? ''
    const template = { ...spec.template.metadata }
    template.labels = {
      ...template.labels,
      'controller-uid': uid,
      'batch.kubernetes.io/controller-uid': uid,
      'job-name': name,
      'batch.kubernetes.io/job-name': name,
    }
    spec.template = { ...spec.template, metadata: template }
    spec.selector ??= {}
    spec.selector.matchLabels = { ...spec.selector.matchLabels, 'batch.kubernetes.io/controller-uid': uid }
  },
}
