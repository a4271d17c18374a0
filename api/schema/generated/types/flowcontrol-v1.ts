// Made by scripts/generate from the Kubernetes 1.36 API types. Do not edit.
import type { ListMeta, ObjectMeta } from './meta-v1.ts'

/** ExemptPriorityLevelConfiguration describes the configurable aspects of the handling of exempt requests. */
export interface ExemptPriorityLevelConfiguration {
  /** `nominalConcurrencyShares` (NCS) contributes to the computation of the NominalConcurrencyLimit (NominalCL) of this level. */
  nominalConcurrencyShares?: number
  /** `lendablePercent` prescribes the fraction of the level's NominalCL that can be borrowed by other priority levels. */
  lendablePercent?: number
}

/** FlowDistinguisherMethod specifies the method of a flow distinguisher. */
export interface FlowDistinguisherMethod {
  /** `type` is the type of flow distinguisher method The supported types are "ByUser" and "ByNamespace". */
  type: string
}

/** FlowSchema defines the schema of a group of flows. */
export interface FlowSchema {
  apiVersion?: 'flowcontrol.apiserver.k8s.io/v1'
  kind?: 'FlowSchema'
  /** `metadata` is the standard object's metadata. */
  metadata?: ObjectMeta
  /** `spec` is the specification of the desired behavior of a FlowSchema. */
  spec?: FlowSchemaSpec
  /** `status` is the current status of a FlowSchema. */
  status?: FlowSchemaStatus
}

/** FlowSchemaCondition describes conditions for a FlowSchema. */
export interface FlowSchemaCondition {
  /** `type` is the type of the condition. */
  type?: string
  /** `status` is the status of the condition. */
  status?: string
  /** `lastTransitionTime` is the last time the condition transitioned from one status to another. */
  lastTransitionTime?: string
  /** `reason` is a unique, one-word, CamelCase reason for the condition's last transition. */
  reason?: string
  /** `message` is a human-readable message indicating details about last transition. */
  message?: string
}

/** FlowSchemaList is a list of FlowSchema objects. */
export interface FlowSchemaList {
  apiVersion?: 'flowcontrol.apiserver.k8s.io/v1'
  kind?: 'FlowSchemaList'
  /** `metadata` is the standard list metadata. */
  metadata?: ListMeta
  /** `items` is a list of FlowSchemas. */
  items: FlowSchema[]
}

/** FlowSchemaSpec describes how the FlowSchema's specification looks like. */
export interface FlowSchemaSpec {
  /** `priorityLevelConfiguration` should reference a PriorityLevelConfiguration in the cluster. */
  priorityLevelConfiguration: PriorityLevelConfigurationReference
  /** `matchingPrecedence` is used to choose among the FlowSchemas that match a given request. */
  matchingPrecedence?: number
  /** `distinguisherMethod` defines how to compute the flow distinguisher for requests that match this schema. */
  distinguisherMethod?: FlowDistinguisherMethod
  /** `rules` describes which requests will match this flow schema. */
  rules?: PolicyRulesWithSubjects[]
}

/** FlowSchemaStatus represents the current state of a FlowSchema. */
export interface FlowSchemaStatus {
  /** `conditions` is a list of the current states of FlowSchema. */
  conditions?: FlowSchemaCondition[]
}

/** GroupSubject holds detailed information for group-kind subject. */
export interface GroupSubject {
  /** name is the user group that matches, or "*" to match all user groups. */
  name: string
}

/** LimitResponse defines how to handle requests that can not be executed right now. */
export interface LimitResponse {
  /** `type` is "Queue" or "Reject". */
  type: string
  /** `queuing` holds the configuration parameters for queuing. */
  queuing?: QueuingConfiguration
}

/** LimitedPriorityLevelConfiguration specifies how to handle requests that are subject to limits. */
export interface LimitedPriorityLevelConfiguration {
  /** `nominalConcurrencyShares` (NCS) contributes to the computation of the NominalConcurrencyLimit (NominalCL) of this level. */
  nominalConcurrencyShares?: number
  /** `limitResponse` indicates what to do with requests that can not be executed right now */
  limitResponse?: LimitResponse
  /** `lendablePercent` prescribes the fraction of the level's NominalCL that can be borrowed by other priority levels. */
  lendablePercent?: number
  /** `borrowingLimitPercent`, if present, configures a limit on how many seats this priority level can borrow from other priority levels. */
  borrowingLimitPercent?: number
}

/** NonResourcePolicyRule is a predicate that matches non-resource requests according to their verb and the target non-resource URL. */
export interface NonResourcePolicyRule {
  /** `verbs` is a list of matching verbs and may not be empty. */
  verbs: string[]
  /** `nonResourceURLs` is a set of url prefixes that a user should have access to and may not be empty. */
  nonResourceURLs: string[]
}

