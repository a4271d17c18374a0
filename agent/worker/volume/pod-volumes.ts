import { chmod, chown, mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type Client, isReason, type KubernetesObject, type ResourceRef } from '../../../api/client/client.ts'
import {
  configmaps,
  persistentvolumeclaims,
  persistentvolumes,
  secrets,
} from '../../../api/schema/generated/resources.ts'
import type { Pod, ProjectedVolumeSource, Volume } from '../../../api/schema/generated/types/core-v1.ts'
import type { FieldContext } from '../pod/fields.ts'
import { wholeUnits } from '../pod/resources.ts'
import { mount, mountFlags, unmount } from '../runtime/mount.ts'
import { type VolumeFile, writeAtomically } from './atomic-directory.ts'
import { dataFiles, downwardFiles, VolumeContentError } from './content.ts'
import { prepareHostPath } from './host-path.ts'
import type { ServiceAccountTokens } from './service-account-token.ts'

export interface PodVolumesOptions {
  /** Holds one folder a pod uid. */
  directory: string
  client: Client
  tokens: ServiceAccountTokens
}

/** Where a volume lies on the host, by volume name. */
export type VolumePaths = Map<string, { path: string; readOnly: boolean }>

/** The volumes of this node's pods: made, kept up to date, and removed with everything mounted below. */
export class PodVolumes {
  readonly #options: PodVolumesOptions

  constructor(options: PodVolumesOptions) {
    this.#options = options
  }

  directoryOf(uid: string): string {
    return join(this.#options.directory, uid)
  }

  /** Where a volume lies that is made for its pod alone. */
  directoryOfVolume(uid: string, name: string): string {
    return join(this.directoryOf(uid), 'volumes', name)
  }

  /**
   * Makes what is missing and updates what comes from the API; done again later, it only updates. Throws when an
   * object that a volume names is not there (VolumeContentError), or of a kind that this node does not offer.
   */
  async prepare(pod: Pod, fields: FieldContext): Promise<VolumePaths> {
    const uid = pod.metadata!.uid!
    await mkdir(this.directoryOf(uid), { recursive: true, mode: 0o750 })
    const paths: VolumePaths = new Map()
    for (const volume of pod.spec!.volumes ?? []) {
      try {
        paths.set(volume.name, await this.#prepareVolume(pod, volume, fields))
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error)
        throw new VolumeContentError(`MountVolume.SetUp failed for volume "${volume.name}" : ${reason}`)
      }
    }
    return paths
  }

  async #prepareVolume(pod: Pod, volume: Volume, fields: FieldContext): Promise<{ path: string; readOnly: boolean }> {
    const directory = this.directoryOfVolume(pod.metadata!.uid!, volume.name)
    if (volume.hostPath) {
      prepareHostPath(volume.hostPath.path, volume.hostPath.type)
      return { path: volume.hostPath.path, readOnly: false }
    }
    if (volume.persistentVolumeClaim) {
      const { claimName, readOnly = false } = volume.persistentVolumeClaim
      return { path: await this.#claimPath(pod, claimName), readOnly }
    }
    if (volume.ephemeral) {
      // The leader makes its claim, under this name.
      return { path: await this.#claimPath(pod, `${pod.metadata!.name}-${volume.name}`, true), readOnly: false }
    }
    if (volume.emptyDir) {
      await makeEmptyDirectory(directory, pod, volume.emptyDir.medium, volume.emptyDir.sizeLimit)
      return { path: directory, readOnly: false }
    }
    const files = await this.#files(pod, volume, fields)
    if (!files) {
      const kind = Object.keys(volume).find((key) => key !== 'name')
      throw new Error(`volumes of type ${kind} are not supported yet`)
    }
    const gid = pod.spec!.securityContext?.fsGroup
    const readable = gid === undefined ? files : files.map((file) => ({ ...file, mode: file.mode | 0o040 }))
    await writeAtomically(directory, readable, { gid })
    return { path: directory, readOnly: true }
  }

  async #files(pod: Pod, volume: Volume, fields: FieldContext): Promise<VolumeFile[] | undefined> {
    const { configMap, secret, downwardAPI, projected } = volume
    if (configMap) return this.#dataFiles(pod, 'configmap', { ...configMap, name: configMap.name ?? '' })
    if (secret) return this.#dataFiles(pod, 'secret', { ...secret, name: secret.secretName ?? '' })
    if (downwardAPI) return downwardFiles(pod, downwardAPI.items ?? [], downwardAPI.defaultMode ?? 0o644, fields)
    return projected && this.#projectedFiles(pod, projected, fields)
  }

  async #dataFiles(
    pod: Pod,
    kind: 'configmap' | 'secret',
    source: {
      name: string
      items?: { key: string; path: string; mode?: number }[]
      optional?: boolean
      defaultMode?: number
    },
  ): Promise<VolumeFile[]> {
    const namespace = pod.metadata!.namespace!
    const object =
      kind === 'secret'
        ? await this.#read(secrets, namespace, source.name)
        : await this.#read(configmaps, namespace, source.name)
    return dataFiles(kind, object, { ...source, namespace, defaultMode: source.defaultMode ?? 0o644 })
  }

