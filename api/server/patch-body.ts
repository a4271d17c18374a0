import { ApiError } from '../client/client.ts'
import { DecodeError, parseJson } from '../codec/json.ts'
import { parseYaml } from '../codec/yaml.ts'
import type { PatchDocument } from '../resource/patch.ts'
import { badRequest } from '../resource/status.ts'
import type { Call } from './call.ts'

const patchTypes: Record<string, PatchDocument['type']> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
}

/** Throws ApiError 415 for a kind of patch there is not, 400 for one that cannot be read. */
export function parsePatch(call: Call, bytes: Uint8Array): PatchDocument {
  const mediaType = (call.request.headers.get('content-type') ?? '').split(';')[0]!.trim().toLowerCase()
  const type = patchTypes[mediaType]
  if (!type) {
    throw new ApiError(
      415,
      'UnsupportedMediaType',
      `the body of the request was in an unknown format - accepted media types include: ${Object.keys(patchTypes).join(', ')}`,
    )
  }
  const force = call.query.get('force')
  if (type !== 'apply') {
    if (force !== null)
      throw badRequest(
        'PatchOptions.meta.k8s.io "" is invalid: force: Forbidden: may not be specified for non-apply patch',
      )
  } else if (!call.query.get('fieldManager')) {
    throw new ApiError(
      422,
      'Invalid',
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    )
  }
  return { type, body: parseBody(type, bytes), force: force === 'true', fieldValidation: call.fieldValidation }
}

function parseBody(type: PatchDocument['type'], bytes: Uint8Array): unknown {
  const text = new TextDecoder().decode(bytes)
  try {
    return type === 'apply' ? parseYaml(text).value : parseJson(text).value
  } catch (error) {
    if (error instanceof DecodeError) throw badRequest(error.message)
    throw error
  }
}
