import { ApiError } from '../client/client.ts'
import { decodeBody, enforceFieldValidation, type GroupVersionKind } from '../codec/body.ts'
import type { ApiObject } from '../resource/object.ts'
import type { Call } from './call.ts'

/** Upstream's limit of request bodies (--max-request-body-bytes' default for resources). */
export const maxBodyBytes = 3 * 1024 * 1024

/** The whole body. Throws ApiError 413 as soon as more than the limit has come. */
export async function readBody(request: Request): Promise<Uint8Array> {
  const declared = Number(request.headers.get('content-length') ?? 0)
  if (declared > maxBodyBytes) throw tooLarge()
  if (!request.body) return new Uint8Array()
  if (declared > 0) return await request.bytes()
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of request.body as ReadableStream<Uint8Array> & AsyncIterable<Uint8Array>) {
    length += chunk.length
    if (length > maxBodyBytes) throw tooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function tooLarge(): ApiError {
  return new ApiError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${maxBodyBytes}`)
}

/**
 * The body as an object of this kind, decoded anew at each call, since every attempt of a write changes it.
 * Reports unknown and duplicate fields as `fieldValidation` asks, once.
 */
export async function readObject(call: Call, expected: GroupVersionKind): Promise<() => ApiObject> {
  const bytes = await readBody(call.request)
  const contentType = call.request.headers.get('content-type') ?? 'application/json'
  const decode = () => decodeBody(bytes, contentType, expected)
  const first = decode()
  for (const warning of enforceFieldValidation(first, expected, call.fieldValidation)) call.warn(warning)
  let unused: ApiObject | undefined = first.object as ApiObject
  return () => {
    const object = unused ?? (decode().object as ApiObject)
    unused = undefined
    return object
  }
}
