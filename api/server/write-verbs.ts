import type { DeleteOptions } from '../client/client.ts'
import { toStored } from '../resource/conversion.ts'
import type { ResourceDefinition } from '../resource/definition.ts'
import { deleteObject } from '../resource/delete.ts'
import { listObjects } from '../resource/list.ts'
import type { ApiObject } from '../resource/object.ts'
import { type PatchDocument, patchObject } from '../resource/patch.ts'
import type { Registry } from '../resource/registry.ts'
import { badRequest, methodNotAllowed, qualifiedResource, type Status } from '../resource/status.ts'
import { subresourceRules } from '../resource/subresource-rules.ts'
import { createObject, type Target, updateObject } from '../resource/write.ts'
import { readBody, readObject } from './body.ts'
import type { Call } from './call.ts'
import { parsePatch } from './patch-body.ts'
import { listQueryOf, namespaceOf } from './read-verbs.ts'
import { itemResponse, listResponse, objectResponse } from './respond.ts'

export function targetOf(call: Call, definition: ResourceDefinition): Target {
  return { definition, namespace: namespaceOf(call, definition), name: call.info.name, context: call.writeContext() }
}

export async function createVerb(registry: Registry, call: Call, definition: ResourceDefinition): Promise<Response> {
  const target = targetOf(call, definition)
  if (definition.namespaced && target.namespace === '') {
    throw badRequest('an empty namespace may not be set during creation')
  }
  const make = await readObject(call, definition)
  const item = await createObject(registry, target, () => toStored(make(), definition))
  return itemResponse(call, definition, item, 201)
}

export async function updateVerb(registry: Registry, call: Call, definition: ResourceDefinition): Promise<Response> {
  const { subresource } = call.info
  const make = await readObject(call, definition)
  const compute = () => toStored(make(), definition)
  const own = subresourceRules[subresource]
  const item = await updateObject(registry, targetOf(call, definition), {
    subresource,
    compute,
    verb: 'update',
    ...own,
  })
  return itemResponse(call, definition, item)
}

export async function patchVerb(registry: Registry, call: Call, definition: ResourceDefinition): Promise<Response> {
  const document: PatchDocument = parsePatch(call, await readBody(call.request))
  const target = targetOf(call, definition)
  const { item, created } = await patchObject(registry, target, document, call.info.subresource)
  return itemResponse(call, definition, item, created ? 201 : 200)
}

/** Options come in the body, in the query, or not at all. */
export async function readDeleteOptions(call: Call): Promise<DeleteOptions> {
  const bytes = call.request.body ? await readBodyOnce(call) : undefined
  const { query } = call
  const grace = query.get('gracePeriodSeconds')
  const orphan = query.get('orphanDependents')
  if (grace !== null && !/^-?\d{1,10}$/.test(grace)) throw badRequest(`gracePeriodSeconds: "${grace}" is not a number`)
  const fromQuery: DeleteOptions = {
    gracePeriodSeconds: grace === null ? undefined : Number(grace),
    propagationPolicy: (query.get('propagationPolicy') || undefined) as DeleteOptions['propagationPolicy'],
  }
  const options: ApiObject | DeleteOptions = bytes ?? fromQuery
  const legacy = (options as ApiObject).orphanDependents ?? (orphan === null ? undefined : orphan === 'true')
  if (legacy !== undefined && options.propagationPolicy === undefined) {
    return { ...options, propagationPolicy: legacy ? 'Orphan' : 'Background' } as DeleteOptions
  }
  return options as DeleteOptions
}

async function readBodyOnce(call: Call): Promise<ApiObject | undefined> {
  if (call.request.headers.get('content-length') === '0') return undefined
  const make = await readObject(call, { group: 'meta.k8s.io', version: 'v1', kind: 'DeleteOptions' })
  return make()
}

export async function deleteVerb(registry: Registry, call: Call, definition: ResourceDefinition): Promise<Response> {
  const options = await readDeleteOptions(call)
  const target = withDryRun(targetOf(call, definition), options)
  const { item, gone } = await deleteObject(registry, target, options)
  if (gone && !definition.strategy.returnsDeleted)
    return objectResponse(call, deletedStatus(definition, item.name, item.object))
  const isForeground = options.propagationPolicy === 'Foreground'
  return itemResponse(call, definition, item, gone || !isForeground ? 200 : 202)
}

function withDryRun(target: Target, options: DeleteOptions): Target {
  const { dryRun } = options as { dryRun?: string[] | boolean }
  const isDry = Array.isArray(dryRun) ? dryRun.includes('All') : dryRun
  return isDry ? { ...target, context: { ...target.context, dryRun: true } } : target
}

function deletedStatus(definition: ResourceDefinition, name: string, object: ApiObject): Status {
  const { group, resource } = definition
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { name, group: group || undefined, kind: resource, uid: object.metadata.uid },
    code: 200,
  }
}

export async function deleteCollectionVerb(
  registry: Registry,
  call: Call,
  definition: ResourceDefinition,
): Promise<Response> {
  if (!definition.verbs.includes('deletecollection')) throw methodNotAllowed(definition, 'delete')
  const options = await readDeleteOptions(call)
  const result = await listObjects(registry, definition, listQueryOf(call, definition))
  const context = withDryRun(targetOf(call, definition), options).context
  for (const { namespace, name } of result.items) {
    try {
      await deleteObject(registry, { definition, namespace, name, context }, { ...options, preconditions: undefined })
    } catch (error) {
      // Somebody else deleted it meanwhile: what was asked for has happened.
      if ((error as { reason?: string }).reason !== 'NotFound') throw error
    }
  }
  return listResponse(call, definition, result)
}

export function unsupportedVerb(definition: ResourceDefinition, verb: string): never {
  throw methodNotAllowed(definition, verb === '' ? qualifiedResource(definition) : verb)
}
