import type { PatchType } from '../client/client.ts'
import type { GroupVersionKind } from '../codec/body.ts'
import type { Item } from './item.ts'
import type { ApiObject } from './object.ts'
import type { Registry } from './registry.ts'
import { notSupportedYet } from './status.ts'
import type { Target } from './write.ts'

export interface PatchDocument {
  type: PatchType
  /** Parsed: an object, or a list for `json`. */
  body: unknown
  /** Apply only: take fields over from other managers. */
  force?: boolean
  /** About unknown and duplicate fields of the result. Default Ignore. */
  fieldValidation?: 'Ignore' | 'Warn' | 'Strict'
}

/** Patches, again on the newest state when somebody else was faster, at most five times. */
export async function patchObject(
  _registry: Registry,
  _target: Target,
  document: PatchDocument,
  _subresource: string,
): Promise<{ item: Item; created: boolean }> {
  throw notSupportedYet(`a patch of type ${document.type}`)
}

/** The patched document, of a kind that need not be stored (Scale). */
export function patchDocument(_object: ApiObject, document: PatchDocument, _kind: GroupVersionKind): ApiObject {
  throw notSupportedYet(`a patch of type ${document.type}`)
}
