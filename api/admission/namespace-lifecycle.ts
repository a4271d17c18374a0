import { forbidden, notFound } from '../resource/status.ts'
import type { AdmissionPlugin } from './admission.ts'

const namespaces = { group: '', version: 'v1', resource: 'namespaces', kind: 'Namespace', namespaced: false }
const undeletable = new Set(['default', 'kube-system', 'kube-public'])

/**
 * Nothing is created in a namespace that is absent or going; the namespace's revision becomes a precondition, so that
 * a create racing the namespace's deletion leaves nothing behind. Upstream: plugin/pkg/admission/namespace/lifecycle.
 */
export const namespaceLifecycle: AdmissionPlugin = {
  name: 'NamespaceLifecycle',
  validate({ operation, definition, subresource, namespace, name, view, draft }) {
    if (operation === 'DELETE' && definition.group === '' && definition.resource === 'namespaces') {
      if (undeletable.has(name)) throw forbidden(definition, name, 'this namespace may not be deleted')
      return
    }
    if (operation !== 'CREATE' || !definition.namespaced || subresource !== '') return
    const found = view.get(namespaces, '', namespace)
    if (!found) throw notFound(namespaces, namespace)
    if (found.object.metadata.deletionTimestamp !== undefined) {
      throw forbidden(
        definition,
        name,
        `unable to create new content in namespace ${namespace} because it is being terminated`,
        {
          causes: [
            {
              reason: 'NamespaceTerminating',
              message: `namespace ${namespace} is being terminated`,
              field: 'metadata.namespace',
            },
          ],
        },
      )
    }
    draft.preconditions.push({ key: found.key, revision: found.revision })
  },
}
