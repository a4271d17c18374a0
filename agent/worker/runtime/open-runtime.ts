import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Clock } from '../../../mesh/clock/clock.ts'
import type { Logger } from '../../../mesh/logger/logger.ts'
import { type Payload, pauseArguments } from '../../payload/payload.ts'
import { pauseImage, pauseImageName } from '../image/pause.ts'
import { ImageRegistry } from '../image/registry.ts'
import { connectRuntime, type RuntimeConnection, runtimeMessage } from './connection.ts'
import { Containerd } from './containerd.ts'
import type { HostFacts } from './host.ts'

export interface RuntimeOptions {
  /** The runtime inside the executable; not needed with `runtimeEndpoint`. */
  payload?: Payload
  /** Socket of a CRI runtime that is there already, with or without `unix://`. */
  runtimeEndpoint?: string
  /** Folder with the CNI configuration. */
  cniConfiguration: string
  clock: Clock
  log: Logger
}

/** Sockets and the state of running containers: on a file system that is empty after a reboot. */
export function stateDirectoryOf(dataDirectory: string): string {
  return `/run/skein-${createHash('sha256').update(dataDirectory).digest('hex').slice(0, 8)}`
}

/** A runtime that answers. */
export interface OpenRuntime {
  connection: RuntimeConnection
  containerd?: Containerd
  registry?: ImageRegistry
  /** Of the pause image that this build has. */
  pauseDigest?: string
  close(terminate: boolean): Promise<void>
}

/** Connects to the runtime that is there, or starts the one inside the executable (or adopts it, when it runs already). */
export async function openRuntime(
  options: RuntimeOptions,
  dataDirectory: string,
  stateDirectory: string,
  facts: HostFacts,
): Promise<OpenRuntime> {
  const { runtimeEndpoint, payload, clock, log } = options
  if (runtimeEndpoint) {
    const connection = connectRuntime(runtimeEndpoint.replace(/^unix:\/\//, ''))
    try {
      await connection.runtime.version({}, { timeoutMs: 10_000 })
    } catch (error) {
      connection.close()
      throw new Error(
        `no container runtime answers at ${runtimeEndpoint} (${runtimeMessage(error)}): check --container-runtime-endpoint`,
      )
    }
    return { connection, close: async () => connection.close() }
  }
  if (!payload) throw new Error('this node has no container runtime: name one by --container-runtime-endpoint')
  const registryConfiguration = join(dataDirectory, 'certs.d')
  const registry = new ImageRegistry(registryConfiguration)
  const pause = pauseImage(payload.path('bin/pause'), pauseArguments)
  registry.serve(pause)
  const containerd = await Containerd.start({
    ...{ payload, dataDirectory, stateDirectory, registryConfiguration, facts, clock, log },
    cniConfiguration: options.cniConfiguration,
    pauseImage: pauseImageName,
  })
  return {
    ...{ connection: containerd.connection, containerd, registry, pauseDigest: pause.manifest },
    async close(terminate) {
      await (terminate ? containerd.terminate() : containerd.stop())
      await registry.stop()
    },
  }
}

/** Every pod's sandbox is made from it. It is in the executable; containerd gets it from our own registry. */
export async function loadPauseImage({ connection, containerd, pauseDigest }: OpenRuntime): Promise<void> {
  if (containerd === undefined) return
  const options = { timeoutMs: 60_000 }
  const { image } = await connection.images.imageStatus({ image: { image: pauseImageName } }, options)
  if (image?.repoDigests.some((name) => name.endsWith(`@${pauseDigest}`))) return
  await connection.images.pullImage({ image: { image: pauseImageName } }, options)
}
