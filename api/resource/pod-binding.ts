import type { Binding, Pod, PodCondition } from '../schema/generated/types/core-v1.ts'
import { type ApiObject, timestamp } from './object.ts'
import type { Registry } from './registry.ts'
import { badRequest, conflict, type FieldCause, invalid } from './status.ts'
import { type Target, updateObject } from './write.ts'

const bindingName = { group: '', resource: 'pods/binding', kind: 'Binding' }

/**
 * POST pods/x/binding: puts a pod on a node, once. Answers with a Status.
 * Upstream: pkg/registry/core/pod/storage, BindingREST.
 */
export async function bindPod(registry: Registry, target: Target, body: ApiObject): Promise<ApiObject> {
  const binding = body as unknown as Binding
  const { target: node } = binding
  const causes: FieldCause[] = []
  if (!node?.name) causes.push({ reason: 'FieldValueRequired', message: 'Required value', field: 'target.name' })
  if (node?.kind && node.kind !== 'Node') {
    const message = `Unsupported value: "${node.kind}": supported values: "Node", "<empty>"`
    causes.push({ reason: 'FieldValueNotSupported', message, field: 'target.kind' })
  }
  if (causes.length > 0) throw invalid(bindingName, target.name, causes)
  if (binding.metadata?.name && binding.metadata.name !== target.name) {
    throw badRequest('name in URL does not match name in Binding object')
  }
  await updateObject(registry, target, {
    subresource: 'binding',
    verb: 'bind',
    reset: () => {},
    compute(current) {
      const pod = current as unknown as Pod
      refuse(target, pod, binding)
      pod.spec!.nodeName = node.name
      const { annotations, labels } = binding.metadata ?? {}
      if (annotations) current.metadata.annotations = { ...current.metadata.annotations, ...annotations }
      if (labels) current.metadata.labels = { ...current.metadata.labels, ...labels }
      markScheduled(pod, registry.clock.nowMs())
      return current
    },
  })
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 } as unknown as ApiObject
}

function refuse(target: Target, pod: Pod, binding: Binding): void {
  const { name } = target
  const fail = (why: string) => conflict(bindingName, name, why)
  if (binding.metadata?.uid && binding.metadata.uid !== pod.metadata?.uid) {
    throw fail(
      `Precondition failed: UID in precondition: ${binding.metadata.uid}, UID in object meta: ${pod.metadata?.uid}`,
    )
  }
  if (pod.metadata?.deletionTimestamp) throw fail(`pod ${name} is being deleted, cannot be assigned to a host`)
  if (pod.spec?.nodeName) throw fail(`pod ${name} is already assigned to node "${pod.spec.nodeName}"`)
  if (pod.spec?.schedulingGates?.length) throw fail(`pod ${name} has non-empty .spec.schedulingGates`)
}

function markScheduled(pod: Pod, nowMs: number): void {
  pod.status ??= {}
  const conditions = pod.status.conditions ?? []
  const scheduled: PodCondition = { type: 'PodScheduled', status: 'True', lastTransitionTime: timestamp(nowMs) }
  pod.status.conditions = [...conditions.filter((condition) => condition.type !== 'PodScheduled'), scheduled]
}
