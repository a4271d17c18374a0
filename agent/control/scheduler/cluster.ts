import type { Node, Pod } from '../../../api/schema/generated/types/core-v1.ts'
import type { PodDisruptionBudget } from '../../../api/schema/generated/types/policy-v1.ts'
import { nameOf, uidOf } from '../object/meta.ts'
import type { Labels } from '../object/selector.ts'
import { NodeInfo, type PodInfo, podInfo } from './node-info.ts'
import type { Snapshot, StorageView } from './snapshot.ts'

/** What the cluster knows of elsewhere. */
export interface Surroundings {
  labelsOfNamespace(name: string): Labels
  storage: StorageView
  budgets(namespace: string): readonly PodDisruptionBudget[]
}

/**
 * Nodes with their pods, kept current by events and by the scheduler's own decisions: a pod counts where it was put
 * before the API server shows it there. Decisions are made in one turn, so that this is its own snapshot.
 */
export class Cluster implements Snapshot {
  #nodes = new Map<string, NodeInfo>()
  #list: NodeInfo[] | undefined
  /** Node of each pod that counts. */
  #nodeOfPod = new Map<string, string>()
  #assumed = new Set<string>()
  /** Pods of nodes that are not known (yet). */
  #homeless = new Map<string, Map<string, Pod>>()
  #nominated = new Map<string, Map<string, PodInfo>>()
  readonly #surroundings: Surroundings

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings
  }

  get nodes(): readonly NodeInfo[] {
    this.#list ??= [...this.#nodes.values()]
    return this.#list
  }

  get storage(): StorageView {
    return this.#surroundings.storage
  }

  node(name: string): NodeInfo | undefined {
    return this.#nodes.get(name)
  }

  labelsOfNamespace(name: string): Labels {
    return this.#surroundings.labelsOfNamespace(name)
  }

  budgets(namespace: string): readonly PodDisruptionBudget[] {
    return this.#surroundings.budgets(namespace)
  }

  nominated(nodeName: string): readonly PodInfo[] {
    const pods = this.#nominated.get(nodeName)
    return pods ? [...pods.values()] : []
  }

  setNode(node: Node): void {
    const name = nameOf(node)
    const known = this.#nodes.get(name)
    if (known) {
      known.setNode(node)
      return
    }
    const info = new NodeInfo(node)
    this.#nodes.set(name, info)
    this.#list = undefined
    for (const pod of this.#homeless.get(name)?.values() ?? []) info.addPod(podInfo(pod))
    this.#homeless.delete(name)
  }

  deleteNode(name: string): void {
    const info = this.#nodes.get(name)
    if (!info) return
    this.#nodes.delete(name)
    this.#list = undefined
    if (info.pods.size > 0) {
      this.#homeless.set(name, new Map([...info.pods].map(([uid, { pod }]) => [uid, pod])))
    }
  }

  /** The API server shows the pod on a node. */
  setPod(pod: Pod): void {
    this.#assumed.delete(uidOf(pod))
    this.#put(pod, pod.spec?.nodeName ?? '')
  }

  /** The scheduler has decided; the API server does not show it yet. */
  assume(pod: Pod, nodeName: string): void {
    this.#assumed.add(uidOf(pod))
    this.#put({ ...pod, spec: { ...pod.spec!, nodeName } }, nodeName)
  }

  /** The binding failed. */
  forget(uid: string): void {
    if (this.#assumed.has(uid)) this.deletePod(uid)
  }

  isAssumed(uid: string): boolean {
    return this.#assumed.has(uid)
  }

  deletePod(uid: string): void {
    this.#assumed.delete(uid)
    this.denominate(uid)
    const nodeName = this.#nodeOfPod.get(uid)
    if (nodeName === undefined) return
    this.#nodeOfPod.delete(uid)
    this.#nodes.get(nodeName)?.removePod(uid)
    const homeless = this.#homeless.get(nodeName)
    homeless?.delete(uid)
    if (homeless?.size === 0) this.#homeless.delete(nodeName)
  }

  /** Room was made for the pod on this node. */
  nominate(pod: Pod, nodeName: string): void {
    this.denominate(uidOf(pod))
    const pods = this.#nominated.get(nodeName) ?? new Map<string, PodInfo>()
    this.#nominated.set(nodeName, pods)
    pods.set(uidOf(pod), podInfo(pod))
  }

  denominate(uid: string): void {
    for (const [nodeName, pods] of this.#nominated) {
      if (pods.delete(uid) && pods.size === 0) this.#nominated.delete(nodeName)
    }
  }

  #put(pod: Pod, nodeName: string): void {
    const uid = uidOf(pod)
    const before = this.#nodeOfPod.get(uid)
    if (before !== undefined && before !== nodeName) this.deletePod(uid)
    this.denominate(uid)
    this.#nodeOfPod.set(uid, nodeName)
    const node = this.#nodes.get(nodeName)
    if (node) {
      node.addPod(podInfo(pod))
      return
    }
    const homeless = this.#homeless.get(nodeName) ?? new Map<string, Pod>()
    this.#homeless.set(nodeName, homeless)
    homeless.set(uid, pod)
  }
}
