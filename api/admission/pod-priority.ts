import { forbidden } from '../resource/status.ts'
import type { Pod } from '../schema/generated/types/core-v1.ts'
import type { PriorityClass } from '../schema/generated/types/scheduling-v1.ts'
import type { AdmissionPlugin } from './admission.ts'

const classes = { group: 'scheduling.k8s.io', resource: 'priorityclasses' }

/** Writes the priority of its class into a pod. Upstream: plugin/pkg/admission/priority. */
export const podPriority: AdmissionPlugin = {
  name: 'Priority',
  mutate({ operation, definition, subresource, object, view, name }) {
    if (operation !== 'CREATE' || definition.group !== '' || definition.resource !== 'pods' || subresource !== '')
      return
    const { spec } = object as unknown as Pod
    if (!spec) return
    const all = view.list(classes) as unknown as PriorityClass[]
    const chosen = spec.priorityClassName
      ? all.find((candidate) => candidate.metadata?.name === spec.priorityClassName)
      : all.filter((candidate) => candidate.globalDefault).sort((a, b) => (a.value ?? 0) - (b.value ?? 0))[0]
    if (spec.priorityClassName && !chosen) {
      throw forbidden(definition, name, `no PriorityClass with name ${spec.priorityClassName} was found`)
    }
    const value = chosen?.value ?? 0
    if (spec.priority !== undefined && spec.priority !== null && spec.priority !== value) {
      throw forbidden(
        definition,
        name,
        `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`,
      )
    }
    if (chosen && !spec.priorityClassName) spec.priorityClassName = chosen.metadata?.name
    spec.priority = value
    spec.preemptionPolicy ??= chosen?.preemptionPolicy ?? 'PreemptLowerPriority'
  },
}
