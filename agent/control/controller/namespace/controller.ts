import { isReason } from '../../../../api/client/client.ts'
import { customresourcedefinitions, namespaces as namespacesRef } from '../../../../api/schema/generated/resources.ts'
import type { Namespace } from '../../../../api/schema/generated/types/core-v1.ts'
import type { ControlContext } from '../../loop/context.ts'
import { type ControllerDefinition, reads, watch } from '../../loop/controller.ts'
import type { Writer } from '../../loop/writer.ts'
import { isEquivalent } from '../../object/equal.ts'
import { type ApiObject, isDeleting, nameOf } from '../../object/meta.ts'
import { customResource, deletableResources } from '../../object/resources.ts'
import type { ResourceRef } from '../../object/types.ts'
import { type Content, isEmpty, namespaceConditions, undeleted } from './content.ts'

const contentFinalizer = 'kubernetes'
/** How often a namespace that is not empty yet is looked at. */
const firstWaitMs = 100
const maxWaitMs = 5000
/** Deletions under way at once. */
const concurrency = 16

/** Source: k8s.io/kubernetes/pkg/controller/namespace/deletion/namespaced_resources_deleter.go. */
export function namespaceController(context: ControlContext): ControllerDefinition {
  const namespaces = context.informers.of(namespacesRef)
  const definitions = context.informers.of(customresourcedefinitions)
  const builtIn = deletableResources().filter(({ namespaced }) => namespaced)
  const waits = new Map<string, number>()
  return {
    name: 'namespace-controller',
    watches: [watch(namespacesRef, (namespace: Namespace) => [nameOf(namespace)]), reads(customresourcedefinitions)],
    async reconcile(key, writer) {
      const namespace = namespaces.get(key)
      if (!namespace || !isDeleting(namespace)) {
        waits.delete(key)
        return undefined
      }
      if (!namespace.spec?.finalizers?.includes(contentFinalizer)) return undefined
      const custom = definitions
        .list()
        .map(customResource)
        .filter((ref) => ref?.namespaced === true)
      const refs = [...builtIn, ...custom] as ResourceRef[]
      const failure = await deleteAll(await contentOf(context, refs, key), writer)
      const left = await contentOf(context, refs, key)
      if (isEmpty(left)) {
        waits.delete(key)
        await finalize(context, namespace)
        return undefined
      }
      const conditions = namespaceConditions(namespace, left, failure, context.clock.nowMs())
      if (!isEquivalent(conditions, namespace.status?.conditions)) {
        await writer.updateStatus(namespacesRef, { ...namespace, status: { ...namespace.status, conditions } })
      }
      const waitMs = Math.min(maxWaitMs, (waits.get(key) ?? firstWaitMs / 2) * 2)
      waits.set(key, waitMs)
      return waitMs
    },
  }
}

/**
 * Read from what this node has: nothing can be created in the namespace after the revision that marked it as deleted,
 * and that one is here.
 */
async function contentOf(
  { client }: ControlContext,
  refs: readonly ResourceRef[],
  namespace: string,
): Promise<Content> {
  return await Promise.all(
    refs.map(async (ref) => {
      try {
        const { items } = await client.resource(ref, namespace).list({ resourceVersion: '0' })
        return { ref, objects: items as ApiObject[] }
      } catch (error) {
        // The custom resource was taken away with all of its objects.
        if (isReason(error, 'NotFound')) return { ref, objects: [] }
        throw error
      }
    }),
  )
}

/** The first failure's message. */
async function deleteAll(content: Content, writer: Writer): Promise<string | undefined> {
  const todo = undeleted(content)
  let failure: string | undefined
  const work = async () => {
    for (let next = todo.pop(); next; next = todo.pop()) {
      try {
        await writer.delete(next.ref, next.object, { propagationPolicy: 'Background' })
      } catch (error) {
        failure ??= error instanceof Error ? error.message : String(error)
      }
    }
  }
  await Promise.all(Array.from({ length: concurrency }, work))
  return failure
}

async function finalize({ client }: ControlContext, namespace: Namespace): Promise<void> {
  const finalizers = namespace.spec?.finalizers?.filter((name) => name !== contentFinalizer)
  const { resourceVersion: _, ...metadata } = namespace.metadata ?? {}
  const body: Namespace = { ...namespace, metadata, spec: { ...namespace.spec, finalizers } }
  try {
    await client.resource(namespacesRef).createSubresource(nameOf(namespace), 'finalize', body)
  } catch (error) {
    if (!isReason(error, 'NotFound')) throw error
  }
}