  async #projectedFiles(pod: Pod, projected: ProjectedVolumeSource, fields: FieldContext): Promise<VolumeFile[]> {
    const defaultMode = projected.defaultMode ?? 0o644
    const files = new Map<string, VolumeFile>()
    for (const source of projected.sources ?? []) {
      const { configMap, secret, downwardAPI, serviceAccountToken: token } = source
      let own: VolumeFile[]
      if (configMap)
        own = await this.#dataFiles(pod, 'configmap', { ...configMap, name: configMap.name ?? '', defaultMode })
      else if (secret) own = await this.#dataFiles(pod, 'secret', { ...secret, name: secret.name ?? '', defaultMode })
      else if (downwardAPI) own = downwardFiles(pod, downwardAPI.items ?? [], defaultMode, fields)
      else if (token) {
        const content = Buffer.from(await this.#options.tokens.get(pod, token))
        own = [{ path: token.path, content, mode: defaultMode }]
      } else throw new Error(`projections of type ${Object.keys(source).join()} are not supported yet`)
      for (const file of own) files.set(file.path, file)
    }
    return [...files.values()]
  }

  /** @param isOwn the claim has to be the pod's own, made for it */
  async #claimPath(pod: Pod, claimName: string, isOwn = false): Promise<string> {
    const claim = await this.#read(persistentvolumeclaims, pod.metadata!.namespace!, claimName)
    if (!claim) throw new Error(`persistentvolumeclaim "${claimName}" not found`)
    if (isOwn && !claim.metadata?.ownerReferences?.some(({ uid }) => uid === pod.metadata!.uid)) {
      throw new Error(`PVC ${claimName} was not created for the pod (pod is not owner)`)
    }
    if (claim.status?.phase !== 'Bound' || !claim.spec?.volumeName) {
      throw new Error(`persistentvolumeclaim "${claimName}" is not bound yet`)
    }
    const volume = await this.#read(persistentvolumes, undefined, claim.spec.volumeName)
    const { hostPath, local } = volume?.spec ?? {}
    if (hostPath) {
      prepareHostPath(hostPath.path, hostPath.type || 'DirectoryOrCreate')
      return hostPath.path
    }
    if (local) {
      prepareHostPath(local.path, 'Directory')
      return local.path
    }
    throw new Error(`persistent volume ${claim.spec.volumeName} is of a type that is not supported yet`)
  }

  async #read<T extends KubernetesObject>(ref: ResourceRef<T>, namespace: string | undefined, name: string) {
    try {
      // The state of this node: whoever wrote the pod had written these before.
      return await this.#options.client.resource(ref, namespace).get(name, { resourceVersion: '0' })
    } catch (error) {
      if (isReason(error, 'NotFound')) return undefined
      throw error
    }
  }

  /** Unmounts and removes everything of a pod. Nothing is removed while a mount below remains. */
  async release(uid: string): Promise<void> {
    const directory = this.directoryOf(uid)
    for (const target of (await mountsBelow(directory)).reverse()) unmount(target)
    const left = await mountsBelow(directory)
    if (left.length > 0) throw new Error(`${left[0]} cannot be unmounted`)
    await rm(directory, { recursive: true, force: true })
    this.#options.tokens.forget(uid)
  }

  /** Uids of pods that have a folder here. */
  async podUids(): Promise<string[]> {
    return readdir(this.#options.directory).catch(() => [])
  }
}

/** Mount points in or below a directory, in the order in which they were made. */
async function mountsBelow(directory: string): Promise<string[]> {
  const lines = (await readFile('/proc/self/mounts', 'utf8')).split('\n')
  const targets = lines.map((line) =>
    (line.split(' ')[1] ?? '').replace(/\\(\d{3})/g, (_, code: string) =>
      String.fromCharCode(Number.parseInt(code, 8)),
    ),
  )
  return targets.filter((target) => target.startsWith(`${directory}/`))
}

async function makeEmptyDirectory(directory: string, pod: Pod, medium = '', sizeLimit?: string): Promise<void> {
  const isNew = (await mkdir(directory, { recursive: true })) !== undefined
  if (medium === 'Memory' && !(await mountsBelow(dirname(directory))).includes(directory)) {
    const size = wholeUnits(sizeLimit)
    const data = size ? `mode=0777,size=${size}` : 'mode=0777'
    mount('tmpfs', directory, 'tmpfs', mountFlags.noSuid | mountFlags.noDev, data)
  } else if (medium !== 'Memory' && medium !== '') throw new Error(`medium ${medium} is not supported yet`)
  if (!isNew) return
  const group = pod.spec!.securityContext?.fsGroup
  if (group !== undefined) await chown(directory, 0, group)
  await chmod(directory, group === undefined ? 0o777 : 0o2777)
}
