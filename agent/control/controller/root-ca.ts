import { isReason } from '../../../api/client/client.ts'
import { configmaps, namespaces as namespacesRef } from '../../../api/schema/generated/resources.ts'
import type { ConfigMap, Namespace } from '../../../api/schema/generated/types/core-v1.ts'
import type { ControlContext } from '../loop/context.ts'
import { type ControllerDefinition, watch } from '../loop/controller.ts'
import { isNamespaceGoing } from '../loop/writer.ts'
import { isEqual } from '../object/equal.ts'
import { isDeleting, keyFor, nameOf, namespaceOf } from '../object/meta.ts'

const mapName = 'kube-root-ca.crt'
const annotations = {
  'kubernetes.io/description':
    'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.',
}

/**
 * Every namespace has the authority by which pods verify the API server, and nobody else's.
 * Source: pkg/controller/certificates/rootcacertpublisher/publisher.go.
 */
export function rootCaController({ informers }: ControlContext, clusterCaPem: string): ControllerDefinition {
  const namespaces = informers.of(namespacesRef)
  const maps = informers.of(configmaps)
  const data = { 'ca.crt': clusterCaPem }
  return {
    name: 'root-ca-cert-publisher',
    watches: [
      watch(namespacesRef, (namespace: Namespace) => [nameOf(namespace)]),
      watch(configmaps, (map: ConfigMap) => (nameOf(map) === mapName ? [namespaceOf(map)] : [])),
    ],
    async reconcile(key, writer) {
      const namespace = namespaces.get(key)
      if (!namespace || isDeleting(namespace)) return undefined
      const current = maps.get(keyFor(key, mapName))
      const hasDescription = isEqual(
        { ...current?.metadata?.annotations, ...annotations },
        current?.metadata?.annotations,
      )
      if (current && isEqual(current.data, data) && hasDescription) return undefined
      const metadata = { ...current?.metadata, name: mapName, namespace: key }
      const map: ConfigMap = {
        ...current,
        metadata: { ...metadata, annotations: { ...current?.metadata?.annotations, ...annotations } },
        data,
      }
      try {
        if (current) await writer.update(configmaps, map)
        else await writer.create(configmaps, map)
      } catch (error) {
        if (!isReason(error, 'AlreadyExists') && !isNamespaceGoing(error)) throw error
      }
      return undefined
    },
  }
}
