// Made by scripts/generate from the Kubernetes 1.36 API types. Do not edit.
import type { PersistentVolumeClaim, PodTemplateSpec } from './core-v1.ts'
import type { LabelSelector, ListMeta, ObjectMeta } from './meta-v1.ts'

/** ControllerRevision implements an immutable snapshot of state data. */
export interface ControllerRevision {
  apiVersion?: 'apps/v1'
  kind?: 'ControllerRevision'
  /** Standard object's metadata. */
  metadata?: ObjectMeta
  /** Data is the serialized representation of the state. */
  data?: Record<string, unknown>
  /** Revision indicates the revision of the state represented by Data. */
  revision: number
}

/** ControllerRevisionList is a resource containing a list of ControllerRevision objects. */
export interface ControllerRevisionList {
  apiVersion?: 'apps/v1'
  kind?: 'ControllerRevisionList'
  metadata?: ListMeta
  /** Items is the list of ControllerRevisions */
  items: ControllerRevision[]
}

/** DaemonSet represents the configuration of a daemon set. */
export interface DaemonSet {
  apiVersion?: 'apps/v1'
  kind?: 'DaemonSet'
  /** Standard object's metadata. */
  metadata?: ObjectMeta
  /** The desired behavior of this daemon set. */
  spec?: DaemonSetSpec
  /** The current status of this daemon set. */
  status?: DaemonSetStatus
}

/** DaemonSetCondition describes the state of a DaemonSet at a certain point. */
export interface DaemonSetCondition {
  /** Type of DaemonSet condition. */
  type: string
  /** Status of the condition, one of True, False, Unknown. */
  status: string
  /** Last time the condition transitioned from one status to another. */
  lastTransitionTime?: string
  /** The reason for the condition's last transition. */
  reason?: string
  /** A human readable message indicating details about the transition. */
  message?: string
}

/** DaemonSetList is a collection of daemon sets. */
export interface DaemonSetList {
  apiVersion?: 'apps/v1'
  kind?: 'DaemonSetList'
  /** Standard list metadata. */
  metadata?: ListMeta
  /** A list of daemon sets. */
  items: DaemonSet[]
}

/** DaemonSetSpec is the specification of a daemon set. */
export interface DaemonSetSpec {
  /** A label query over pods that are managed by the daemon set. */
  selector: LabelSelector
  /** An object that describes the pod that will be created. */
  template: PodTemplateSpec
  /** An update strategy to replace existing DaemonSet pods with new pods. */
  updateStrategy?: DaemonSetUpdateStrategy
  /** The minimum number of seconds for which a newly created DaemonSet pod should be ready without any of its container crashing, for it to be considered available. */
  minReadySeconds?: number
  /** The number of old history to retain to allow rollback. */
  revisionHistoryLimit?: number
}

/** DaemonSetStatus represents the current status of a daemon set. */
export interface DaemonSetStatus {
  /** The number of nodes that are running at least 1 daemon pod and are supposed to run the daemon pod. */
  currentNumberScheduled: number
  /** The number of nodes that are running the daemon pod, but are not supposed to run the daemon pod. */
  numberMisscheduled: number
  /** The total number of nodes that should be running the daemon pod (including nodes correctly running the daemon pod). */
  desiredNumberScheduled: number
  /** numberReady is the number of nodes that should be running the daemon pod and have one or more of the daemon pod running with a Ready Condition. */
  numberReady: number
  /** The most recent generation observed by the daemon set controller. */
  observedGeneration?: number
  /** The total number of nodes that are running updated daemon pod */
  updatedNumberScheduled?: number
  /** The number of nodes that should be running the daemon pod and have one or more of the daemon pod running and available (ready for at least spec.minReadySeconds) */
  numberAvailable?: number
  /** The number of nodes that should be running the daemon pod and have none of the daemon pod running and available (ready for at least spec.minReadySeconds) */
  numberUnavailable?: number
  /** Count of hash collisions for the DaemonSet. */
  collisionCount?: number
  /** Represents the latest available observations of a DaemonSet's current state. */
  conditions?: DaemonSetCondition[]
}

