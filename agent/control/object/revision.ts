import type { ControllerRevision } from '../../../api/schema/generated/types/apps-v1.ts'
import type { PodTemplateSpec } from '../../../api/schema/generated/types/core-v1.ts'
import { isEqual } from './equal.ts'
import { templateHash } from './hash.ts'
import { type ApiObject, byCreation, controllerReference, nameOf, namespaceOf } from './meta.ts'
import type { ResourceRef } from './types.ts'

/** Label of pods with the name (StatefulSet) or hash (DaemonSet) of the revision they were made of. */
export const revisionHashLabel = 'controller-revision-hash'
const hashLabel = 'controller.kubernetes.io/hash'

/**
 * What a ControllerRevision remembers: a patch that puts the template back, as `kubectl rollout undo` applies it.
 * Source: pkg/controller/statefulset/stateful_set_utils.go, getPatch.
 */
export function revisionData(template: PodTemplateSpec): Record<string, unknown> {
  return { spec: { template: { ...template, $patch: 'replace' } } }
}

/** The template that a revision remembers. */
export function templateOf(revision: ControllerRevision): PodTemplateSpec {
  const { spec } = (revision.data ?? {}) as { spec?: { template?: Record<string, unknown> } }
  const { $patch: _, ...template } = spec?.template ?? {}
  return template as unknown as PodTemplateSpec
}

export function byRevision(a: ControllerRevision, b: ControllerRevision): number {
  return a.revision - b.revision || byCreation(a, b)
}

/**
 * The revision of a template: one that exists, with the number it should have now, or one to be created.
 * Source: pkg/controller/history/controller_history.go, NewControllerRevision, FindEqualRevisions.
 */
export function revisionFor(
  ref: ResourceRef,
  owner: ApiObject,
  template: PodTemplateSpec,
  existing: readonly ControllerRevision[],
  collisionCount: number | undefined,
): { revision: ControllerRevision; isNew: boolean; isRenumbered: boolean } {
  const sorted = [...existing].sort(byRevision)
  const data = revisionData(template)
  const next = (sorted.at(-1)?.revision ?? 0) + 1
  const equal = sorted.filter((revision) => isEqual(revision.data, data)).at(-1)
  if (equal && equal === sorted.at(-1)) return { revision: equal, isNew: false, isRenumbered: false }
  if (equal) return { revision: { ...equal, revision: next }, isNew: false, isRenumbered: true }
  const hash = templateHash(data, collisionCount)
  const revision: ControllerRevision = {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `${nameOf(owner)}-${hash}`,
      namespace: namespaceOf(owner),
      labels: { ...template.metadata?.labels, [hashLabel]: hash },
      annotations: owner.metadata?.annotations,
      ownerReferences: [controllerReference(ref, owner)],
    },
    data,
    revision: next,
  }
  return { revision, isNew: true, isRenumbered: false }
}

export function hashOf(revision: ControllerRevision): string {
  return revision.metadata?.labels?.[hashLabel] ?? ''
}

/** The oldest revisions that nothing uses, beyond the limit. */
export function surplusRevisions(
  existing: readonly ControllerRevision[],
  isUsed: (revision: ControllerRevision) => boolean,
  limit: number,
): ControllerRevision[] {
  const unused = [...existing].sort(byRevision).filter((revision) => !isUsed(revision))
  return unused.slice(0, Math.max(0, unused.length - limit))
}
