import { ApiError, type PatchType } from '../client/client.ts'
import { conformValue, type GroupVersionKind } from '../codec/body.ts'
import { applyPatch, PatchError } from '../patch/patch.ts'
import { schemaFor } from '../schema/schema.ts'
import { convert, toStored } from './conversion.ts'
import type { Item } from './item.ts'
import type { ApiObject } from './object.ts'
import type { Registry } from './registry.ts'
import { badRequest, notSupportedYet } from './status.ts'
import { subresourceRules } from './subresource-rules.ts'
import { type Target, updateObject } from './write.ts'

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
  if (document.type === 'apply') throw notSupportedYet('server-side apply')
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

/** The patched document in the shape of its kind, which need not be a stored one (Scale). Throws ApiError. */
export function patchDocument(
  object: ApiObject,
  { type, body, fieldValidation = 'Ignore' }: PatchDocument,
  kind: GroupVersionKind,
  warn: (message: string) => void = () => {},
): ApiObject {
  if (type === 'apply') throw notSupportedYet('server-side apply of this subresource')
  const schema = schemaFor(kind.group, kind.version, kind.kind)
  if (!schema) throw badRequest(`there is no kind ${kind.kind} to patch`)
  try {
    const conformed = conformValue(applyPatch(type, object, body, schema), kind)
    const unknown = conformed.unknownFields.map((path) => `unknown field ${JSON.stringify(path)}`)
    if (unknown.length > 0 && fieldValidation === 'Strict') {
      throw badRequest(`error decoding patch: strict decoding error: ${unknown.join(', ')}`)
    }
    if (fieldValidation === 'Warn') for (const text of unknown) warn(text)
    return conformed.object as ApiObject
  } catch (error) {
    if (error instanceof PatchError) throw new ApiError(patchCodes[error.reason], error.reason, error.message)
    throw error
  }
}
