import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { connectRuntime } from '../../agent/worker/runtime/connection.ts'
import { ContainerState, PodSandboxState } from '../../agent/worker/runtime/generated/cri/api_pb.ts'
import { stateDirectoryOf } from '../../agent/worker/runtime/open-runtime.ts'
import type { Server } from './server.ts'

/** What the container runtime of a server says, whatever the agent thinks. */
export interface RuntimeView {
  /** Names of pods that have a sandbox that is ready; one entry for each sandbox. */
  readySandboxes: string[]
  otherSandboxes: number
  /** Names of pods, one entry for each running container. */
  runningContainers: string[]
  /** Addresses given out by the CNI plugin. */
  addresses: number
}

export async function readRuntime(server: Server): Promise<RuntimeView> {
  const connection = connectTo(server)
  try {
    const [sandboxes, containers] = await Promise.all([
      connection.runtime.listPodSandbox({}),
      connection.runtime.listContainers({}),
    ])
    const ready = sandboxes.items.filter(({ state }) => state === PodSandboxState.SANDBOX_READY)
    const running = containers.containers.filter(({ state }) => state === ContainerState.CONTAINER_RUNNING)
    const podOf = new Map(sandboxes.items.map(({ id, metadata }) => [id, metadata?.name ?? '']))
    return {
      readySandboxes: ready.map(({ metadata }) => metadata?.name ?? '').sort(),
      otherSandboxes: sandboxes.items.length - ready.length,
      runningContainers: running.map(({ podSandboxId }) => podOf.get(podSandboxId) ?? '').sort(),
      addresses: addressesGivenOut(server),
    }
  } finally {
    connection.close()
  }
}

/** Ids of a server's running containers, and when each was started. */
export async function runningSince(server: Server): Promise<Record<string, bigint>> {
  const connection = connectTo(server)
  try {
    const { containers } = await connection.runtime.listContainers({
      filter: { state: { state: ContainerState.CONTAINER_RUNNING } },
    })
    return Object.fromEntries(containers.map(({ id, createdAt }) => [id, createdAt]))
  } finally {
    connection.close()
  }
}

/** Ends all of a server's containers as a crash of their programs would. */
export async function crashContainers(server: Server): Promise<void> {
  const connection = connectTo(server)
  try {
    for (const containerId of Object.keys(await runningSince(server))) {
      await connection.runtime.stopContainer({ containerId, timeout: 0n })
    }
  } finally {
    connection.close()
  }
}

function connectTo(server: Server) {
  return connectRuntime(join(stateDirectoryOf(join(server.dataDirectory, 'worker')), 'containerd.sock'))
}

/** host-local keeps a file for each address, named by it. */
function addressesGivenOut(server: Server): number {
  const directory = join(server.dataDirectory, 'network', 'pod-addresses', 'skein')
  return readdirSync(directory).filter((name) => /^\d+\.\d+\.\d+\.\d+$/.test(name)).length
}
