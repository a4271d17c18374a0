/** Volumes, claims, storage classes and what belongs to CSI. */
import type { PersistentVolume, PersistentVolumeClaim } from '../../schema/generated/types/core-v1.ts'
import type * as storage from '../../schema/generated/types/storage-v1.ts'
import { ageOf, columnsOf, nameOf, type Printer, printer } from './column.ts'

const shortModes: Record<string, string> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
}

/** In upstream's order, each once. */
function accessModes(modes: string[] | undefined): string {
  return Object.keys(shortModes)
    .filter((mode) => modes?.includes(mode))
    .map((mode) => shortModes[mode])
    .join(',')
}

const classAnnotation = 'volume.beta.kubernetes.io/storage-class'

const persistentVolume = printer<PersistentVolume>(
  columnsOf(
    ...['Name', 'Capacity', 'Access Modes', 'Reclaim Policy', 'Status', 'Claim', 'StorageClass'],
    ...['VolumeAttributesClass', 'Reason', 'Age', '*VolumeMode'],
  ),
  (o, nowMs) => [
    nameOf(o),
    o.spec?.capacity?.storage ?? '0',
    accessModes(o.spec?.accessModes),
    o.spec?.persistentVolumeReclaimPolicy ?? '',
    o.metadata?.deletionTimestamp ? 'Terminating' : (o.status?.phase ?? ''),
    o.spec?.claimRef ? `${o.spec.claimRef.namespace ?? ''}/${o.spec.claimRef.name ?? ''}` : '',
    o.metadata?.annotations?.[classAnnotation] ?? o.spec?.storageClassName ?? '',
    o.spec?.volumeAttributesClassName ?? '<unset>',
    o.status?.reason ?? '',
    ageOf(o, nowMs),
    o.spec?.volumeMode ?? '<unset>',
  ],
)

const persistentVolumeClaim = printer<PersistentVolumeClaim>(
  columnsOf(
    ...['Name', 'Status', 'Volume', 'Capacity', 'Access Modes', 'StorageClass', 'VolumeAttributesClass', 'Age'],
    '*VolumeMode',
  ),
  (o, nowMs) => {
    const isBound = Boolean(o.spec?.volumeName)
    return [
      nameOf(o),
      o.metadata?.deletionTimestamp ? 'Terminating' : (o.status?.phase ?? ''),
      o.spec?.volumeName ?? '',
      isBound ? (o.status?.capacity?.storage ?? '0') : '',
      isBound ? accessModes(o.status?.accessModes) : '',
      o.metadata?.annotations?.[classAnnotation] ?? o.spec?.storageClassName ?? '',
      o.spec?.volumeAttributesClassName ?? '<unset>',
      ageOf(o, nowMs),
      o.spec?.volumeMode ?? '<unset>',
    ]
  },
)

const defaultClassAnnotations = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
]

const storageClass = printer<storage.StorageClass>(
  columnsOf('Name', 'Provisioner', 'ReclaimPolicy', 'VolumeBindingMode', 'AllowVolumeExpansion', 'Age'),
  (o, nowMs) => {
    const isDefault = defaultClassAnnotations.some((name) => o.metadata?.annotations?.[name] === 'true')
    return [
      isDefault ? `${nameOf(o)} (default)` : nameOf(o),
      o.provisioner,
      o.reclaimPolicy ?? 'Delete',
      o.volumeBindingMode ?? 'Immediate',
      o.allowVolumeExpansion ?? false,
      ageOf(o, nowMs),
    ]
  },
)

const volumeAttributesClass = printer<storage.VolumeAttributesClass>(
  columnsOf('Name', 'DriverName', 'Age'),
  (o, nowMs) => [nameOf(o), o.driverName, ageOf(o, nowMs)],
)

const volumeAttachment = printer<storage.VolumeAttachment>(
  columnsOf('Name', 'Attacher', 'PV', 'Node', 'Attached?', 'Age'),
  (o, nowMs) => [
    nameOf(o),
    o.spec?.attacher ?? '',
    o.spec?.source?.persistentVolumeName ?? '',
    o.spec?.nodeName ?? '',
    o.status?.attached ?? false,
    ageOf(o, nowMs),
  ],
)

const csiNode = printer<storage.CSINode>(columnsOf('Name', 'Drivers#', 'Age'), (o, nowMs) => {
  return [nameOf(o), o.spec?.drivers?.length ?? 0, ageOf(o, nowMs)]
})

const csiDriver = printer<storage.CSIDriver>(
  columnsOf(
    ...['Name', 'AttachRequired?', 'PodInfoOnMount?', 'StorageCapacity?', 'TokenRequests', 'RequiresRepublish?'],
    ...['Modes', 'Age'],
  ),
  (o, nowMs) => [
    nameOf(o),
    o.spec?.attachRequired ?? true,
    o.spec?.podInfoOnMount ?? false,
    o.spec?.storageCapacity ?? false,
    o.spec?.tokenRequests?.map((request) => request.audience).join(',') ?? '<unset>',
    o.spec?.requiresRepublish ?? false,
    o.spec?.volumeLifecycleModes?.join(',') || '<none>',
    ageOf(o, nowMs),
  ],
)

const csiStorageCapacity = printer<storage.CSIStorageCapacity>(
  columnsOf('Name', 'StorageClassName', 'Capacity'),
  (o) => {
    return [nameOf(o), o.storageClassName, o.capacity ?? '<unset>']
  },
)

export const storagePrinters: Record<string, Printer> = {
  '/PersistentVolume': persistentVolume,
  '/PersistentVolumeClaim': persistentVolumeClaim,
  'storage.k8s.io/StorageClass': storageClass,
  'storage.k8s.io/VolumeAttributesClass': volumeAttributesClass,
  'storage.k8s.io/VolumeAttachment': volumeAttachment,
  'storage.k8s.io/CSINode': csiNode,
  'storage.k8s.io/CSIDriver': csiDriver,
  'storage.k8s.io/CSIStorageCapacity': csiStorageCapacity,
}
