import { existsSync } from 'node:fs'
import { chmod, copyFile, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Container, Pod } from '../../../api/schema/generated/types/core-v1.ts'
import type { Mount } from '../pod/configuration.ts'
import { hostAliases, hostsFile } from '../pod/dns.ts'
import { expand } from '../pod/expansion.ts'
import { MountPropagation } from '../runtime/generated/cri/api_pb.ts'
import type { VolumePaths } from './pod-volumes.ts'
import { bindSubPath } from './sub-path.ts'

export interface MountSettings {
  attempt: number
  /** The pod's folder on the host. */
  directory: string
  volumes: VolumePaths
  environment: ReadonlyMap<string, string>
  podIPs: readonly string[]
  name: { hostname: string; fqdn?: string }
}

const propagations: Record<string, MountPropagation> = {
  HostToContainer: MountPropagation.PROPAGATION_HOST_TO_CONTAINER,
  Bidirectional: MountPropagation.PROPAGATION_BIDIRECTIONAL,
}

/** Where a container's termination message lies on the host. */
export function terminationLog(directory: string, container: string, attempt: number): string {
  return join(directory, 'containers', container, String(attempt))
}

/** A container's mounts: its volumes, /etc/hosts and the file for its last words. */
export async function containerMounts(pod: Pod, container: Container, settings: MountSettings): Promise<Mount[]> {
  const { volumes, directory, environment, attempt } = settings
  const mounts: Mount[] = []
  for (const [index, volumeMount] of (container.volumeMounts ?? []).entries()) {
    const { name, mountPath, subPath, subPathExpr, readOnly = false, mountPropagation } = volumeMount
    const volume = volumes.get(name)
    if (!volume) throw new Error(`container ${container.name} mounts volume "${name}", which the pod does not have`)
    const below = subPathExpr ? expand(subPathExpr, environment) : subPath
    const hostPath = below
      ? bindSubPath(volume.path, below, join(directory, 'volume-subpaths', name, container.name, `${attempt}-${index}`))
      : volume.path
    const propagation = propagations[mountPropagation ?? ''] ?? MountPropagation.PROPAGATION_PRIVATE
    mounts.push({ hostPath, containerPath: mountPath, readonly: readOnly || volume.readOnly, propagation })
  }
  if (!mounts.some((mount) => mount.containerPath === '/etc/hosts')) mounts.push(await hostsMount(pod, settings))
  const log = terminationLog(directory, container.name, attempt)
  await mkdir(dirname(log), { recursive: true, mode: 0o750 })
  // Any user of the container may leave a message.
  await writeFile(log, '', { mode: 0o666 })
  await chmod(log, 0o666)
  mounts.push({ hostPath: log, containerPath: container.terminationMessagePath ?? '/dev/termination-log' })
  return mounts
}

async function hostsMount(pod: Pod, { directory, podIPs, name }: MountSettings): Promise<Mount> {
  const file = join(directory, 'etc-hosts')
  if (pod.spec!.hostNetwork) {
    if (existsSync('/etc/hosts')) await copyFile('/etc/hosts', file)
    await writeFile(file, hostAliases(pod), { flag: 'a', mode: 0o644 })
  } else await writeFile(file, hostsFile(pod, podIPs, name), { mode: 0o644 })
  return { hostPath: file, containerPath: '/etc/hosts' }
}
