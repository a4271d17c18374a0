import type { ResourceDefinition } from '../resource/definition.ts'
import { getObject } from '../resource/get.ts'
import { badRequest } from '../resource/status.ts'
import type { Pod } from '../schema/generated/types/core-v1.ts'
import type { Call } from './call.ts'
import type { Serving } from './handler.ts'
import type { LogOptions, PodRef } from './pod-streams.ts'
import { namespaceOf } from './read-verbs.ts'

/** GET pods/x/log. The stream is the worker's; what it refuses comes as a Status before any byte. */
export async function logVerb(
  { api, podStreams }: Serving,
  call: Call,
  definition: ResourceDefinition,
  leave: () => void,
): Promise<Response> {
  const item = await getObject(api.registry, definition, namespaceOf(call, definition), call.info.name)
  const pod = item.object as unknown as Pod
  const options = logOptions(call, pod)
  const ref = podRef(pod)
  if (ref.nodeName === '') {
    // Upstream answers with nothing while the pod has no node.
    leave()
    return new Response('', { headers: { 'content-type': 'text/plain' } })
  }
  const source = await podStreams.logs(ref, options)
  return new Response(flushed(source, call.request.signal, leave), {
    headers: { 'content-type': 'text/plain', 'cache-control': 'no-cache, private' },
  })
}

export function podRef(pod: Pod): PodRef {
  const { namespace = '', name = '', uid = '' } = pod.metadata ?? {}
  return { namespace, name, uid, nodeName: pod.spec?.nodeName ?? '' }
}

/** The container asked for, or the only one, or the annotated default. Throws ApiError 400 as upstream does. */
export function chooseContainer(pod: Pod, asked: string | undefined): string {
  const { containers = [], initContainers = [], ephemeralContainers = [] } = pod.spec ?? {}
  const names = [...containers, ...initContainers, ...ephemeralContainers].map((container) => container.name)
  const podName = pod.metadata?.name
  if (asked) {
    if (names.includes(asked)) return asked
    throw badRequest(`container ${asked} is not valid for pod ${podName}`)
  }
  if (containers.length === 1) return containers[0]!.name
  const annotated = pod.metadata?.annotations?.['kubectl.kubernetes.io/default-container']
  if (annotated && names.includes(annotated)) return annotated
  const list = containers.map((container) => container.name).join(' ')
  const init =
    initContainers.length > 0 ? ` or one of the init containers: [${initContainers.map((c) => c.name).join(' ')}]` : ''
  throw badRequest(`a container name must be specified for pod ${podName}, choose one of: [${list}]${init}`)
}

function logOptions(call: Call, pod: Pod): LogOptions {
  const { query } = call
  const isTrue = (name: string) => ['true', '1', ''].includes(query.get(name) ?? 'false')
  const integer = (name: string) => {
    const text = query.get(name)
    if (text === null || text === '') return undefined
    if (!/^\d{1,15}$/.test(text))
      throw badRequest(`${name}: Invalid value: "${text}": must be a number that is not negative`)
    return Number(text)
  }
  return {
    container: chooseContainer(pod, query.get('container') || undefined),
    follow: isTrue('follow'),
    previous: isTrue('previous'),
    timestamps: isTrue('timestamps'),
    tailLines: integer('tailLines'),
    sinceSeconds: integer('sinceSeconds'),
    sinceTime: query.get('sinceTime') || undefined,
    limitBytes: integer('limitBytes'),
  }
}

/** The source, cancelled when the client goes, with an end that is told once. */
function flushed(
  source: ReadableStream<Uint8Array>,
  signal: AbortSignal,
  leave: () => void,
): ReadableStream<Uint8Array> {
  const reader = source.getReader()
  let isOver = false
  const end = () => {
    if (isOver) return
    isOver = true
    signal.removeEventListener('abort', cancel)
    leave()
  }
  const cancel = () => {
    void reader.cancel().catch(() => {})
    end()
  }
  signal.addEventListener('abort', cancel)
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await reader.read()
        if (done) {
          end()
          controller.close()
        } else controller.enqueue(value)
      },
      cancel,
    },
    { highWaterMark: 0 },
  )
}
