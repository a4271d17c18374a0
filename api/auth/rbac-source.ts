import { resourcePrefix } from '../resource/key.ts'
import type { Registry } from '../resource/registry.ts'
import type { RbacResource, RbacSource } from './rbac.ts'

const group = 'rbac.authorization.k8s.io'
const resources: RbacResource[] = ['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings']

/** Roles and bindings as this node has them. */
export function rbacSource(registry: Registry): RbacSource {
  const caches = new Map(
    resources.map((resource) => [resource, registry.cache.of(resourcePrefix({ group, resource }))]),
  )
  return {
    list: (resource) =>
      caches
        .get(resource)!
        .list()
        .map((item) => item.object),
    get changes() {
      let sum = 0
      for (const cache of caches.values()) sum += cache.ring.end
      return sum
    },
  }
}
