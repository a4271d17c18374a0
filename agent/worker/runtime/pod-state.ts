import type { ContainerState, PodRuntimeState, SandboxState } from '../pod/state.ts'
import { isNotFound, type RuntimeConnection } from './connection.ts'
import {
  type Container,
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

/** What was read of a pod, by ids: asked for again only once the lists tell another state. */
export interface KnownPodState {
  containers: Map<string, ContainerState>
  /** Addresses of sandboxes that are ready. */
  ips: Map<string, string[]>
}

/** Reads one pod's state afresh: two calls, and one for each sandbox or container whose state has changed. */
export async function readPodState(
  connection: RuntimeConnection,
  uid: string,
  known: KnownPodState = { containers: new Map(), ips: new Map() },
): Promise<PodRuntimeState> {
  const labelSelector = { [podLabels.uid]: uid }
  const options = { timeoutMs: callTimeoutMs }
  const [{ items }, { containers }] = await Promise.all([
    connection.runtime.listPodSandbox({ filter: { labelSelector } }, options),
    connection.runtime.listContainers({ filter: { labelSelector } }, options),
  ])
  items.sort((a, b) => (b.metadata?.attempt ?? 0) - (a.metadata?.attempt ?? 0))
  keepOnly(known.containers, containers)
  keepOnly(known.ips, items)
  const [sandboxes, statuses] = await Promise.all([
    Promise.all(items.map((item) => readSandbox(connection, item, known))),
    Promise.all(containers.map((container) => readContainer(connection, container, known))),
  ])
  return {
    sandboxes: sandboxes.filter((sandbox) => sandbox !== undefined),
    containers: statuses.filter((status) => status !== undefined),
  }
}

function keepOnly(map: Map<string, unknown>, listed: readonly { id: string }[]): void {
  for (const id of map.keys()) if (!listed.some((item) => item.id === id)) map.delete(id)
}

async function readSandbox(
  { runtime }: RuntimeConnection,
  item: PodSandbox,
  known: KnownPodState,
): Promise<SandboxState | undefined> {
  const attempt = item.metadata?.attempt ?? 0
  const createdAtMs = toMs(item.createdAt)
  if (item.state !== PodSandboxState.SANDBOX_READY) {
    return { id: item.id, attempt, ready: false, createdAtMs, ips: [] }
  }
  const before = known.ips.get(item.id)
  if (before) return { id: item.id, attempt, ready: true, createdAtMs, ips: before }
  try {
    const { status } = await runtime.podSandboxStatus({ podSandboxId: item.id }, { timeoutMs: callTimeoutMs })
    const { ip = '', additionalIps = [] } = status?.network ?? {}
    const ips = [ip, ...additionalIps.map((other) => other.ip)].filter((text) => text !== '')
    const ready = status?.state === PodSandboxState.SANDBOX_READY
    if (ready && ips.length > 0) known.ips.set(item.id, ips)
    return { id: item.id, attempt, ready, createdAtMs, ips }
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

async function readContainer(
  { runtime }: RuntimeConnection,
  { id, podSandboxId, state: listed }: Container,
  known: KnownPodState,
): Promise<ContainerState | undefined> {
  const before = known.containers.get(id)
  if (before?.state === states[listed]) return before
  try {
    const { status } = await runtime.containerStatus({ containerId: id }, { timeoutMs: callTimeoutMs })
    if (!status) return undefined
    const state = containerState(status, podSandboxId)
    known.containers.set(id, state)
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
