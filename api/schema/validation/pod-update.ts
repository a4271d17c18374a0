/** What of a pod may change. Upstream: ValidatePodUpdate, ValidatePodEphemeralContainersUpdate. */

import type { Container, Pod, PodSpec, Toleration } from '../generated/types/core-v1.ts'
import { copyJson, equalJson } from '../json-value.ts'
import type { FieldErrors } from './field-error.ts'

const rule =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,' +
  '`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),' +
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)'

export function validatePodUpdate(pod: Pod, current: Pod, errors: FieldErrors): void {
  const [spec, before] = [pod.spec, current.spec]
  if (!spec || !before) return
  for (const list of ['containers', 'initContainers'] as const) {
    if ((spec[list]?.length ?? 0) !== (before[list]?.length ?? 0)) {
      const text =
        list === 'containers'
          ? 'pod updates may not add or remove containers'
          : 'pod updates may not add or remove initContainers'
      errors.forbidden(`spec.${list}`, text)
      return
    }
  }
  validateDeadline(spec, before, errors)
  validateTolerationsGrow(spec.tolerations ?? [], before.tolerations ?? [], errors)
  const changed = changedFields(withAllowedChanges(spec, before), before)
  if (changed.length > 0) errors.forbidden('spec', `${rule}\nchanged: ${changed.join(', ')}`)
}

function validateDeadline(spec: PodSpec, before: PodSpec, errors: FieldErrors): void {
  const [now, was] = [spec.activeDeadlineSeconds, before.activeDeadlineSeconds]
  const path = 'spec.activeDeadlineSeconds'
  if (was === undefined || now === was) return
  if (now === undefined) errors.invalid(path, null, 'must not update from a positive integer to nil value')
  else if (now > was) errors.invalid(path, now, 'must be less than or equal to previous value')
}

function validateTolerationsGrow(now: Toleration[], before: Toleration[], errors: FieldErrors): void {
  const isKept = (old: Toleration) => {
    return now.some((t) => equalJson({ ...t, tolerationSeconds: 0 }, { ...old, tolerationSeconds: 0 }))
  }
  if (!before.every(isKept)) {
    errors.forbidden('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds')
  }
}

/** The new spec with everything that may change set back. */
function withAllowedChanges(spec: PodSpec, before: PodSpec): PodSpec {
  const restored = copyJson(spec)
  const restoreImages = (list: Container[] | undefined, old: Container[] | undefined) => {
    for (const [i, container] of (list ?? []).entries()) container.image = old?.[i]?.image
  }
  restoreImages(restored.containers, before.containers)
  restoreImages(restored.initContainers, before.initContainers)
  const mutable = restored as unknown as Record<string, unknown>
  for (const name of ['activeDeadlineSeconds', 'tolerations', 'ephemeralContainers', 'nodeName'] as const) {
    // The binding and ephemeralcontainers subresources write through here too; their own rules are stricter.
    if (name === 'nodeName' && before.nodeName) continue
    if (before[name] === undefined) delete mutable[name]
    else mutable[name] = before[name]
  }
  const grace = before.terminationGracePeriodSeconds
  if (grace !== undefined && grace < 0 && spec.terminationGracePeriodSeconds === 1) {
    restored.terminationGracePeriodSeconds = grace
  }
  if (before.schedulingGates?.length) restoreGates(restored, before)
  return restored
}

/** A gated pod may lose gates, and its node constraints may become narrower. */
function restoreGates(restored: PodSpec, before: PodSpec): void {
  const names = new Set(before.schedulingGates!.map((gate) => gate.name))
  if ((restored.schedulingGates ?? []).every((gate) => names.has(gate.name)))
    restored.schedulingGates = before.schedulingGates
  restored.nodeSelector = before.nodeSelector
  restored.affinity = before.affinity
}

function changedFields(now: object, before: object): string[] {
  const [a, b] = [now as Record<string, unknown>, before as Record<string, unknown>]
  const names = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...names].filter((name) => !equalJson(a[name], b[name])).map((name) => `spec.${name}`)
}

/** Ephemeral containers are only added. */
export function validateEphemeralUpdate(pod: Pod, current: Pod, errors: FieldErrors): void {
  const now = new Map((pod.spec?.ephemeralContainers ?? []).map((container) => [container.name, container]))
  const path = 'spec.ephemeralContainers'
  for (const old of current.spec?.ephemeralContainers ?? []) {
    const kept = now.get(old.name)
    if (!kept) errors.forbidden(path, `existing ephemeral containers ${JSON.stringify(old.name)} may not be removed\n`)
    else if (!equalJson(kept, old)) {
      errors.forbidden(path, `existing ephemeral containers ${JSON.stringify(old.name)} may not be changed\n`)
    }
  }
}