/** DaemonSetUpdateStrategy is a struct used to control the update strategy for a DaemonSet. */
export interface DaemonSetUpdateStrategy {
  /** Type of daemon set update. */
  type?: string
  /** Rolling update config params. */
  rollingUpdate?: RollingUpdateDaemonSet
}

/** Deployment enables declarative updates for Pods and ReplicaSets. */
export interface Deployment {
  apiVersion?: 'apps/v1'
  kind?: 'Deployment'
  /** Standard object's metadata. */
  metadata?: ObjectMeta
  /** Specification of the desired behavior of the Deployment. */
  spec?: DeploymentSpec
  /** Most recently observed status of the Deployment. */
  status?: DeploymentStatus
}

/** DeploymentCondition describes the state of a deployment at a certain point. */
export interface DeploymentCondition {
  /** Type of deployment condition. */
  type: string
  /** Status of the condition, one of True, False, Unknown. */
  status: string
  /** The last time this condition was updated. */
  lastUpdateTime?: string
  /** Last time the condition transitioned from one status to another. */
  lastTransitionTime?: string
  /** The reason for the condition's last transition. */
  reason?: string
  /** A human readable message indicating details about the transition. */
  message?: string
}

/** DeploymentList is a list of Deployments. */
export interface DeploymentList {
  apiVersion?: 'apps/v1'
  kind?: 'DeploymentList'
  /** Standard list metadata. */
  metadata?: ListMeta
  /** Items is the list of Deployments. */
  items: Deployment[]
}

/** DeploymentSpec is the specification of the desired behavior of the Deployment. */
export interface DeploymentSpec {
  /** Number of desired pods. */
  replicas?: number
  /** Label selector for pods. */
  selector: LabelSelector
  /** Template describes the pods that will be created. */
  template: PodTemplateSpec
  /** The deployment strategy to use to replace existing pods with new ones. */
  strategy?: DeploymentStrategy
  /** Minimum number of seconds for which a newly created pod should be ready without any of its container crashing, for it to be considered available. */
  minReadySeconds?: number
  /** The number of old ReplicaSets to retain to allow rollback. */
  revisionHistoryLimit?: number
  /** Indicates that the deployment is paused. */
  paused?: boolean
  /** The maximum time in seconds for a deployment to make progress before it is considered to be failed. */
  progressDeadlineSeconds?: number
}

/** DeploymentStatus is the most recently observed status of the Deployment. */
export interface DeploymentStatus {
  /** The generation observed by the deployment controller. */
  observedGeneration?: number
  /** Total number of non-terminating pods targeted by this deployment (their labels match the selector). */
  replicas?: number
  /** Total number of non-terminating pods targeted by this deployment that have the desired template spec. */
  updatedReplicas?: number
  /** Total number of non-terminating pods targeted by this Deployment with a Ready Condition. */
  readyReplicas?: number
  /** Total number of available non-terminating pods (ready for at least minReadySeconds) targeted by this deployment. */
  availableReplicas?: number
  /** Total number of unavailable pods targeted by this deployment. */
  unavailableReplicas?: number
  /** Total number of terminating pods targeted by this deployment. */
  terminatingReplicas?: number
  /** Represents the latest available observations of a deployment's current state. */
  conditions?: DeploymentCondition[]
  /** Count of hash collisions for the Deployment. */
  collisionCount?: number
}

/** DeploymentStrategy describes how to replace existing pods with new ones. */
export interface DeploymentStrategy {
  /** Type of deployment. */
  type?: string
  /** Rolling update config params. */
  rollingUpdate?: RollingUpdateDeployment
}

/** ReplicaSet ensures that a specified number of pod replicas are running at any given time. */
export interface ReplicaSet {
  apiVersion?: 'apps/v1'
  kind?: 'ReplicaSet'
  /** If the Labels of a ReplicaSet are empty, they are defaulted to be the same as the Pod(s) that the ReplicaSet manages. */
  metadata?: ObjectMeta
  /** Spec defines the specification of the desired behavior of the ReplicaSet. */
  spec?: ReplicaSetSpec
  /** Status is the most recently observed status of the ReplicaSet. */
  status?: ReplicaSetStatus
}

