import { isReason } from '../../../api/client/client.ts'
import { namespaces as namespacesRef, serviceaccounts } from '../../../api/schema/generated/resources.ts'
import type { Namespace, ServiceAccount } from '../../../api/schema/generated/types/core-v1.ts'
import type { ControlContext } from '../loop/context.ts'
import { type ControllerDefinition, watch } from '../loop/controller.ts'
import { isNamespaceGoing } from '../loop/writer.ts'
import { isDeleting, keyFor, nameOf, namespaceOf } from '../object/meta.ts'

const accountName = 'default'

/** Every namespace has a `default` ServiceAccount. Source: pkg/controller/serviceaccount/serviceaccounts_controller.go. */
export function serviceAccountController({ informers }: ControlContext): ControllerDefinition {
  const namespaces = informers.of(namespacesRef)
  const accounts = informers.of(serviceaccounts)
  return {
    name: 'service-account-controller',
    watches: [
      watch(namespacesRef, (namespace: Namespace) => [nameOf(namespace)]),
      watch(serviceaccounts, (account: ServiceAccount) =>
        nameOf(account) === accountName ? [namespaceOf(account)] : [],
      ),
    ],
    async reconcile(key, writer) {
      const namespace = namespaces.get(key)
      if (!namespace || isDeleting(namespace) || accounts.get(keyFor(key, accountName))) return undefined
      try {
        await writer.create(serviceaccounts, { metadata: { name: accountName, namespace: key } })
      } catch (error) {
        if (!isReason(error, 'AlreadyExists') && !isNamespaceGoing(error)) throw error
      }
      return undefined
    },
  }
}
