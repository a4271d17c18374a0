import type { ResourceDefinition } from '../resource/definition.ts'
import { getObject } from '../resource/get.ts'
import { patchDocument, patchObject } from '../resource/patch.ts'
import { appliedScale, scaleOf, withScale } from '../resource/scale.ts'
import { badRequest, methodNotAllowed, notFound, notSupportedYet } from '../resource/status.ts'
import { updateObject } from '../resource/write.ts'
import type { Subresource } from '../schema/resource.ts'
import { readBody, readObject } from './body.ts'
import type { Call } from './call.ts'
import type { Serving } from './handler.ts'
import { logVerb } from './log-verb.ts'
import { nodePageVerb } from './node-page.ts'
import { parsePatch } from './patch-body.ts'
import { proxyVerb } from './proxy-verb.ts'
import { getVerb, namespaceOf } from './read-verbs.ts'
import type { RequestInfo } from './request-info.ts'
import { objectResponse } from './respond.ts'
import { execOptions, streamTarget } from './stream-target.ts'
import { patchVerb, targetOf, updateVerb } from './write-verbs.ts'

/** Read, written and patched as the object itself, each with its own rules of what may change. */
const ofTheObject = new Set(['status', 'finalize', 'ephemeralcontainers', 'approval', 'resize'])
const streams = new Set(['exec', 'attach', 'portforward'])

/** Requests that stay open as long as they like. */
export function isStreaming({ subresource, isResource }: RequestInfo): boolean {
  return isResource && (subresource === 'log' || subresource === 'proxy' || streams.has(subresource))
}

export async function subresourceVerb(
  serving: Serving,
  call: Call,
  definition: ResourceDefinition,
  leave: () => void,
): Promise<Response> {
  const { subresource: name, verb } = call.info
  const subresource = definition.subresources.find((candidate) => candidate.name === name)
  if (!subresource) throw notFound({ ...definition, resource: `${definition.resource}/${name}` }, call.info.name)
  if (!subresource.verbs.includes(verb)) {
    throw methodNotAllowed({ ...definition, resource: `${definition.resource}/${name}` }, verb)
  }
  if (name === 'resize' && verb !== 'get')
    throw notSupportedYet('changing the resources of a running pod (pods/resize)')
  if (ofTheObject.has(name)) return await objectVerb(serving, call, definition)
  if (name === 'scale') return await scaleVerb(serving, call, definition)
  if (name === 'log') return await logVerb(serving, call, definition, leave)
  if (verb === 'create' && serving.api.actions.find(definition.group, definition.resource, name)) {
    return await actionVerb(serving, call, definition, subresource)
  }
  if (streams.has(name)) {
    // kubectl comes here when its WebSocket was refused: the reason is told again.
    const { pod } = await streamTarget(serving, call)
    if (name !== 'portforward') execOptions(call.query, pod)
    throw streamsWithoutUpgrade(name)
  }
  if (name === 'proxy' && definition.group === '') {
    if (definition.resource === 'nodes') return await nodePageVerb(serving, call, definition, leave)
    return await proxyVerb(serving, call, definition, leave)
  }
  throw notSupportedYet(`${definition.resource}/${name}`)
}

function streamsWithoutUpgrade(name: string): Error {
  return badRequest(`${name} needs an upgrade of the connection to WebSocket or SPDY/3.1`)
}

async function objectVerb({ api }: Serving, call: Call, definition: ResourceDefinition): Promise<Response> {
  if (call.info.verb === 'get') return await getVerb(api.registry, call, definition)
  if (call.info.verb === 'update') return await updateVerb(api.registry, call, definition)
  return await patchVerb(api.registry, call, definition)
}

async function scaleVerb({ api }: Serving, call: Call, definition: ResourceDefinition): Promise<Response> {
  const { registry } = api
  const { verb, name } = call.info
  if (verb === 'get') {
    const item = await getObject(registry, definition, namespaceOf(call, definition), name)
    return objectResponse(call, scaleOf(item.object))
  }
  const target = targetOf(call, definition)
  const kind = { group: 'autoscaling', version: 'v1', kind: 'Scale' }
  if (verb === 'update') {
    const make = await readObject(call, kind)
    const compute = (current: Parameters<typeof withScale>[0]) => withScale(current, make())
    const item = await updateObject(registry, target, { subresource: 'scale', compute, verb: 'scale' })
    return objectResponse(call, scaleOf(item.object))
  }
  const document = parsePatch(call, await readBody(call.request))
  if (document.type === 'apply') {
    const body = appliedScale(definition, name, document.body)
    const { item } = await patchObject(registry, target, { ...document, body }, 'scale')
    return objectResponse(call, scaleOf(item.object))
  }
  const item = await updateObject(registry, target, {
    subresource: 'scale',
    verb: 'scale',
    compute: (current) => withScale(current, patchDocument(scaleOf(current), document, kind)),
  })
  return objectResponse(call, scaleOf(item.object))
}

async function actionVerb(
  { api }: Serving,
  call: Call,
  definition: ResourceDefinition,
  { group, version, kind, name }: Subresource,
): Promise<Response> {
  const make = await readObject(call, { group, version, kind })
  const answer = await api.actions.run(api.registry, targetOf(call, definition), name, make())
  return objectResponse(call, answer, 201)
}