/** ReplicaSetCondition describes the state of a replica set at a certain point. */
export interface ReplicaSetCondition {
  /** Type of replica set condition. */
  type: string
  /** Status of the condition, one of True, False, Unknown. */
  status: string
  /** The last time the condition transitioned from one status to another. */
  lastTransitionTime?: string
  /** The reason for the condition's last transition. */
  reason?: string
  /** A human readable message indicating details about the transition. */
  message?: string
}

/** ReplicaSetList is a collection of ReplicaSets. */
export interface ReplicaSetList {
  apiVersion?: 'apps/v1'
  kind?: 'ReplicaSetList'
  /** Standard list metadata. */
  metadata?: ListMeta
  /** List of ReplicaSets. */
  items: ReplicaSet[]
}

/** ReplicaSetSpec is the specification of a ReplicaSet. */
export interface ReplicaSetSpec {
  /** Replicas is the number of desired pods. */
  replicas?: number
  /** Minimum number of seconds for which a newly created pod should be ready without any of its container crashing, for it to be considered available. */
  minReadySeconds?: number
  /** Selector is a label query over pods that should match the replica count. */
  selector: LabelSelector
  /** Template is the object that describes the pod that will be created if insufficient replicas are detected. */
  template?: PodTemplateSpec
}

/** ReplicaSetStatus represents the current status of a ReplicaSet. */
export interface ReplicaSetStatus {
  /** Replicas is the most recently observed number of non-terminating pods. */
  replicas: number
  /** The number of non-terminating pods that have labels matching the labels of the pod template of the replicaset. */
  fullyLabeledReplicas?: number
  /** The number of non-terminating pods targeted by this ReplicaSet with a Ready Condition. */
  readyReplicas?: number
  /** The number of available non-terminating pods (ready for at least minReadySeconds) for this replica set. */
  availableReplicas?: number
  /** The number of terminating pods for this replica set. */
  terminatingReplicas?: number
  /** ObservedGeneration reflects the generation of the most recently observed ReplicaSet. */
  observedGeneration?: number
  /** Represents the latest available observations of a replica set's current state. */
  conditions?: ReplicaSetCondition[]
}

/** Spec to control the desired behavior of daemon set rolling update. */
export interface RollingUpdateDaemonSet {
  /** The maximum number of DaemonSet pods that can be unavailable during the update. */
  maxUnavailable?: number | string
  /** The maximum number of nodes with an existing available DaemonSet pod that can have an updated DaemonSet pod during during an update. */
  maxSurge?: number | string
}

/** Spec to control the desired behavior of rolling update. */
export interface RollingUpdateDeployment {
  /** The maximum number of pods that can be unavailable during the update. */
  maxUnavailable?: number | string
  /** The maximum number of pods that can be scheduled above the desired number of pods. */
  maxSurge?: number | string
}

/** RollingUpdateStatefulSetStrategy is used to communicate parameter for RollingUpdateStatefulSetStrategyType. */
export interface RollingUpdateStatefulSetStrategy {
  /** Partition indicates the ordinal at which the StatefulSet should be partitioned for updates. */
  partition?: number
  /** The maximum number of pods that can be unavailable during the update. */
  maxUnavailable?: number | string
}

/** StatefulSet represents a set of pods with consistent identities. */
export interface StatefulSet {
  apiVersion?: 'apps/v1'
  kind?: 'StatefulSet'
  /** Standard object's metadata. */
  metadata?: ObjectMeta
  /** Spec defines the desired identities of pods in this set. */
  spec?: StatefulSetSpec
  /** Status is the current status of Pods in this StatefulSet. */
  status?: StatefulSetStatus
}

/** StatefulSetCondition describes the state of a statefulset at a certain point. */
export interface StatefulSetCondition {
  /** Type of statefulset condition. */
  type: string
  /** Status of the condition, one of True, False, Unknown. */
  status: string
  /** Last time the condition transitioned from one status to another. */
  lastTransitionTime?: string
  /** The reason for the condition's last transition. */
  reason?: string
  /** A human readable message indicating details about the transition. */
  message?: string
}

/** StatefulSetList is a collection of StatefulSets. */
export interface StatefulSetList {
  apiVersion?: 'apps/v1'
  kind?: 'StatefulSetList'
  /** Standard list's metadata. */
  metadata?: ListMeta
  /** Items is the list of stateful sets. */
  items: StatefulSet[]
}

