import type { ResourceDefinition } from '../resource/definition.ts'
import { getObject } from '../resource/get.ts'
import { badRequest } from '../resource/status.ts'
import type { Pod } from '../schema/generated/types/core-v1.ts'
import type { Call } from './call.ts'
import type { Serving } from './handler.ts'
import { chooseContainer, podRef } from './log-verb.ts'
import type { AttachOptions, PodRef } from './pod-streams.ts'

/** The pod that exec, attach or port-forward is about. Throws ApiError when there is none, or it has no node yet. */
export async function streamTarget(
  serving: Serving,
  { info }: Call,
): Promise<{ definition: ResourceDefinition; pod: Pod; ref: PodRef }> {
  const { registry } = serving.api
  const definition = registry.find(info.group, info.version, info.resource)
  if (!definition || info.group !== '' || info.resource !== 'pods') {
    throw badRequest(`${info.path} cannot be used as a stream`)
  }
  const item = await getObject(registry, definition, info.namespace, info.name)
  const pod = item.object as unknown as Pod
  const ref = podRef(pod)
  if (ref.nodeName === '') throw badRequest(`pod ${info.name} does not have a host assigned`)
  return { definition, pod, ref }
}

/** Which streams of which container. Throws ApiError 400. */
export function execOptions(query: URLSearchParams, pod: Pod): AttachOptions {
  const isTrue = (name: string) => ['true', '1'].includes(query.get(name) ?? '')
  const tty = isTrue('tty')
  const streams = { stdin: isTrue('stdin'), stdout: isTrue('stdout'), stderr: isTrue('stderr') && !tty, tty }
  if (!streams.stdin && !streams.stdout && !streams.stderr) {
    throw badRequest('you must specify at least 1 of stdin, stdout, stderr')
  }
  return { container: chooseContainer(pod, query.get('container') || undefined), ...streams }
}
