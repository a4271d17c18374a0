import type { Strategy } from './definition.ts'
import { atPath } from './filter.ts'
import { type ApiObject, isEqualJson } from './object.ts'
import type { FieldCause } from './status.ts'

const immutableMessage = 'field is immutable when `immutable` is set'

/** Once `immutable` is true, neither it nor the data changes. Upstream: ValidateSecretUpdate, ValidateConfigMapUpdate. */
function immutableCauses(object: ApiObject, current: ApiObject, fields: string[]): FieldCause[] {
  if (current.immutable !== true) return []
  const causes: FieldCause[] = []
  const forbid = (field: string) =>
    causes.push({ reason: 'FieldValueForbidden', message: `Forbidden: ${immutableMessage}`, field })
  if (object.immutable !== true) forbid('immutable')
  for (const field of fields) if (!isEqualJson(object[field] ?? {}, current[field] ?? {})) forbid(field)
  return causes
}

export const configMapStrategy: Strategy = {
  validateUpdate: (object, current) => immutableCauses(object, current, ['data', 'binaryData']),
}

/** Data written in clear in `stringData` goes into `data`, which is base64. */
function foldStringData(object: ApiObject): void {
  const clear = object.stringData as Record<string, string> | undefined
  delete object.stringData
  if (clear === undefined || clear === null) return
  const data = { ...(object.data as Record<string, string> | undefined) }
  for (const [key, text] of Object.entries(clear)) data[key] = Buffer.from(String(text)).toString('base64')
  object.data = data
}

export const secretStrategy: Strategy = {
  fields: { type: atPath('type') },
  prepareForCreate: foldStringData,
  prepareForUpdate: (object, current) => {
    foldStringData(object)
    object.type ||= current.type
  },
  validateUpdate: (object, current) => {
    const causes = immutableCauses(object, current, ['data'])
    if (object.type !== current.type) {
      const message = `Invalid value: ${JSON.stringify(object.type)}: field is immutable`
      causes.push({ reason: 'FieldValueInvalid', message, field: 'type' })
    }
    return causes
  },
}