/** StatefulSetOrdinals describes the policy used for replica ordinal assignment in this StatefulSet. */
export interface StatefulSetOrdinals {
  /** start is the number representing the first replica's index. */
  start?: number
}

/** StatefulSetPersistentVolumeClaimRetentionPolicy describes the policy used for PVCs created from the StatefulSet VolumeClaimTemplates. */
export interface StatefulSetPersistentVolumeClaimRetentionPolicy {
  /** WhenDeleted specifies what happens to PVCs created from StatefulSet VolumeClaimTemplates when the StatefulSet is deleted. */
  whenDeleted?: string
  /** WhenScaled specifies what happens to PVCs created from StatefulSet VolumeClaimTemplates when the StatefulSet is scaled down. */
  whenScaled?: string
}

/** A StatefulSetSpec is the specification of a StatefulSet. */
export interface StatefulSetSpec {
  /** replicas is the desired number of replicas of the given Template. */
  replicas?: number
  /** selector is a label query over pods that should match the replica count. */
  selector: LabelSelector
  /** template is the object that describes the pod that will be created if insufficient replicas are detected. */
  template: PodTemplateSpec
  /** volumeClaimTemplates is a list of claims that pods are allowed to reference. */
  volumeClaimTemplates?: PersistentVolumeClaim[]
  /** serviceName is the name of the service that governs this StatefulSet. */
  serviceName?: string
  /** podManagementPolicy controls how pods are created during initial scale up, when replacing pods on nodes, or when scaling down. */
  podManagementPolicy?: string
  /** updateStrategy indicates the StatefulSetUpdateStrategy that will be employed to update Pods in the StatefulSet when a revision is made to Template. */
  updateStrategy?: StatefulSetUpdateStrategy
  /** revisionHistoryLimit is the maximum number of revisions that will be maintained in the StatefulSet's revision history. */
  revisionHistoryLimit?: number
  /** Minimum number of seconds for which a newly created pod should be ready without any of its container crashing for it to be considered available. */
  minReadySeconds?: number
  /** persistentVolumeClaimRetentionPolicy describes the lifecycle of persistent volume claims created from volumeClaimTemplates. */
  persistentVolumeClaimRetentionPolicy?: StatefulSetPersistentVolumeClaimRetentionPolicy
  /** ordinals controls the numbering of replica indices in a StatefulSet. */
  ordinals?: StatefulSetOrdinals
}

/** StatefulSetStatus represents the current state of a StatefulSet. */
export interface StatefulSetStatus {
  /** observedGeneration is the most recent generation observed for this StatefulSet. */
  observedGeneration?: number
  /** replicas is the number of Pods created by the StatefulSet controller. */
  replicas: number
  /** readyReplicas is the number of pods created for this StatefulSet with a Ready Condition. */
  readyReplicas?: number
  /** currentReplicas is the number of Pods created by the StatefulSet controller from the StatefulSet version indicated by currentRevision. */
  currentReplicas?: number
  /** updatedReplicas is the number of Pods created by the StatefulSet controller from the StatefulSet version indicated by updateRevision. */
  updatedReplicas?: number
  /** currentRevision, if not empty, indicates the version of the StatefulSet used to generate Pods in the sequence [0,currentReplicas). */
  currentRevision?: string
  /** updateRevision, if not empty, indicates the version of the StatefulSet used to generate Pods in the sequence [replicas-updatedReplicas,replicas) */
  updateRevision?: string
  /** collisionCount is the count of hash collisions for the StatefulSet. */
  collisionCount?: number
  /** Represents the latest available observations of a statefulset's current state. */
  conditions?: StatefulSetCondition[]
  /** Total number of available pods (ready for at least minReadySeconds) targeted by this statefulset. */
  availableReplicas?: number
}

/** StatefulSetUpdateStrategy indicates the strategy that the StatefulSet controller will use to perform updates. */
export interface StatefulSetUpdateStrategy {
  /** Type indicates the type of the StatefulSetUpdateStrategy. */
  type?: string
  /** RollingUpdate is used to communicate parameters when Type is RollingUpdateStatefulSetStrategyType. */
  rollingUpdate?: RollingUpdateStatefulSetStrategy
}
