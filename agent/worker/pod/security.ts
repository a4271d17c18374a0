import type { MessageInitShape } from '@bufbuild/protobuf'
import type { Container, Pod, SeccompProfile } from '../../../api/schema/generated/types/core-v1.ts'
import {
  type LinuxContainerSecurityContextSchema,
  type LinuxSandboxSecurityContextSchema,
  NamespaceMode,
  SecurityProfile_ProfileType,
  SupplementalGroupsPolicy,
} from '../runtime/generated/cri/api_pb.ts'

type ContainerSecurity = MessageInitShape<typeof LinuxContainerSecurityContextSchema>
type SandboxSecurity = MessageInitShape<typeof LinuxSandboxSecurityContextSchema>

/** Who an image says it runs as. */
export interface ImageUser {
  uid?: number
  username?: string
}

/** A pod asks for what its image, or this node, does not allow: CreateContainerConfigError. */
export class SecurityError extends Error {
  override readonly name = 'SecurityError'
}

const maskedPaths = [
  ...['/proc/asound', '/proc/acpi', '/proc/interrupts', '/proc/kcore', '/proc/keys', '/proc/latency_stats'],
  ...['/proc/timer_list', '/proc/timer_stats', '/proc/sched_debug', '/proc/scsi', '/sys/firmware'],
  ...['/sys/devices/virtual/powercap'],
]
const readonlyPaths = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger']

const id = (value: number | undefined) => (value === undefined ? undefined : { value: BigInt(value) })

function namespaces(pod: Pod) {
  const { hostNetwork, hostPID, hostIPC, shareProcessNamespace } = pod.spec!
  return {
    network: hostNetwork ? NamespaceMode.NODE : NamespaceMode.POD,
    pid: hostPID ? NamespaceMode.NODE : shareProcessNamespace ? NamespaceMode.POD : NamespaceMode.CONTAINER,
    ipc: hostIPC ? NamespaceMode.NODE : NamespaceMode.POD,
  }
}

function supplementalGroups(pod: Pod): bigint[] {
  const { fsGroup, supplementalGroups: groups = [] } = pod.spec!.securityContext ?? {}
  return [...(fsGroup === undefined ? [] : [fsGroup]), ...groups].map(BigInt)
}

function groupsPolicy(pod: Pod): SupplementalGroupsPolicy {
  const policy = pod.spec!.securityContext?.supplementalGroupsPolicy
  return policy === 'Strict' ? SupplementalGroupsPolicy.Strict : SupplementalGroupsPolicy.Merge
}

function seccomp(profile: SeccompProfile | undefined) {
  if (profile?.type === 'Localhost') throw new SecurityError('seccompProfile of type Localhost is not supported yet')
  const isDefault = profile?.type === 'RuntimeDefault'
  return {
    profileType: isDefault ? SecurityProfile_ProfileType.RuntimeDefault : SecurityProfile_ProfileType.Unconfined,
  }
}

export function isPrivileged(pod: Pod): boolean {
  const { containers, initContainers = [] } = pod.spec!
  return [...containers, ...initContainers].some(({ securityContext }) => securityContext?.privileged)
}

export function sandboxSecurity(pod: Pod): SandboxSecurity {
  const context = pod.spec!.securityContext ?? {}
  return {
    namespaceOptions: namespaces(pod),
    runAsUser: id(context.runAsUser),
    runAsGroup: context.runAsUser === undefined ? undefined : id(context.runAsGroup),
    supplementalGroups: supplementalGroups(pod),
    supplementalGroupsPolicy: groupsPolicy(pod),
    privileged: isPrivileged(pod),
    seccomp: { profileType: SecurityProfile_ProfileType.RuntimeDefault },
  }
}

/**
 * The container's own settings over the pod's over the image's. Upstream: determineEffectiveSecurityContext.
 * @param targetId of the container whose processes it sees (ephemeral containers)
 */
export function containerSecurity(
  pod: Pod,
  container: Container,
  image: ImageUser,
  targetId?: string,
): ContainerSecurity {
  const shared = pod.spec!.securityContext ?? {}
  const own = container.securityContext ?? {}
  const user = own.runAsUser ?? shared.runAsUser
  const uid = user ?? image.uid
  if (own.runAsNonRoot ?? shared.runAsNonRoot) refuseRoot(container, user, image)
  const username = uid === undefined ? image.username : undefined
  const group = own.runAsGroup ?? shared.runAsGroup
  const profile = own.appArmorProfile ?? shared.appArmorProfile
  if (profile?.type === 'Localhost') throw new SecurityError('appArmorProfile of type Localhost is not supported yet')
  return {
    namespaceOptions:
      targetId === undefined ? namespaces(pod) : { ...namespaces(pod), pid: NamespaceMode.TARGET, targetId },
    privileged: own.privileged ?? false,
    runAsUser: id(uid),
    runAsUsername: username ?? '',
    runAsGroup: uid === undefined && !username ? undefined : id(group),
    readonlyRootfs: own.readOnlyRootFilesystem ?? false,
    noNewPrivs: own.allowPrivilegeEscalation === false,
    supplementalGroups: supplementalGroups(pod),
    supplementalGroupsPolicy: groupsPolicy(pod),
    capabilities: { addCapabilities: own.capabilities?.add ?? [], dropCapabilities: own.capabilities?.drop ?? [] },
    maskedPaths: own.procMount === 'Unmasked' || own.privileged ? [] : maskedPaths,
    readonlyPaths: own.procMount === 'Unmasked' || own.privileged ? [] : readonlyPaths,
    seccomp: seccomp(own.privileged ? undefined : (own.seccompProfile ?? shared.seccompProfile)),
  }
}

function refuseRoot(container: Container, user: number | undefined, image: ImageUser): void {
  if (user === 0) throw new SecurityError("container's runAsUser breaks non-root policy")
  if (user !== undefined) return
  if (image.uid === 0) throw new SecurityError('container has runAsNonRoot and image will run as root')
  if (image.uid === undefined && image.username) {
    throw new SecurityError(
      `container ${container.name} has runAsNonRoot and image has non-numeric user (${image.username}), ` +
        'cannot verify user is non-root',
    )
  }
  if (image.uid === undefined) throw new SecurityError('container has runAsNonRoot and image will run as root')
}
