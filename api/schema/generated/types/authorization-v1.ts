// Made by scripts/generate from the Kubernetes 1.36 API types. Do not edit.
import type { FieldSelectorRequirement, LabelSelectorRequirement, ObjectMeta } from './meta-v1.ts'

/** FieldSelectorAttributes indicates a field limited access. */
export interface FieldSelectorAttributes {
  /** rawSelector is the serialization of a field selector that would be included in a query parameter. */
  rawSelector?: string
  /** requirements is the parsed interpretation of a field selector. */
  requirements?: FieldSelectorRequirement[]
}

/** LabelSelectorAttributes indicates a label limited access. */
export interface LabelSelectorAttributes {
  /** rawSelector is the serialization of a field selector that would be included in a query parameter. */
  rawSelector?: string
  /** requirements is the parsed interpretation of a label selector. */
  requirements?: LabelSelectorRequirement[]
}

/** LocalSubjectAccessReview checks whether or not a user or group can perform an action in a given namespace. */
export interface LocalSubjectAccessReview {
  apiVersion?: 'authorization.k8s.io/v1'
  kind?: 'LocalSubjectAccessReview'
  /** metadata is the standard list metadata. */
  metadata?: ObjectMeta
  /** spec holds information about the request being evaluated. */
  spec: SubjectAccessReviewSpec
  /** status is filled in by the server and indicates whether the request is allowed or not */
  status?: SubjectAccessReviewStatus
}

/** NonResourceAttributes includes the authorization attributes available for non-resource requests to the Authorizer interface */
export interface NonResourceAttributes {
  /** path is the URL path of the request */
  path?: string
  /** verb is the standard HTTP verb */
  verb?: string
}

/** NonResourceRule holds information that describes a rule for the non-resource */
export interface NonResourceRule {
  /** verbs is a list of kubernetes non-resource API verbs, like: get, post, put, delete, patch, head, options. */
  verbs: string[]
  /** nonResourceURLs is a set of partial urls that a user should have access to. */
  nonResourceURLs?: string[]
}

/** ResourceAttributes includes the authorization attributes available for resource requests to the Authorizer interface */
export interface ResourceAttributes {
  /** namespace is the namespace of the action being requested. */
  namespace?: string
  /** verb is a kubernetes resource API verb, like: get, list, watch, create, update, delete, proxy. */
  verb?: string
  /** group is the API Group of the Resource. */
  group?: string
  /** version is the API Version of the Resource. */
  version?: string
  /** resource is one of the existing resource types. */
  resource?: string
  /** subresource is one of the existing resource types. */
  subresource?: string
  /** name is the name of the resource being requested for a "get" or deleted for a "delete". */
  name?: string
  /** fieldSelector describes the limitation on access based on field. */
  fieldSelector?: FieldSelectorAttributes
  /** labelSelector describes the limitation on access based on labels. */
  labelSelector?: LabelSelectorAttributes
}

/** ResourceRule is the list of actions the subject is allowed to perform on resources. */
export interface ResourceRule {
  /** verbs is a list of kubernetes resource API verbs, like: get, list, watch, create, update, delete, proxy. */
  verbs: string[]
  /** apiGroups is the name of the APIGroup that contains the resources. */
  apiGroups?: string[]
  /** resources is a list of resources this rule applies to. */
  resources?: string[]
  /** resourceNames is an optional white list of names that the rule applies to. */
  resourceNames?: string[]
}

/** SelfSubjectAccessReview checks whether or the current user can perform an action. */
export interface SelfSubjectAccessReview {
  apiVersion?: 'authorization.k8s.io/v1'
  kind?: 'SelfSubjectAccessReview'
  /** metadata is the standard list metadata. */
  metadata?: ObjectMeta
  /** spec holds information about the request being evaluated. */
  spec: SelfSubjectAccessReviewSpec
  /** status is filled in by the server and indicates whether the request is allowed or not */
  status?: SubjectAccessReviewStatus
}

/** SelfSubjectAccessReviewSpec is a description of the access request. */
export interface SelfSubjectAccessReviewSpec {
  /** resourceAttributes describes information for a resource access request */
  resourceAttributes?: ResourceAttributes
  /** nonResourceAttributes describes information for a non-resource access request */
  nonResourceAttributes?: NonResourceAttributes
}

/** SelfSubjectRulesReview enumerates the set of actions the current user can perform within a namespace. */
export interface SelfSubjectRulesReview {
  apiVersion?: 'authorization.k8s.io/v1'
  kind?: 'SelfSubjectRulesReview'
  /** metadata is the standard list metadata. */
  metadata?: ObjectMeta
  /** spec holds information about the request being evaluated. */
  spec: SelfSubjectRulesReviewSpec
  /** status is filled in by the server and indicates the set of actions a user can perform. */
  status?: SubjectRulesReviewStatus
}

/** SelfSubjectRulesReviewSpec defines the specification for SelfSubjectRulesReview. */
export interface SelfSubjectRulesReviewSpec {
  /** namespace to evaluate rules for. */
  namespace?: string
}

/** SubjectAccessReview checks whether or not a user or group can perform an action. */
export interface SubjectAccessReview {
  apiVersion?: 'authorization.k8s.io/v1'
  kind?: 'SubjectAccessReview'
  /** metadata is the standard list metadata. */
  metadata?: ObjectMeta
  /** spec holds information about the request being evaluated */
  spec: SubjectAccessReviewSpec
  /** status is filled in by the server and indicates whether the request is allowed or not */
  status?: SubjectAccessReviewStatus
}

/** SubjectAccessReviewSpec is a description of the access request. */
export interface SubjectAccessReviewSpec {
  /** resourceAttributes describes information for a resource access request */
  resourceAttributes?: ResourceAttributes
  /** nonResourceAttributes describes information for a non-resource access request */
  nonResourceAttributes?: NonResourceAttributes
  /** user is the user you're testing for. */
  user?: string
  /** groups is the groups you're testing for. */
  groups?: string[]
  /** extra corresponds to the user.Info.GetExtra() method from the authenticator. */
  extra?: Record<string, string[]>
  /** uid information about the requesting user. */
  uid?: string
}

/** SubjectAccessReviewStatus */
export interface SubjectAccessReviewStatus {
  /** allowed is required. */
  allowed: boolean
  /** denied is optional. */
  denied?: boolean
  /** reason is optional. */
  reason?: string
  /** evaluationError is an indication that some error occurred during the authorization check. */
  evaluationError?: string
}

/** SubjectRulesReviewStatus contains the result of a rules check. */
export interface SubjectRulesReviewStatus {
  /** resourceRules is the list of actions the subject is allowed to perform on resources. */
  resourceRules: ResourceRule[]
  /** nonResourceRules is the list of actions the subject is allowed to perform on non-resources. */
  nonResourceRules: NonResourceRule[]
  /** incomplete is true when the rules returned by this call are incomplete. */
  incomplete: boolean
  /** evaluationError can appear in combination with Rules. */
  evaluationError?: string
}
