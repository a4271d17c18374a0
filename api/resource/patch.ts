import { ApiError, isReason, type PatchType } from '../client/client.ts'
import { conformValue, type GroupVersionKind } from '../codec/body.ts'
import { applyPatch, PatchError } from '../patch/patch.ts'
import { schemaFor } from '../schema/schema.ts'
import { convert, toStored } from './conversion.ts'
import { applied } from './field-manager.ts'
import type { Item } from './item.ts'
import type { ApiObject } from './object.ts'
import { checkName } from './object-metadata.ts'
import type { Registry } from './registry.ts'
import { badRequest } from './status.ts'
import { subresourceRules } from './subresource-rules.ts'
import { createObject, maxAttempts, type Target, updateObject } from './write.ts'

export interface PatchDocument {
  type: PatchType
  /** Parsed: an object, or a list for `json`. */
  body: unknown
  /** Apply only: take fields over from other managers. */
  force?: boolean
  /** About unknown fields of the result. Default Ignore. */
  fieldValidation?: 'Ignore' | 'Warn' | 'Strict'
}

const patchCodes = { BadRequest: 400, Invalid: 422, RequestEntityTooLarge: 413 } as const

/** Patches, again on the newest state when somebody else was faster, at most five times. */
export async function patchObject(
  registry: Registry,
  target: Target,
  document: PatchDocument,
  subresource: string,
): Promise<{ item: Item; created: boolean }> {
  const { definition, context } = target
  if (document.type === 'apply') return await applyObject(registry, target, document, subresource)
  const item = await updateObject(registry, target, {
    subresource,
    verb: 'patch',
    ...subresourceRules[subresource],
    compute(current) {
      const patched = patchDocument(convert(current, definition), document, definition, context.warn)
      return toStored(patched, definition)
    },
  })
  return { item, created: false }
}

/** Server-side apply of an object that may not be there yet. */
async function applyObject(
  registry: Registry,
  target: Target,
  { body, force = false }: PatchDocument,
  subresource: string,
): Promise<{ item: Item; created: boolean }> {
  const options = { subresource, force, nowMs: registry.clock.nowMs() }
  const run = (live: ApiObject | undefined) => withPatchErrors(() => applied(target, live, body, options))
  const rules = { subresource, verb: 'apply', isApplied: true, ...subresourceRules[subresource] }
  for (let attempt = 1; ; attempt++) {
    try {
      return { item: await updateObject(registry, target, { ...rules, compute: (live) => run(live) }), created: false }
    } catch (error) {
      if (!isReason(error, 'NotFound') || subresource !== '') throw error
    }
    try {
      const make = () => {
        const object = run(undefined)
        checkName(target, object)
        return object
      }
      return { item: await createObject(registry, target, make, { isApplied: true }), created: true }
    } catch (error) {
      // Somebody else made it meanwhile: then it is there to be changed.
      if (!isReason(error, 'AlreadyExists') || attempt >= maxAttempts) throw error
    }
  }
}

/** The patched document in the shape of its kind, which need not be a stored one (Scale). Throws ApiError. */
export function patchDocument(
  object: ApiObject,
  { type, body, fieldValidation = 'Ignore' }: PatchDocument,
  kind: GroupVersionKind,
  warn: (message: string) => void = () => {},
): ApiObject {
  if (type === 'apply') throw badRequest('what is applied is merged by its managers, not patched in')
  const schema = schemaFor(kind.group, kind.version, kind.kind)
  if (!schema) throw badRequest(`there is no kind ${kind.kind} to patch`)
  return withPatchErrors(() => {
    const conformed = conformValue(applyPatch(type, object, body, schema), kind)
    const unknown = conformed.unknownFields.map((path) => `unknown field ${JSON.stringify(path)}`)
    if (unknown.length > 0 && fieldValidation === 'Strict') {
      throw badRequest(`error decoding patch: strict decoding error: ${unknown.join(', ')}`)
    }
    if (fieldValidation === 'Warn') for (const text of unknown) warn(text)
    return conformed.object as ApiObject
  })
}

function withPatchErrors<T>(run: () => T): T {
  try {
    return run()
  } catch (error) {
    if (error instanceof PatchError) throw new ApiError(patchCodes[error.reason], error.reason, error.message)
    throw error
  }
}
