import { finalizeNamespace } from './namespace.ts'
import type { SubresourceAction } from './subresource.ts'
import { updateObject } from './write.ts'

/** `finalize` of a namespace for callers of this process: sets spec.finalizers to those of `body`. */
export const finalize: SubresourceAction = async (registry, target, body) => {
  const options = { subresource: 'finalize', verb: 'finalize', compute: () => body, ...finalizeNamespace }
  return (await updateObject(registry, target, options)).object
}
