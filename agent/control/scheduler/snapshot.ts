import type { PersistentVolume, PersistentVolumeClaim } from '../../../api/schema/generated/types/core-v1.ts'
import type { PodDisruptionBudget } from '../../../api/schema/generated/types/policy-v1.ts'
import type { CSINode, StorageClass } from '../../../api/schema/generated/types/storage-v1.ts'
import type { Labels } from '../object/selector.ts'
import type { NodeInfo, PodInfo } from './node-info.ts'

/** Volumes as the scheduler sees them. */
export interface StorageView {
  claim(namespace: string, name: string): PersistentVolumeClaim | undefined
  volume(name: string): PersistentVolume | undefined
  volumes(): readonly PersistentVolume[]
  storageClass(name: string): StorageClass | undefined
  /** What drivers say of a node. */
  csiNode(name: string): CSINode | undefined
}

/** The cluster at one moment: all that a decision depends on beside the pod itself. */
export interface Snapshot {
  nodes: readonly NodeInfo[]
  node(name: string): NodeInfo | undefined
  labelsOfNamespace(name: string): Labels
  /** Pods for which a preemption made room on the node and that are not there yet. */
  nominated(nodeName: string): readonly PodInfo[]
  storage: StorageView
  budgets(namespace: string): readonly PodDisruptionBudget[]
}

/** The snapshot with one node as it would be. */
export function withNode(snapshot: Snapshot, changed: NodeInfo): Snapshot {
  // Not spread: a snapshot may be an object with getters.
  return {
    nodes: snapshot.nodes.map((node) => (node.name === changed.name ? changed : node)),
    node: (name) => (name === changed.name ? changed : snapshot.node(name)),
    labelsOfNamespace: (name) => snapshot.labelsOfNamespace(name),
    nominated: (name) => snapshot.nominated(name),
    budgets: (namespace) => snapshot.budgets(namespace),
    storage: snapshot.storage,
  }
}