/** PolicyRulesWithSubjects prescribes a test that applies to a request to an apiserver. */
export interface PolicyRulesWithSubjects {
  /** subjects is the list of normal user, serviceaccount, or group that this rule cares about. */
  subjects: Subject[]
  /** `resourceRules` is a slice of ResourcePolicyRules that identify matching requests according to their verb and the target resource. */
  resourceRules?: ResourcePolicyRule[]
  /** `nonResourceRules` is a list of NonResourcePolicyRules that identify matching requests according to their verb and the target non-resource URL. */
  nonResourceRules?: NonResourcePolicyRule[]
}

/** PriorityLevelConfiguration represents the configuration of a priority level. */
export interface PriorityLevelConfiguration {
  apiVersion?: 'flowcontrol.apiserver.k8s.io/v1'
  kind?: 'PriorityLevelConfiguration'
  /** `metadata` is the standard object's metadata. */
  metadata?: ObjectMeta
  /** `spec` is the specification of the desired behavior of a "request-priority". */
  spec?: PriorityLevelConfigurationSpec
  /** `status` is the current status of a "request-priority". */
  status?: PriorityLevelConfigurationStatus
}

/** PriorityLevelConfigurationCondition defines the condition of priority level. */
export interface PriorityLevelConfigurationCondition {
  /** `type` is the type of the condition. */
  type?: string
  /** `status` is the status of the condition. */
  status?: string
  /** `lastTransitionTime` is the last time the condition transitioned from one status to another. */
  lastTransitionTime?: string
  /** `reason` is a unique, one-word, CamelCase reason for the condition's last transition. */
  reason?: string
  /** `message` is a human-readable message indicating details about last transition. */
  message?: string
}

/** PriorityLevelConfigurationList is a list of PriorityLevelConfiguration objects. */
export interface PriorityLevelConfigurationList {
  apiVersion?: 'flowcontrol.apiserver.k8s.io/v1'
  kind?: 'PriorityLevelConfigurationList'
  /** `metadata` is the standard object's metadata. */
  metadata?: ListMeta
  /** `items` is a list of request-priorities. */
  items: PriorityLevelConfiguration[]
}

/** PriorityLevelConfigurationReference contains information that points to the "request-priority" being used. */
export interface PriorityLevelConfigurationReference {
  /** `name` is the name of the priority level configuration being referenced Required. */
  name: string
}

/** PriorityLevelConfigurationSpec specifies the configuration of a priority level. */
export interface PriorityLevelConfigurationSpec {
  /** `type` indicates whether this priority level is subject to limitation on request execution. */
  type: string
  /** `limited` specifies how requests are handled for a Limited priority level. */
  limited?: LimitedPriorityLevelConfiguration
  /** `exempt` specifies how requests are handled for an exempt priority level. */
  exempt?: ExemptPriorityLevelConfiguration
}

/** PriorityLevelConfigurationStatus represents the current state of a "request-priority". */
export interface PriorityLevelConfigurationStatus {
  /** `conditions` is the current state of "request-priority". */
  conditions?: PriorityLevelConfigurationCondition[]
}

/** QueuingConfiguration holds the configuration parameters for queuing */
export interface QueuingConfiguration {
  /** `queues` is the number of queues for this priority level. */
  queues?: number
  /** `handSize` is a small positive number that configures the shuffle sharding of requests into queues. */
  handSize?: number
  /** `queueLengthLimit` is the maximum number of requests allowed to be waiting in a given queue of this priority level at a time; excess requests are rejected. */
  queueLengthLimit?: number
}

/** ResourcePolicyRule is a predicate that matches some resource requests, testing the request's verb and the target resource. */
export interface ResourcePolicyRule {
  /** `verbs` is a list of matching verbs and may not be empty. */
  verbs: string[]
  /** `apiGroups` is a list of matching API groups and may not be empty. */
  apiGroups: string[]
  /** `resources` is a list of matching resources (i.e., lowercase and plural) with, if desired, subresource. */
  resources: string[]
  /** `clusterScope` indicates whether to match requests that do not specify a namespace (which happens either because the resource is not namespaced or the request targets all namespaces). */
  clusterScope?: boolean
  /** `namespaces` is a list of target namespaces that restricts matches. */
  namespaces?: string[]
}

/** ServiceAccountSubject holds detailed information for service-account-kind subject. */
export interface ServiceAccountSubject {
  /** `namespace` is the namespace of matching ServiceAccount objects. */
  namespace: string
  /** `name` is the name of matching ServiceAccount objects, or "*" to match regardless of name. */
  name: string
}

/** Subject matches the originator of a request, as identified by the request authentication system. */
export interface Subject {
  /** `kind` indicates which one of the other fields is non-empty. */
  kind: string
  /** `user` matches based on username. */
  user?: UserSubject
  /** `group` matches based on user group name. */
  group?: GroupSubject
  /** `serviceAccount` matches ServiceAccounts. */
  serviceAccount?: ServiceAccountSubject
}

/** UserSubject holds detailed information for user-kind subject. */
export interface UserSubject {
  /** `name` is the username that matches, or "*" to match all usernames. */
  name: string
}
