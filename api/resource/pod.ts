import type { Pod } from '../schema/generated/types/core-v1.ts'
import type { Strategy } from './definition.ts'
import { atPath, type SelectableFields } from './filter.ts'
import type { ApiObject } from './object.ts'
import { qosClassOf } from './pod-qos.ts'

const fields: SelectableFields = Object.fromEntries(
  [
    ...['spec.nodeName', 'spec.restartPolicy', 'spec.schedulerName', 'spec.serviceAccountName'],
    ...['status.phase', 'status.podIP', 'status.nominatedNodeName'],
  ].map((path) => [path, atPath(path)]),
)
fields['spec.hostNetwork'] = (object) => String(object.spec?.hostNetwork === true)

const asPod = (object: ApiObject) => object as unknown as Pod

/** Upstream: pkg/registry/core/pod. */
export const podStrategy: Strategy = {
  fields,
  hasGeneration: true,
  transactionClass: { status: 'transient' },
  returnsDeleted: true,
  prepareForCreate(object) {
    object.status = { phase: 'Pending', qosClass: qosClassOf(asPod(object)) }
  },
  prepareForStatusUpdate(object, current) {
    object.status = { ...object.status, qosClass: current.status?.qosClass }
  },
  /** What was asked, else the pod's own; 0 for a pod that is not on a node or has ended. Upstream: CheckGracefulDelete. */
  gracePeriodSeconds(object, asked) {
    const { spec, status } = asPod(object)
    const grace = asked ?? spec?.terminationGracePeriodSeconds ?? 30
    if (!spec?.nodeName || status?.phase === 'Succeeded' || status?.phase === 'Failed') return 0
    return grace < 0 ? 1 : grace
  },
}
