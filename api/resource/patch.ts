import type { PatchType } from '../client/client.ts'
import type { Item } from './item.ts'
import type { Registry } from './registry.ts'
import { notSupportedYet } from './status.ts'
import type { Target } from './write.ts'

export interface PatchDocument {
  type: PatchType
  /** Parsed: an object, or a list for `json`. */
  body: unknown
  /** Apply only: take fields over from other managers. */
  force?: boolean
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
