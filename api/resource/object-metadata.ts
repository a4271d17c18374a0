import { apiVersionOf } from '../schema/resource.ts'
import type { ResourceDefinition } from './definition.ts'
import { type ApiObject, type ObjectMeta, timestamp } from './object.ts'
import { badRequest, conflict, invalid } from './status.ts'

/** Which object a request is about. */
interface Named {
  definition: ResourceDefinition
  namespace: string
  name: string
}

/** Fills in what the server decides; true when it made the name up. */
export function initializeMetadata(
  { definition, namespace }: Omit<Named, 'name'>,
  object: ApiObject,
  nowMs: number,
): boolean {
  object.apiVersion = apiVersionOf(definition.storage.group, definition.storage.version)
  object.kind = definition.kind
  object.metadata ??= {}
  const { metadata } = object
  if (metadata.resourceVersion) throw badRequest('resourceVersion should not be set on objects to be created')
  alignNamespace(definition, metadata, namespace)
  let generated = false
  if (!metadata.name && metadata.generateName) {
    metadata.name = `${metadata.generateName.slice(0, 58)}${randomSuffix()}`
    generated = true
  }
  if (!metadata.name) {
    throw invalid(definition, '', [
      {
        reason: 'FieldValueRequired',
        message: 'Required value: name or generateName is required',
        field: 'metadata.name',
      },
    ])
  }
  delete metadata.selfLink
  delete metadata.deletionTimestamp
  delete metadata.deletionGracePeriodSeconds
  delete metadata.generation
  metadata.uid = crypto.randomUUID()
  metadata.creationTimestamp = timestamp(nowMs)
  if (definition.strategy.hasGeneration) metadata.generation = 1
  return generated
}

function alignNamespace(definition: ResourceDefinition, metadata: ObjectMeta, namespace: string): void {
  if (!definition.namespaced) {
    delete metadata.namespace
    return
  }
  if (metadata.namespace && metadata.namespace !== namespace) {
    throw badRequest(
      `the namespace of the provided object does not match the namespace sent on the request (${metadata.namespace} / ${namespace})`,
    )
  }
  metadata.namespace = namespace
}

/** Five of upstream's safe letters (no vowels, nothing that looks like another): k8s.io/apimachinery/pkg/util/rand. */
function randomSuffix(): string {
  const letters = 'bcdfghjklmnpqrstvwxz2456789'
  return Array.from(crypto.getRandomValues(new Uint8Array(5)), (byte) => letters[byte % letters.length]).join('')
}

/** The object's own name and namespace are those of the request, or absent. Throws ApiError 400. */
export function checkName({ definition, namespace, name }: Named, object: ApiObject): void {
  object.metadata ??= {}
  const { metadata } = object
  if (metadata.name !== undefined && metadata.name !== '' && metadata.name !== name) {
    throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`)
  }
  metadata.name = name
  alignNamespace(definition, metadata, namespace)
}

/** Throws ApiError 409 when the client means another object of this name. */
export function checkUid({ definition, name }: Named, { metadata }: ApiObject, current: ApiObject): void {
  if (metadata.uid && metadata.uid !== current.metadata.uid) {
    const why = `Precondition failed: UID in precondition: ${metadata.uid}, UID in object meta: ${current.metadata.uid}`
    throw conflict(definition, name, why)
  }
}

/** What no update changes. Upstream: rest.BeforeUpdate and ValidateObjectMetaAccessorUpdate. */
export function restoreMetadata(object: ApiObject, current: ApiObject): void {
  const { metadata } = object
  const { metadata: before } = current
  object.apiVersion = current.apiVersion
  object.kind = current.kind
  metadata.uid = before.uid
  metadata.creationTimestamp = before.creationTimestamp
  metadata.generateName ??= before.generateName
  delete metadata.selfLink
  delete metadata.resourceVersion
  for (const field of ['deletionTimestamp', 'deletionGracePeriodSeconds', 'generation'] as const) {
    if (before[field] === undefined) delete metadata[field]
    else Object.assign(metadata, { [field]: before[field] })
  }
}
