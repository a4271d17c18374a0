import type { Namespace, NamespaceCondition } from '../../../../api/schema/generated/types/core-v1.ts'
import type { ApiObject } from '../../object/meta.ts'
import { isDeleting } from '../../object/meta.ts'
import { timestamp } from '../../object/time.ts'
import type { ResourceRef } from '../../object/types.ts'

/** What is left in a namespace, by resource. */
export type Content = { ref: ResourceRef; objects: readonly ApiObject[] }[]

/** Objects that nobody has asked to go yet. */
export function undeleted(content: Content): { ref: ResourceRef; object: ApiObject }[] {
  return content.flatMap(({ ref, objects }) =>
    objects.filter((object) => !isDeleting(object)).map((object) => ({ ref, object })),
  )
}

export function isEmpty(content: Content): boolean {
  return content.every(({ objects }) => objects.length === 0)
}

/**
 * What a deletion that goes on shows to those who wait for it.
 * Source: pkg/controller/namespace/deletion/status_condition_utils.go.
 */
export function namespaceConditions(
  namespace: Namespace,
  content: Content,
  failure: string | undefined,
  nowMs: number,
): NamespaceCondition[] {
  const left = content.filter(({ objects }) => objects.length > 0)
  const remaining = left
    .map(({ ref, objects }) => `${nameWithGroup(ref)} has ${objects.length} resource instances`)
    .sort()
    .join(', ')
  const finalizers = countFinalizers(left)
  const says: [type: string, status: string, reason: string, message: string][] = [
    ['NamespaceDeletionDiscoveryFailure', 'False', 'ResourcesDiscovered', 'All resources successfully discovered'],
    [
      'NamespaceDeletionGroupVersionParsingFailure',
      'False',
      'ParsedGroupVersions',
      'All legacy kube types successfully parsed',
    ],
    failure === undefined
      ? [
          'NamespaceDeletionContentFailure',
          'False',
          'ContentDeleted',
          'All content successfully deleted, may be waiting on finalization',
        ]
      : ['NamespaceDeletionContentFailure', 'True', 'ContentDeletionFailed', failure],
    remaining === ''
      ? ['NamespaceContentRemaining', 'False', 'ContentRemoved', 'All content successfully removed']
      : ['NamespaceContentRemaining', 'True', 'SomeResourcesRemain', `Some resources are remaining: ${remaining}`],
    finalizers === ''
      ? [
          'NamespaceFinalizersRemaining',
          'False',
          'ContentHasNoFinalizers',
          'All content-preserving finalizers finished',
        ]
      : [
          'NamespaceFinalizersRemaining',
          'True',
          'SomeFinalizersRemain',
          `Some content in the namespace has finalizers remaining: ${finalizers}`,
        ],
  ]
  return says.map(([type, status, reason, message]) => {
    const previous = namespace.status?.conditions?.find((condition) => condition.type === type)
    const isSame = previous?.status === status
    const lastTransitionTime = isSame ? previous.lastTransitionTime : timestamp(nowMs)
    return { type, status, reason, message, lastTransitionTime }
  })
}

function nameWithGroup({ resource, group }: ResourceRef): string {
  return group === '' ? `${resource}.` : `${resource}.${group}`
}

function countFinalizers(content: Content): string {
  const counts = new Map<string, number>()
  for (const { objects } of content) {
    for (const { metadata } of objects) {
      for (const name of metadata?.finalizers ?? []) counts.set(name, (counts.get(name) ?? 0) + 1)
    }
  }
  return [...counts]
    .map(([name, count]) => `${name} in ${count} resource instances`)
    .sort()
    .join(', ')
}
