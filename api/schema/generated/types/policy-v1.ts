// Made by scripts/generate from the Kubernetes 1.36 API types. Do not edit.
import type { Condition, DeleteOptions, LabelSelector, ListMeta, ObjectMeta } from './meta-v1.ts'

/** Eviction evicts a pod from its node subject to certain policies and safety constraints. */
export interface Eviction {
  apiVersion?: 'policy/v1'
  kind?: 'Eviction'
  /** ObjectMeta describes the pod that is being evicted. */
  metadata?: ObjectMeta
  /** DeleteOptions may be provided */
  deleteOptions?: DeleteOptions
}

/** PodDisruptionBudget is an object to define the max disruption that can be caused to a collection of pods */
export interface PodDisruptionBudget {
  apiVersion?: 'policy/v1'
  kind?: 'PodDisruptionBudget'
  /** Standard object's metadata. */
  metadata?: ObjectMeta
  /** Specification of the desired behavior of the PodDisruptionBudget. */
  spec?: PodDisruptionBudgetSpec
  /** Most recently observed status of the PodDisruptionBudget. */
  status?: PodDisruptionBudgetStatus
}

/** PodDisruptionBudgetList is a collection of PodDisruptionBudgets. */
export interface PodDisruptionBudgetList {
  apiVersion?: 'policy/v1'
  kind?: 'PodDisruptionBudgetList'
  /** Standard object's metadata. */
  metadata?: ListMeta
  /** Items is a list of PodDisruptionBudgets */
  items: PodDisruptionBudget[]
}

/** PodDisruptionBudgetSpec is a description of a PodDisruptionBudget. */
export interface PodDisruptionBudgetSpec {
  /** An eviction is allowed if at least "minAvailable" pods selected by "selector" will still be available after the eviction, i.e. */
  minAvailable?: number | string
  /** Label query over pods whose evictions are managed by the disruption budget. */
  selector?: LabelSelector
  /** An eviction is allowed if at most "maxUnavailable" pods selected by "selector" are unavailable after the eviction, i.e. */
  maxUnavailable?: number | string
  /** UnhealthyPodEvictionPolicy defines the criteria for when unhealthy pods should be considered for eviction. */
  unhealthyPodEvictionPolicy?: string
}

/** PodDisruptionBudgetStatus represents information about the status of a PodDisruptionBudget. */
export interface PodDisruptionBudgetStatus {
  /** Most recent generation observed when updating this PDB status. */
  observedGeneration?: number
  /** DisruptedPods contains information about pods whose eviction was processed by the API server eviction subresource handler but has not yet been observed by the PodDisruptionBudget controller. */
  disruptedPods?: Record<string, string>
  /** Number of pod disruptions that are currently allowed. */
  disruptionsAllowed?: number
  /** current number of healthy pods */
  currentHealthy?: number
  /** minimum desired number of healthy pods */
  desiredHealthy?: number
  /** total number of pods counted by this disruption budget */
  expectedPods?: number
  /** Conditions contain conditions for PDB. */
  conditions?: Condition[]
}
