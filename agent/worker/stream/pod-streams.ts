import { existsSync } from 'node:fs'
import { ApiError } from '../../../api/client/client.ts'
import type { PodRef, PodStreams } from '../../../api/server/pod-streams.ts'
import type { Clock } from '../../../mesh/clock/clock.ts'
import type { PodActor } from '../pod/pod-actor.ts'
import type { PodSet } from '../pod/pod-set.ts'
import { allContainers, type ContainerState } from '../pod/state.ts'
import type { RuntimeConnection } from '../runtime/connection.ts'
import { readPodState } from '../runtime/pod-state.ts'
import { attachToContainer } from './attach.ts'
import { execInContainer } from './exec.ts'
import { sinceText } from './log-line.ts'
import { readLog } from './log-reader.ts'
import { forwardPort } from './port-forward.ts'

const badRequest = (message: string) => new ApiError(400, 'BadRequest', message)

/** Logs, exec, attach and port-forward for the pods of this node. */
export function localPodStreams(
  connection: RuntimeConnection,
  podSet: PodSet,
  options: { stateDirectory: string; clock: Clock },
): Omit<PodStreams, 'nodePage'> {
  const actorOf = (pod: PodRef): PodActor => {
    const actor = podSet.get(pod.uid)
    if (!actor) throw new ApiError(404, 'NotFound', `pods "${pod.name}" not found on node ${pod.nodeName}`)
    return actor
  }
  const instances = async (pod: PodRef, name: string): Promise<ContainerState[]> => {
    const actor = actorOf(pod)
    if (!allContainers(actor.pod).some((container) => container.name === name)) {
      throw badRequest(`container ${name} is not valid for pod ${pod.name}`)
    }
    const { containers } = await readPodState(connection, pod.uid)
    return containers.filter((container) => container.name === name).sort((a, b) => b.attempt - a.attempt)
  }
  const running = async (pod: PodRef, name: string): Promise<ContainerState> => {
    const [newest] = await instances(pod, name)
    if (newest?.state !== 'running') throw badRequest(`container ${name} in pod ${pod.name} is not running`)
    return newest
  }
  return {
    async logs(pod, { container: name, previous, follow, ...options_ }) {
      const all = await instances(pod, name)
      const begun = all.filter(({ state }) => state !== 'created')
      const chosen = previous ? begun.find(({ state }, index) => index > 0 || state === 'exited') : begun[0]
      if (!chosen) {
        if (previous)
          throw badRequest(
            `previous terminated container ${JSON.stringify(name)} in pod ${JSON.stringify(pod.name)} not found`,
          )
        throw badRequest(
          `container ${JSON.stringify(name)} in pod ${JSON.stringify(pod.name)} is waiting to start: ${waitingReason(actorOf(pod), name)}`,
        )
      }
      if (!existsSync(chosen.logPath)) throw new ApiError(404, 'NotFound', `the log of container ${name} is gone`)
      const { sinceSeconds, sinceTime, ...reading } = options_
      return readLog({
        ...reading,
        file: chosen.logPath,
        follow: follow && !previous,
        since: sinceText(options.clock.nowMs(), sinceSeconds, sinceTime),
        async isRunning() {
          const state = podSet.get(pod.uid)?.runtime.containers.find(({ id }) => id === chosen.id)
          return state?.state === 'running'
        },
      })
    },
    async exec(pod, execOptions) {
      const { id } = await running(pod, execOptions.container)
      return execInContainer(connection, options.stateDirectory, id, execOptions)
    },
    async attach(pod, attachOptions) {
      const { id } = await running(pod, attachOptions.container)
      return attachToContainer(connection, id, attachOptions)
    },
    async portForward(pod, port) {
      const actor = actorOf(pod)
      const [sandbox] = (await readPodState(connection, pod.uid)).sandboxes
      if (!sandbox?.ready)
        throw badRequest(`unable to forward port because pod is not running. Current status=${actor.pod.status?.phase}`)
      const host = actor.pod.spec!.hostNetwork ? '127.0.0.1' : sandbox.ips[0]!
      return forwardPort(connection, sandbox.id, host, port)
    },
  }
}

function waitingReason(actor: PodActor, name: string): string {
  const { containerStatuses = [], initContainerStatuses = [] } = actor.pod.status ?? {}
  const status = [...containerStatuses, ...initContainerStatuses].find((candidate) => candidate.name === name)
  return status?.state?.waiting?.reason ?? 'ContainerCreating'
}
