import type { NodeInfo, PodInfo } from '../node-info.ts'
import type { Snapshot } from '../snapshot.ts'

/** Why a node is not for a pod. */
export interface Rejection {
  /** In upstream's words. */
  reasons: string[]
  /** Removing pods from the node could help. */
  isResolvable: boolean
}

/** undefined: the node will do. */
export type NodeFilter = (node: NodeInfo) => Rejection | undefined

/** No node will do, whatever it is like. */
export interface PodRejection {
  reason: string
}

export interface Filter {
  /** Upstream's name of the plugin. */
  readonly name: string
  /**
   * Looks at the pod and the cluster once; undefined when this filter has nothing to say about the pod, a
   * PodRejection when no node can do.
   */
  prepare(pod: PodInfo, snapshot: Snapshot): NodeFilter | PodRejection | undefined
  /** Its answer for one node depends on pods of other nodes too. */
  readonly looksAround?: boolean
}

export function unresolvable(reason: string): Rejection {
  return { reasons: [reason], isResolvable: false }
}

export function resolvable(...reasons: string[]): Rejection {
  return { reasons, isResolvable: true }
}
