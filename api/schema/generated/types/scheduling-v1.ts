// Made by scripts/generate from the Kubernetes 1.36 API types. Do not edit.
import type { ListMeta, ObjectMeta } from './meta-v1.ts'

/** PriorityClass defines mapping from a priority class name to the priority integer value. */
export interface PriorityClass {
  apiVersion?: 'scheduling.k8s.io/v1'
  kind?: 'PriorityClass'
  /** Standard object's metadata. */
  metadata?: ObjectMeta
  /** value represents the integer value of this priority class. */
  value?: number
  /** globalDefault specifies whether this PriorityClass should be considered as the default priority for pods that do not have any priority class. */
  globalDefault?: boolean
  /** description is an arbitrary string that usually provides guidelines on when this priority class should be used. */
  description?: string
  /** preemptionPolicy is the Policy for preempting pods with lower priority. */
  preemptionPolicy?: string
}

/** PriorityClassList is a collection of priority classes. */
export interface PriorityClassList {
  apiVersion?: 'scheduling.k8s.io/v1'
  kind?: 'PriorityClassList'
  /** Standard list metadata More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata */
  metadata?: ListMeta
  /** items is the list of PriorityClasses */
  items: PriorityClass[]
}
