import { mkdirSync } from 'node:fs'
import { Code } from '@connectrpc/connect'
import { type Client, isReason, type KubernetesObject, type ResourceRef } from '../../../api/client/client.ts'
import { configmaps, secrets } from '../../../api/schema/generated/resources.ts'
import type { Container, EphemeralContainer, Pod } from '../../../api/schema/generated/types/core-v1.ts'
import { podLogDirectory, type WorkerParts } from '../parts.ts'
import { isCode, runtimeMessage } from '../runtime/connection.ts'
import { containerMounts } from '../volume/mounts.ts'
import type { VolumePaths } from '../volume/pod-volumes.ts'
import { containerConfig, type SandboxConfig, sandboxConfig } from './configuration.ts'
import { podDns, podHostname } from './dns.ts'
import { containerEnvironment, environmentReferences } from './environment.ts'
import type { FieldContext } from './fields.ts'
import { type ContainerState, latest, type SandboxState } from './state.ts'

/** Why a container could not be started; `reason` is what its status shows. */
export class StartError extends Error {
  override readonly name = 'StartError'
  constructor(
    readonly reason: 'CreateContainerConfigError' | 'CreateContainerError' | 'RunContainerError',
    message: string,
  ) {
    super(message)
  }
}

export function fieldContext(parts: WorkerParts, pod: Pod, sandbox: SandboxState | undefined): FieldContext {
  const podIPs = pod.spec!.hostNetwork ? parts.hostIPs : (sandbox?.ips ?? [])
  return { hostIPs: parts.hostIPs, podIPs, allocatable: parts.allocatable() }
}

export function makeSandboxConfig(parts: WorkerParts, pod: Pod, attempt: number): SandboxConfig {
  const logDirectory = podLogDirectory(parts, pod)
  mkdirSync(logDirectory, { recursive: true, mode: 0o755 })
  return sandboxConfig(pod, {
    attempt,
    hostname: podHostname(pod, parts.dns.domain).hostname,
    logDirectory,
    cgroupParent: parts.cgroups.parentOf(pod),
    dns: podDns(pod, parts.dns, parts.hostDns()),
  })
}

export interface StartSettings {
  attempt: number
  sandbox: SandboxState
  imageRef: string
  volumes: VolumePaths
  /** All that the pod has. */
  containers: readonly ContainerState[]
  /** Called between making and starting it. */
  created(containerId: string): void
}

/** Makes and starts a container; resolves to its id. Throws StartError. */
export async function startContainer(
  parts: WorkerParts,
  pod: Pod,
  container: Container,
  settings: StartSettings,
): Promise<string> {
  const { attempt, sandbox } = settings
  const { runtime } = parts.connection
  const config = await prepare(parts, pod, container, settings)
  const sandboxConfiguration = makeSandboxConfig(parts, pod, sandbox.attempt)
  let containerId: string
  try {
    const request = { podSandboxId: sandbox.id, config, sandboxConfig: sandboxConfiguration }
    containerId = (await runtime.createContainer(request, { timeoutMs: 120_000 })).containerId
  } catch (error) {
    // The name is kept by a call that is still under way: whoever asked for it ended.
    if (isCode(error, Code.AlreadyExists)) await Bun.sleep(200)
    throw new StartError('CreateContainerError', runtimeMessage(error))
  }
  settings.created(containerId)
  try {
    await runtime.startContainer({ containerId }, { timeoutMs: 120_000 })
  } catch (error) {
    throw new StartError('RunContainerError', runtimeMessage(error))
  }
  parts.log.debug('container started', { pod: pod.metadata!.name, container: container.name, attempt })
  return containerId
}

async function prepare(parts: WorkerParts, pod: Pod, container: Container, settings: StartSettings) {
  const { attempt, sandbox, imageRef, volumes } = settings
  try {
    const image = await parts.images.find(imageRef)
    const fields = fieldContext(parts, pod, sandbox)
    const environment = await readEnvironment(parts, pod, container, fields)
    const mounts = await containerMounts(pod, container, {
      attempt,
      directory: parts.volumes.directoryOf(pod.metadata!.uid!),
      volumes,
      environment,
      podIPs: fields.podIPs,
      name: podHostname(pod, parts.dns.domain),
    })
    return containerConfig(pod, container, {
      attempt,
      imageRef,
      imageUser: image?.user ?? {},
      targetId: targetOf(container, settings.containers),
      environment,
      mounts,
      memoryCapacityBytes: parts.memoryCapacityBytes,
      cgroupVersion: parts.cgroupVersion,
    })
  } catch (error) {
    throw new StartError('CreateContainerConfigError', runtimeMessage(error))
  }
}

/** Upstream: getTargetID. */
function targetOf(container: Container, containers: readonly ContainerState[]): string | undefined {
  const { targetContainerName: name } = container as EphemeralContainer
  if (!name) return undefined
  const target = latest(containers, name)
  if (target?.state !== 'running') throw new Error(`unable to find target container ${name}`)
  return target.id
}

async function readEnvironment(parts: WorkerParts, pod: Pod, container: Container, fields: FieldContext) {
  const namespace = pod.metadata!.namespace!
  const references = environmentReferences(container)
  const [configMaps, secretObjects] = await Promise.all([
    readAll(parts.client, configmaps, namespace, references.configMaps),
    readAll(parts.client, secrets, namespace, references.secrets),
  ])
  const sources = { configMaps, secrets: secretObjects, services: parts.services(), fields }
  return containerEnvironment(pod, container, sources)
}

/** Objects by name from this node's state; undefined where there is none. */
export async function readAll<T extends KubernetesObject>(
  client: Client,
  ref: ResourceRef<T>,
  namespace: string,
  names: Iterable<string>,
): Promise<Map<string, T | undefined>> {
  const entries = [...names].map(async (name): Promise<[string, T | undefined]> => {
    try {
      return [name, await client.resource(ref, namespace).get(name, { resourceVersion: '0' })]
    } catch (error) {
      if (isReason(error, 'NotFound')) return [name, undefined]
      throw error
    }
  })
  return new Map(await Promise.all(entries))
}
