import type { ContainerState, PodRuntimeState, SandboxState } from '../pod/state.ts'
import { isNotFound, type RuntimeConnection } from './connection.ts'
import {
  type ContainerStatus,
  ContainerState as CriContainerState,
  type PodSandbox,
  PodSandboxState,
} from './generated/cri/api_pb.ts'

/** Labels of sandboxes and containers, as the kubelet's: other tools know them too. */
export const podLabels = {
  name: 'io.kubernetes.pod.name',
  namespace: 'io.kubernetes.pod.namespace',
  uid: 'io.kubernetes.pod.uid',
  container: 'io.kubernetes.container.name',
} as const

const callTimeoutMs = 15_000
const states = {
  [CriContainerState.CONTAINER_CREATED]: 'created',
  [CriContainerState.CONTAINER_RUNNING]: 'running',
  [CriContainerState.CONTAINER_EXITED]: 'exited',
  [CriContainerState.CONTAINER_UNKNOWN]: 'unknown',
} as const

const toMs = (nanoseconds: bigint) => Number(nanoseconds / 1_000_000n)

/** A pod as the runtime knows it by its labels. */
export interface RuntimePod {
  uid: string
  namespace: string
  name: string
}

/** Every pod that has a sandbox or a container. */
export async function listRuntimePods({ runtime }: RuntimeConnection): Promise<RuntimePod[]> {
  const options = { timeoutMs: callTimeoutMs }
  const [{ items }, { containers }] = await Promise.all([
    runtime.listPodSandbox({}, options),
    runtime.listContainers({}, options),
  ])
  const pods = new Map<string, RuntimePod>()
  for (const { labels } of [...items, ...containers]) {
    const uid = labels[podLabels.uid]
    if (!uid) continue
    pods.set(uid, { uid, namespace: labels[podLabels.namespace] ?? '', name: labels[podLabels.name] ?? '' })
  }
  return [...pods.values()]
}

/** Pod uid -> a text that changes when the state of its sandboxes or containers does: what the slow relist compares. */
export async function listPodFingerprints({ runtime }: RuntimeConnection): Promise<Map<string, string>> {
  const options = { timeoutMs: callTimeoutMs }
  const [{ items }, { containers }] = await Promise.all([
    runtime.listPodSandbox({}, options),
    runtime.listContainers({}, options),
  ])
  const lines = new Map<string, string[]>()
  for (const { id, state, labels } of [...items, ...containers]) {
    const uid = labels[podLabels.uid]
    if (uid) lines.set(uid, [...(lines.get(uid) ?? []), `${id} ${state}`])
  }
  return new Map([...lines].map(([uid, texts]) => [uid, texts.sort().join('\n')]))
}

/** Reads one pod's state afresh. `ended` remembers containers that no longer change, so that they are asked for once. */
export async function readPodState(
  connection: RuntimeConnection,
  uid: string,
  ended: Map<string, ContainerState>,
): Promise<PodRuntimeState> {
  const labelSelector = { [podLabels.uid]: uid }
  const options = { timeoutMs: callTimeoutMs }
  const [{ items }, { containers }] = await Promise.all([
    connection.runtime.listPodSandbox({ filter: { labelSelector } }, options),
    connection.runtime.listContainers({ filter: { labelSelector } }, options),
  ])
  items.sort((a, b) => (b.metadata?.attempt ?? 0) - (a.metadata?.attempt ?? 0))
  const ids = new Set(containers.map(({ id }) => id))
  for (const id of ended.keys()) if (!ids.has(id)) ended.delete(id)
  const [sandboxes, statuses] = await Promise.all([
    Promise.all(items.map((item) => readSandbox(connection, item))),
    Promise.all(containers.map(({ id, podSandboxId }) => readContainer(connection, id, podSandboxId, ended))),
  ])
  return {
    sandboxes: sandboxes.filter((sandbox) => sandbox !== undefined),
    containers: statuses.filter((status) => status !== undefined),
  }
}

async function readSandbox({ runtime }: RuntimeConnection, item: PodSandbox): Promise<SandboxState | undefined> {
  const attempt = item.metadata?.attempt ?? 0
  const createdAtMs = toMs(item.createdAt)
  if (item.state !== PodSandboxState.SANDBOX_READY) {
    return { id: item.id, attempt, ready: false, createdAtMs, ips: [] }
  }
  try {
    const { status } = await runtime.podSandboxStatus({ podSandboxId: item.id }, { timeoutMs: callTimeoutMs })
    const { ip = '', additionalIps = [] } = status?.network ?? {}
    const ips = [ip, ...additionalIps.map((other) => other.ip)].filter((text) => text !== '')
    return { id: item.id, attempt, ready: status?.state === PodSandboxState.SANDBOX_READY, createdAtMs, ips }
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

async function readContainer(
  { runtime }: RuntimeConnection,
  id: string,
  sandboxId: string,
  ended: Map<string, ContainerState>,
): Promise<ContainerState | undefined> {
  const known = ended.get(id)
  if (known) return known
  try {
    const { status } = await runtime.containerStatus({ containerId: id }, { timeoutMs: callTimeoutMs })
    if (!status) return undefined
    const state = containerState(status, sandboxId)
    if (state.state === 'exited') ended.set(id, state)
    return state
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

function containerState(status: ContainerStatus, sandboxId: string): ContainerState {
  return {
    id: status.id,
    name: status.labels[podLabels.container] ?? status.metadata?.name ?? '',
    attempt: status.metadata?.attempt ?? 0,
    sandboxId,
    state: states[status.state],
    createdAtMs: toMs(status.createdAt),
    startedAtMs: toMs(status.startedAt),
    finishedAtMs: toMs(status.finishedAt),
    exitCode: status.exitCode,
    reason: status.reason,
    message: status.message,
    image: status.image?.userSpecifiedImage || status.image?.image || '',
    imageRef: status.imageRef,
    logPath: status.logPath,
  }
}
