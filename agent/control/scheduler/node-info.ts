import type { Container, Node, Pod, Taint } from '../../../api/schema/generated/types/core-v1.ts'
import { nameOf, uidOf } from '../object/meta.ts'
import { type AffinityTerms, affinityTermsOf } from './affinity-term.ts'
import { type Amounts, addAmounts, amountsOf, type PodRequest, podRequest } from './resources.ts'

/** A pod with what the scheduler looks up again and again. */
export interface PodInfo {
  pod: Pod
  uid: string
  priority: number
  request: PodRequest
  hostPorts: HostPort[]
  affinity: AffinityTerms
}

export interface HostPort {
  ip: string
  protocol: string
  port: number
}

const infos = new WeakMap<Pod, PodInfo>()

/** Objects are never changed in place, so that what was found for one stays true. */
export function podInfo(pod: Pod): PodInfo {
  let info = infos.get(pod)
  if (!info) {
    info = {
      pod,
      uid: uidOf(pod),
      priority: pod.spec?.priority ?? 0,
      request: podRequest(pod),
      hostPorts: hostPortsOf(pod),
      affinity: affinityTermsOf(pod),
    }
    infos.set(pod, info)
  }
  return info
}

/** Containers and sidecars: init containers that end give their ports back. */
function hostPortsOf(pod: Pod): HostPort[] {
  const sidecars = (pod.spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always')
  const all: Container[] = [...(pod.spec?.containers ?? []), ...sidecars]
  return all.flatMap(({ ports = [] }) =>
    ports
      .filter(({ hostPort }) => hostPort !== undefined && hostPort > 0)
      .map(({ hostIP, protocol, hostPort }) => ({
        ip: hostIP || '0.0.0.0',
        protocol: protocol ?? 'TCP',
        port: hostPort!,
      })),
  )
}

/** Same port and protocol, and an address that one of them takes whole. */
export function isPortConflict(a: HostPort, b: HostPort): boolean {
  if (a.port !== b.port || a.protocol !== b.protocol) return false
  return a.ip === b.ip || a.ip === '0.0.0.0' || b.ip === '0.0.0.0'
}

/** A node and the pods on it, with sums kept while pods come and go. */
export class NodeInfo {
  node: Node
  readonly name: string
  allocatable: Amounts
  taints: readonly Taint[]
  readonly pods = new Map<string, PodInfo>()
  readonly requested: Record<string, number> = {}
  readonly scored = { milliCpu: 0, memoryBytes: 0 }
  /** Pods that have affinity or anti-affinity terms of any sort, and those that keep others away. */
  readonly withAffinity = new Map<string, PodInfo>()
  readonly withRequiredAntiAffinity = new Map<string, PodInfo>()
  readonly usedPorts: HostPort[] = []
  /** Bytes of each image by each of its names. */
  images: Map<string, number>

  constructor(node: Node) {
    this.node = node
    this.name = nameOf(node)
    this.allocatable = {}
    this.taints = []
    this.images = new Map()
    this.setNode(node)
  }

  setNode(node: Node): void {
    this.node = node
    this.allocatable = amountsOf(node.status?.allocatable)
    this.taints = node.spec?.taints ?? []
    this.images = new Map(
      (node.status?.images ?? []).flatMap(({ names = [], sizeBytes = 0 }) =>
        names.map((name): [string, number] => [name, Number(sizeBytes)]),
      ),
    )
  }

  addPod(info: PodInfo): void {
    this.removePod(info.uid)
    this.pods.set(info.uid, info)
    addAmounts(this.requested, info.request.amounts)
    this.scored.milliCpu += info.request.scored.milliCpu
    this.scored.memoryBytes += info.request.scored.memoryBytes
    if (info.affinity.any) this.withAffinity.set(info.uid, info)
    if (info.affinity.requiredAnti.length > 0) this.withRequiredAntiAffinity.set(info.uid, info)
    this.usedPorts.push(...info.hostPorts)
  }

  removePod(uid: string): void {
    const info = this.pods.get(uid)
    if (!info) return
    this.pods.delete(uid)
    addAmounts(this.requested, info.request.amounts, -1)
    this.scored.milliCpu -= info.request.scored.milliCpu
    this.scored.memoryBytes -= info.request.scored.memoryBytes
    this.withAffinity.delete(uid)
    this.withRequiredAntiAffinity.delete(uid)
    for (const port of info.hostPorts) this.usedPorts.splice(this.usedPorts.indexOf(port), 1)
  }

  /** A copy to try things on. */
  copy(): NodeInfo {
    const copied = new NodeInfo(this.node)
    for (const info of this.pods.values()) copied.addPod(info)
    return copied
  }
}
