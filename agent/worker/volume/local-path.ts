import { chmod, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Client, isReason } from '../../../api/client/client.ts'
import type { Informer, WorkQueue } from '../../../api/client/informer.ts'
import { createInformer, keyOf } from '../../../api/client/reflector.ts'
import { createWorkQueue } from '../../../api/client/work-queue.ts'
import { persistentvolumeclaims, persistentvolumes, storageclasses } from '../../../api/schema/generated/resources.ts'
import type { PersistentVolume, PersistentVolumeClaim } from '../../../api/schema/generated/types/core-v1.ts'
import type { StorageClass } from '../../../api/schema/generated/types/storage-v1.ts'
import type { Logger } from '../../../mesh/logger/logger.ts'

export const localPathProvisioner = 'skein/local-path'
const provisionedBy = 'pv.kubernetes.io/provisioned-by'
const volumePrefix = 'volume:'

/** The class that claims get when they name none: folders on the node that runs the pod. */
export const localPathClass: StorageClass = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'local-path', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
  provisioner: localPathProvisioner,
  reclaimPolicy: 'Delete',
  volumeBindingMode: 'WaitForFirstConsumer',
}

/** Whether a claim waits for a volume of this node: the scheduler has chosen it, and the binder has asked us. */
export function isForNode({ metadata, spec }: PersistentVolumeClaim, nodeName: string): boolean {
  const annotations = metadata?.annotations ?? {}
  return (
    !spec?.volumeName &&
    !metadata?.deletionTimestamp &&
    annotations['volume.kubernetes.io/storage-provisioner'] === localPathProvisioner &&
    annotations['volume.kubernetes.io/selected-node'] === nodeName
  )
}

/** The volume for a claim: a folder that only this node has. */
export function volumeFor(
  claim: PersistentVolumeClaim,
  nodeName: string,
  path: string,
  reclaimPolicy: string,
): PersistentVolume {
  const { name, namespace, uid } = claim.metadata!
  const { accessModes, resources, storageClassName } = claim.spec ?? {}
  const hostname = { key: 'kubernetes.io/hostname', operator: 'In', values: [nodeName] }
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: `pvc-${uid}`, annotations: { [provisionedBy]: localPathProvisioner } },
    spec: {
      accessModes,
      capacity: { storage: resources?.requests?.storage ?? '0' },
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name, namespace, uid },
      local: { path },
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [hostname] }] } },
      persistentVolumeReclaimPolicy: reclaimPolicy,
      storageClassName,
      volumeMode: 'Filesystem',
    },
  }
}

/** Makes and removes this node's folders for claims of class local-path. */
export class LocalPathProvisioner {
  readonly #client: Client
  readonly #nodeName: string
  /** Holds one folder a volume. */
  readonly #directory: string
  readonly #log: Logger
  readonly #claims: Informer<PersistentVolumeClaim>
  readonly #volumes: Informer<PersistentVolume>
  readonly #queue: WorkQueue

  constructor(client: Client, nodeName: string, directory: string, log: Logger) {
    this.#client = client
    this.#nodeName = nodeName
    this.#directory = directory
    this.#log = log
    this.#queue = createWorkQueue({ log, work: (key) => this.#work(key) })
    this.#claims = createInformer(client, persistentvolumeclaims, { log })
    this.#volumes = createInformer(client, persistentvolumes, { log })
  }

  start(): void {
    const claim = (object: PersistentVolumeClaim) => this.#queue.add(keyOf(object))
    const volume = (object: PersistentVolume) => this.#queue.add(volumePrefix + keyOf(object))
    this.#claims.addHandler({ added: claim, updated: (_, object) => claim(object) })
    this.#volumes.addHandler({ added: volume, updated: (_, object) => volume(object) })
  }

  async stop(): Promise<void> {
    this.#claims.stop()
    this.#volumes.stop()
    await this.#queue.stop()
  }

  async #work(key: string): Promise<void> {
    if (key.startsWith(volumePrefix)) await this.#reclaim(key.slice(volumePrefix.length))
    else await this.#provision(key)
  }

  async #provision(key: string): Promise<void> {
    const claim = this.#claims.get(key)
    if (!claim || !isForNode(claim, this.#nodeName)) return
    const path = join(this.#directory, `pvc-${claim.metadata!.uid}`)
    await mkdir(path, { recursive: true })
    // Any user that a pod runs as may write.
    await chmod(path, 0o777)
    const name = claim.spec?.storageClassName
    const { reclaimPolicy = 'Delete' } = name ? await this.#client.resource(storageclasses).get(name) : localPathClass
    try {
      const volume = volumeFor(claim, this.#nodeName, path, reclaimPolicy)
      await this.#client.resource(persistentvolumes).create(volume)
      this.#log.info('local volume made', { claim: key, volume: volume.metadata!.name })
    } catch (error) {
      if (!isReason(error, 'AlreadyExists')) throw error
    }
  }

  async #reclaim(name: string): Promise<void> {
    const volume = this.#volumes.get(name)
    const path = volume?.spec?.local?.path ?? ''
    const isOurs =
      volume?.metadata?.annotations?.[provisionedBy] === localPathProvisioner && path === join(this.#directory, name)
    if (!isOurs || volume.status?.phase !== 'Released') return
    if (volume.spec?.persistentVolumeReclaimPolicy !== 'Delete') return
    await rm(path, { recursive: true, force: true })
    try {
      await this.#client.resource(persistentvolumes).delete(name, { preconditions: { uid: volume.metadata!.uid } })
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error
    }
    this.#log.info('local volume removed', { volume: name })
  }
}
