import { type Revision, StoreError } from '../../mesh/store/store.ts'
import { ApiError, type ResourceRef, type StatusDetails } from '../client/client.ts'

/** metav1.Status. */
export interface Status {
  kind: 'Status'
  apiVersion: 'v1'
  metadata: Record<string, never>
  status: 'Success' | 'Failure'
  message?: string
  reason?: string
  details?: StatusDetails
  code: number
}

/** One failed check of one field, as upstream's field.Error. */
export interface FieldCause {
  /** FieldValueRequired, FieldValueInvalid, FieldValueForbidden ... */
  reason: string
  /** Without the field's path in front. */
  message: string
  field: string
}

type Named = Pick<ResourceRef, 'group' | 'resource' | 'kind'>

/** `deployments.apps`, or `pods` for the core group: how messages name a resource. */
export function qualifiedResource(ref: Named): string {
  return ref.group === '' ? ref.resource : `${ref.resource}.${ref.group}`
}

function detailsOf(ref: Named, name: string, extra: StatusDetails = {}): StatusDetails {
  return { name, group: ref.group || undefined, kind: ref.resource, ...extra }
}

export const notFound = (ref: Named, name: string): ApiError =>
  new ApiError(404, 'NotFound', `${qualifiedResource(ref)} "${name}" not found`, detailsOf(ref, name))

export const alreadyExists = (ref: Named, name: string): ApiError =>
  new ApiError(409, 'AlreadyExists', `${qualifiedResource(ref)} "${name}" already exists`, detailsOf(ref, name))

export const conflict = (ref: Named, name: string, why: string): ApiError =>
  new ApiError(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualifiedResource(ref)} "${name}": ${why}`,
    detailsOf(ref, name),
  )

export const modified = (ref: Named, name: string): ApiError =>
  conflict(ref, name, 'the object has been modified; please apply your changes to the latest version and try again')

export const badRequest = (message: string): ApiError => new ApiError(400, 'BadRequest', message)

export const forbidden = (ref: Named, name: string, why: string, details: StatusDetails = {}): ApiError =>
  new ApiError(
    403,
    'Forbidden',
    `${qualifiedResource(ref)}${name === '' ? '' : ` "${name}"`} is forbidden: ${why}`,
    detailsOf(ref, name, details),
  )

export function invalid(ref: Named, name: string, causes: FieldCause[]): ApiError {
  const kind = ref.group === '' ? ref.kind : `${ref.kind}.${ref.group}`
  const texts = causes.map((cause) => `${cause.field}: ${cause.message}`)
  const text = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`
  const details = { name, group: ref.group || undefined, kind: ref.kind, causes }
  return new ApiError(422, 'Invalid', `${kind} "${name}" is invalid: ${text}`, details)
}

export const methodNotAllowed = (ref: Named, verb: string): ApiError =>
  new ApiError(405, 'MethodNotAllowed', `${verb} is not supported on resources of kind "${qualifiedResource(ref)}"`)

export const expired = (message: string): ApiError => new ApiError(410, 'Expired', message)

export const tooOldRevision = (asked: Revision, oldest: Revision): ApiError =>
  expired(`too old resource version: ${asked} (${oldest})`)

export const tooLargeRevision = (asked: Revision, present: Revision): ApiError =>
  new ApiError(504, 'Timeout', `Too large resource version: ${asked}, current: ${present}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  })

export const tooManyRequests = (message: string, retryAfterSeconds: number): ApiError =>
  new ApiError(429, 'TooManyRequests', message, { retryAfterSeconds })

export const unavailable = (message: string): ApiError =>
  new ApiError(503, 'ServiceUnavailable', message, { retryAfterSeconds: 1 })

export const notSupportedYet = (what: string): ApiError =>
  new ApiError(501, 'NotImplemented', `${what} is not supported yet by this build of Skein`)

/** The store's coded errors as Kubernetes reasons, one to one. PreconditionFailed never gets here: it is retried. */
export function fromStoreError(error: StoreError): ApiError {
  switch (error.code) {
    case 'NoQuorum':
      return unavailable(`no majority of the voters can be reached, writes wait for them: ${error.message}`)
    case 'Unknown':
      // Without Retry-After: client-go would send the request again by itself, a POST too (client-go/rest/with_retry.go),
      // and its user be told that what was created exists already.
      return new ApiError(504, 'Timeout', `the outcome of the write is not known yet: ${error.message}`)
    case 'Overloaded':
      return tooManyRequests(`the store is busy: ${error.message}`, 1)
    case 'TooLarge':
      return new ApiError(413, 'RequestEntityTooLarge', error.message)
    case 'Invalid':
      return new ApiError(500, 'InternalError', error.message)
    case 'Compacted':
      return expired(error.message)
    case 'FutureRevision':
      return new ApiError(504, 'Timeout', error.message, {
        causes: [{ reason: 'ResourceVersionTooLarge', message: error.message }],
        retryAfterSeconds: 1,
      })
    case 'StaleTerm':
      return new ApiError(403, 'Forbidden', error.message)
    case 'PreconditionFailed':
      return new ApiError(409, 'Conflict', error.message)
    case 'Poisoned':
    case 'Closed':
      return unavailable(error.message)
  }
}

/** Any thrown value as an ApiError; what is not known becomes 500 without its inner text. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  if (error instanceof StoreError) return fromStoreError(error)
  return new ApiError(500, 'InternalError', 'Internal error occurred: the server has logged what went wrong')
}

export function statusOf(error: ApiError): Status {
  const { code, reason, message, details } = error
  const hasDetails = Object.values(details).some((value) => value !== undefined)
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason,
    details: hasDetails ? details : undefined,
    code,
  }
}
