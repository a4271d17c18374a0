import { validateEphemeralContainers } from '../schema/validation/validation.ts'
import { finalizeNamespace } from './namespace.ts'
import type { ApiObject } from './object.ts'
import type { UpdateOptions } from './write.ts'

type Rules = Pick<UpdateOptions, 'reset' | 'validate'>

/** Nothing but the ephemeral containers changes. Upstream: podEphemeralContainersStrategy. */
const ephemeralContainers: Rules = {
  reset(object, current) {
    const { ephemeralContainers: added } = (object.spec ?? {}) as { ephemeralContainers?: unknown }
    const { resourceVersion } = object.metadata
    replaceWith(object, current)
    object.metadata = { ...current.metadata, resourceVersion }
    object.spec = { ...current.spec, ephemeralContainers: added }
  },
  validate: (object, current) => validateEphemeralContainers(object, current),
}

/** Nothing but the conditions changes. Upstream: csrApprovalStrategy. */
const approval: Rules = {
  reset(object, current) {
    const { conditions } = (object.status ?? {}) as { conditions?: unknown }
    const { resourceVersion } = object.metadata
    replaceWith(object, current)
    object.metadata = { ...current.metadata, resourceVersion }
    object.status = { ...current.status, conditions }
  },
}

function replaceWith(object: ApiObject, current: ApiObject): void {
  for (const field of Object.keys(object)) delete object[field]
  Object.assign(object, current)
}

/** What a write through a subresource may change, by its name; those not named have the generic rules. */
export const subresourceRules: Record<string, Rules | undefined> = {
  finalize: finalizeNamespace,
  ephemeralcontainers: ephemeralContainers,
  approval,
}
