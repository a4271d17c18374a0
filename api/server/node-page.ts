import type { ResourceDefinition } from '../resource/definition.ts'
import { getObject } from '../resource/get.ts'
import { notSupportedYet } from '../resource/status.ts'
import type { Call } from './call.ts'
import type { Serving } from './handler.ts'
import { nodePages } from './pod-streams.ts'

/** GET nodes/x/proxy/PATH: what the node says of itself. Other paths of a kubelet are not served. */
export async function nodePageVerb(
  { api, podStreams }: Serving,
  call: Call,
  definition: ResourceDefinition,
  leave: () => void,
): Promise<Response> {
  const { name, rest, verb } = call.info
  const path = rest.replace(/^\/+|\/+$/g, '')
  const contentType = nodePages[path]
  if (verb !== 'get' || contentType === undefined) throw notSupportedYet(`nodes/proxy for /${path}`)
  await getObject(api.registry, definition, '', name)
  const source = await podStreams.nodePage(name, path)
  // Small, and whole: what cannot be read is told as a Status and not in the middle.
  const body = await new Response(source).bytes()
  leave()
  return new Response(body, { headers: { 'content-type': contentType } })
}
