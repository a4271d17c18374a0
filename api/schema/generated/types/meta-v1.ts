// Made by scripts/generate from the Kubernetes 1.36 API types. Do not edit.

/** APIGroup contains the name, the supported versions, and the preferred version of a group. */
export interface APIGroup {
  apiVersion?: string
  kind?: 'APIGroup'
  /** name is the name of the group. */
  name: string
  /** versions are the versions supported in this group. */
  versions: GroupVersionForDiscovery[]
  /** preferredVersion is the version preferred by the API server, which probably is the storage version. */
  preferredVersion?: GroupVersionForDiscovery
  /** a map of client CIDR to server address that is serving this group. */
  serverAddressByClientCIDRs?: ServerAddressByClientCIDR[]
}

/** APIGroupList is a list of APIGroup, to allow clients to discover the API at /apis. */
export interface APIGroupList {
  apiVersion?: string
  kind?: 'APIGroupList'
  /** groups is a list of APIGroup. */
  groups: APIGroup[]
}

/** APIResource specifies the name of a resource and whether it is namespaced. */
export interface APIResource {
  /** name is the plural name of the resource. */
  name: string
  /** singularName is the singular name of the resource. */
  singularName: string
  /** namespaced indicates if a resource is namespaced or not. */
  namespaced: boolean
  /** group is the preferred group of the resource. */
  group?: string
  /** version is the preferred version of the resource. */
  version?: string
  /** kind is the kind for the resource (e.g. */
  kind: string
  /** verbs is a list of supported kube verbs (this includes get, list, watch, create, update, patch, delete, deletecollection, and proxy) */
  verbs: string[]
  /** shortNames is a list of suggested short names of the resource. */
  shortNames?: string[]
  /** categories is a list of the grouped resources this resource belongs to (e.g. */
  categories?: string[]
  /** The hash value of the storage version, the version this resource is converted to when written to the data store. */
  storageVersionHash?: string
}

/** APIResourceList is a list of APIResource, it is used to expose the name of the resources supported in a specific group and version, and if the resource is namespaced. */
export interface APIResourceList {
  apiVersion?: string
  kind?: 'APIResourceList'
  /** groupVersion is the group and version this APIResourceList is for. */
  groupVersion: string
  /** resources contains the name of the resources and if they are namespaced. */
  resources: APIResource[]
}

/** APIVersions lists the versions that are available, to allow clients to discover the API at /api, which is the root path of the legacy v1 API. */
export interface APIVersions {
  apiVersion?: string
  kind?: 'APIVersions'
  /** versions are the api versions that are available. */
  versions: string[]
  /** a map of client CIDR to server address that is serving this group. */
  serverAddressByClientCIDRs: ServerAddressByClientCIDR[]
}

/** ApplyOptions may be provided when applying an API object. */
export interface ApplyOptions {
  apiVersion?: string
  kind?: 'ApplyOptions'
  /** When present, indicates that modifications should not be persisted. */
  dryRun?: string[]
  /** Force is going to "force" Apply requests. */
  force: boolean
  /** fieldManager is a name associated with the actor or entity that is making these changes. */
  fieldManager: string
}

/** Condition contains details for one aspect of the current state of this API Resource. */
export interface Condition {
  /** type of condition in CamelCase or in foo.example.com/CamelCase. */
  type: string
  /** status of the condition, one of True, False, Unknown. */
  status: string
  /** observedGeneration represents the .metadata.generation that the condition was set based upon. */
  observedGeneration?: number
  /** lastTransitionTime is the last time the condition transitioned from one status to another. */
  lastTransitionTime: string
  /** reason contains a programmatic identifier indicating the reason for the condition's last transition. */
  reason: string
  /** message is a human readable message indicating details about the transition. */
  message: string
}

/** CreateOptions may be provided when creating an API object. */
export interface CreateOptions {
  apiVersion?: string
  kind?: 'CreateOptions'
  /** When present, indicates that modifications should not be persisted. */
  dryRun?: string[]
  /** fieldManager is a name associated with the actor or entity that is making these changes. */
  fieldManager?: string
  /** fieldValidation instructs the server on how to handle objects in the request (POST/PUT/PATCH) containing unknown or duplicate fields. */
  fieldValidation?: string
}

/** DeleteOptions may be provided when deleting an API object. */
export interface DeleteOptions {
  apiVersion?: string
  kind?: 'DeleteOptions'
  /** The duration in seconds before the object should be deleted. */
  gracePeriodSeconds?: number
  /** Must be fulfilled before a deletion is carried out. */
  preconditions?: Preconditions
  /** Deprecated: please use the PropagationPolicy, this field will be deprecated in 1.7. */
  orphanDependents?: boolean
  /** Whether and how garbage collection will be performed. */
  propagationPolicy?: string
  /** When present, indicates that modifications should not be persisted. */
  dryRun?: string[]
  /** if set to true, it will trigger an unsafe deletion of the resource in case the normal deletion flow fails with a corrupt object error. */
  ignoreStoreReadErrorWithClusterBreakingPotential?: boolean
}

/** FieldSelectorRequirement is a selector that contains values, a key, and an operator that relates the key and values. */
export interface FieldSelectorRequirement {
  /** key is the field selector key that the requirement applies to. */
  key: string
  /** operator represents a key's relationship to a set of values. */
  operator: string
  /** values is an array of string values. */
  values?: string[]
}

/** GetOptions is the standard query options to the standard REST get call. */
export interface GetOptions {
  apiVersion?: string
  kind?: 'GetOptions'
  /** resourceVersion sets a constraint on what resource versions a request may be served from. */
  resourceVersion?: string
}

/** GroupKind specifies a Group and a Kind, but does not force a version. */
export interface GroupKind {
  group: string
  kind: string
}

/** GroupResource specifies a Group and a Resource, but does not force a version. */
export interface GroupResource {
  group: string
  resource: string
}

/** GroupVersion contains the "group" and the "version", which uniquely identifies the API. */
export interface GroupVersion {
  group: string
  version: string
}

/** GroupVersion contains the "group/version" and "version" string of a version. */
export interface GroupVersionForDiscovery {
  /** groupVersion specifies the API group and version in the form "group/version" */
  groupVersion: string
  /** version specifies the version in the form of "version". */
  version: string
}

/** GroupVersionKind unambiguously identifies a kind. */
export interface GroupVersionKind {
  group: string
  version: string
  kind: string
}

/** GroupVersionResource unambiguously identifies a resource. */
export interface GroupVersionResource {
  group: string
  version: string
  resource: string
}

/** A label selector is a label query over a set of resources. */
export interface LabelSelector {
  /** matchLabels is a map of {key,value} pairs. */
  matchLabels?: Record<string, string>
  /** matchExpressions is a list of label selector requirements. */
  matchExpressions?: LabelSelectorRequirement[]
}

/** A label selector requirement is a selector that contains values, a key, and an operator that relates the key and values. */
export interface LabelSelectorRequirement {
  /** key is the label key that the selector applies to. */
  key: string
  /** operator represents a key's relationship to a set of values. */
  operator: string
  /** values is an array of string values. */
  values?: string[]
}

/** List holds a list of objects, which may not be known by the server. */
export interface List {
  apiVersion?: string
  kind?: 'List'
  /** Standard list metadata. */
  metadata?: ListMeta
  /** List of objects */
  items: Record<string, unknown>[]
}

/** ListMeta describes metadata that synthetic resources must have, including lists and various status objects. */
export interface ListMeta {
  /** Deprecated: selfLink is a legacy read-only field that is no longer populated by the system. */
  selfLink?: string
  /** String that identifies the server's internal version of this object that can be used by clients to determine when objects have changed. */
  resourceVersion?: string
  /** continue may be set if the user set a limit on the number of items returned, and indicates that the server has more data available. */
  continue?: string
  /** remainingItemCount is the number of subsequent items in the list which are not included in this list response. */
  remainingItemCount?: number
  /** shardInfo is set when the list is a filtered subset of the full collection, as selected by a shard selector on the request. */
  shardInfo?: ShardInfo
}

/** ListOptions is the query options to a standard REST list call. */
export interface ListOptions {
  apiVersion?: string
  kind?: 'ListOptions'
  /** A selector to restrict the list of returned objects by their labels. */
  labelSelector?: string
  /** A selector to restrict the list of returned objects by their fields. */
  fieldSelector?: string
  /** Watch for changes to the described resources and return them as a stream of add, update, and remove notifications. */
  watch?: boolean
  /** allowWatchBookmarks requests watch events with type "BOOKMARK". */
  allowWatchBookmarks?: boolean
  /** resourceVersion sets a constraint on what resource versions a request may be served from. */
  resourceVersion?: string
  /** resourceVersionMatch determines how resourceVersion is applied to list calls. */
  resourceVersionMatch?: string
  /** Timeout for the list/watch call. */
  timeoutSeconds?: number
  /** limit is a maximum number of responses to return for a list call. */
  limit?: number
  /** The continue option should be set when retrieving more results from the server. */
  continue?: string
  /** `sendInitialEvents=true` may be set together with `watch=true`. */
  sendInitialEvents?: boolean
  /** shardSelector restricts the list of returned objects using a CEL-based shard selector expression. */
  shardSelector?: string
}

/** ManagedFieldsEntry is a workflow-id, a FieldSet and the group version of the resource that the fieldset applies to. */
export interface ManagedFieldsEntry {
  /** Manager is an identifier of the workflow managing these fields. */
  manager?: string
  /** Operation is the type of operation which lead to this ManagedFieldsEntry being created. */
  operation?: string
  /** APIVersion defines the version of this resource that this field set applies to. */
  apiVersion?: string
  /** Time is the timestamp of when the ManagedFields entry was added. */
  time?: string
  /** FieldsType is the discriminator for the different fields format and version. */
  fieldsType?: string
  /** FieldsV1 holds the first JSON version format as described in the "FieldsV1" type. */
  fieldsV1?: unknown
  /** Subresource is the name of the subresource used to update that object, or empty string if the object was updated through the main resource. */
  subresource?: string
}

/** ObjectMeta is metadata that all persisted resources must have, which includes all objects users must create. */
export interface ObjectMeta {
  /** Name must be unique within a namespace. */
  name?: string
  /** GenerateName is an optional prefix, used by the server, to generate a unique name ONLY IF the Name field has not been provided. */
  generateName?: string
  /** Namespace defines the space within which each name must be unique. */
  namespace?: string
  /** Deprecated: selfLink is a legacy read-only field that is no longer populated by the system. */
  selfLink?: string
  /** UID is the unique in time and space value for this object. */
  uid?: string
  /** An opaque value that represents the internal version of this object that can be used by clients to determine when objects have changed. */
  resourceVersion?: string
  /** A sequence number representing a specific generation of the desired state. */
  generation?: number
  /** CreationTimestamp is a timestamp representing the server time when this object was created. */
  creationTimestamp?: string
  /** DeletionTimestamp is RFC 3339 date and time at which this resource will be deleted. */
  deletionTimestamp?: string
  /** Number of seconds allowed for this object to gracefully terminate before it will be removed from the system. */
  deletionGracePeriodSeconds?: number
  /** Map of string keys and values that can be used to organize and categorize (scope and select) objects. */
  labels?: Record<string, string>
  /** Annotations is an unstructured key value map stored with a resource that may be set by external tools to store and retrieve arbitrary metadata. */
  annotations?: Record<string, string>
  /** List of objects depended by this object. */
  ownerReferences?: OwnerReference[]
  /** Must be empty before the object is deleted from the registry. */
  finalizers?: string[]
  /** ManagedFields maps workflow-id and version to the set of fields that are managed by that workflow. */
  managedFields?: ManagedFieldsEntry[]
}

/** OwnerReference contains enough information to let you identify an owning object. */
export interface OwnerReference {
  /** API version of the referent. */
  apiVersion: string
  /** Kind of the referent. */
  kind: string
  /** Name of the referent. */
  name: string
  /** UID of the referent. */
  uid: string
  /** If true, this reference points to the managing controller. */
  controller?: boolean
  /** If true, AND if the owner has the "foregroundDeletion" finalizer, then the owner cannot be deleted from the key-value store until this reference is removed. */
  blockOwnerDeletion?: boolean
}

/** PartialObjectMetadata is a generic representation of any object with ObjectMeta. */
export interface PartialObjectMetadata {
  apiVersion?: string
  kind?: 'PartialObjectMetadata'
  /** Standard object's metadata. */
  metadata?: ObjectMeta
}

/** PartialObjectMetadataList contains a list of objects containing only their metadata */
export interface PartialObjectMetadataList {
  apiVersion?: string
  kind?: 'PartialObjectMetadataList'
  /** Standard list metadata. */
  metadata?: ListMeta
  /** items contains each of the included items. */
  items: PartialObjectMetadata[]
}

export interface Patch {
}

/** PatchOptions may be provided when patching an API object. */
export interface PatchOptions {
  apiVersion?: string
  kind?: 'PatchOptions'
  /** When present, indicates that modifications should not be persisted. */
  dryRun?: string[]
  /** Force is going to "force" Apply requests. */
  force?: boolean
  /** fieldManager is a name associated with the actor or entity that is making these changes. */
  fieldManager?: string
  /** fieldValidation instructs the server on how to handle objects in the request (POST/PUT/PATCH) containing unknown or duplicate fields. */
  fieldValidation?: string
}

/** Preconditions must be fulfilled before an operation (update, delete, etc.) is carried out. */
export interface Preconditions {
  /** Specifies the target UID. */
  uid?: string
  /** Specifies the target ResourceVersion */
  resourceVersion?: string
}

/** RootPaths lists the paths available at root. */
export interface RootPaths {
  /** paths are the paths available at root. */
  paths: string[]
}

/** ServerAddressByClientCIDR helps the client to determine the server address that they should use, depending on the clientCIDR that they match. */
export interface ServerAddressByClientCIDR {
  /** The CIDR with which clients can match their IP to figure out the server address that they should use. */
  clientCIDR: string
  /** Address of this server, suitable for a client that matches the above CIDR. */
  serverAddress: string
}

/** ShardInfo describes the shard selector that was applied to produce a list response. */
export interface ShardInfo {
  /** selector is the shard selector string from the request, echoed back so clients can verify which shard they received and merge responses from multiple shards. */
  selector: string
}

/** Status is a return value for calls that don't return other objects. */
export interface Status {
  apiVersion?: string
  kind?: 'Status'
  /** Standard list metadata. */
  metadata?: ListMeta
  /** Status of the operation. */
  status?: string
  /** A human-readable description of the status of this operation. */
  message?: string
  /** A machine-readable description of why this operation is in the "Failure" status. */
  reason?: string
  /** Extended data associated with the reason. */
  details?: StatusDetails
  /** Suggested HTTP return code for this status, 0 if not set. */
  code?: number
}

/** StatusCause provides more information about an api.Status failure, including cases when multiple errors are encountered. */
export interface StatusCause {
  /** A machine-readable description of the cause of the error. */
  reason?: string
  /** A human-readable description of the cause of the error. */
  message?: string
  /** The field of the resource that has caused this error, as named by its JSON serialization. */
  field?: string
}

/** StatusDetails is a set of additional properties that MAY be set by the server to provide additional information about a response. */
export interface StatusDetails {
  /** The name attribute of the resource associated with the status StatusReason (when there is a single name which can be described). */
  name?: string
  /** The group attribute of the resource associated with the status StatusReason. */
  group?: string
  /** The kind attribute of the resource associated with the status StatusReason. */
  kind?: string
  /** UID of the resource. */
  uid?: string
  /** The Causes array includes more details associated with the StatusReason failure. */
  causes?: StatusCause[]
  /** If specified, the time in seconds before the operation should be retried. */
  retryAfterSeconds?: number
}

/** TableOptions are used when a Table is requested by the caller. */
export interface TableOptions {
  apiVersion?: string
  kind?: 'TableOptions'
  /** includeObject decides whether to include each object along with its columnar information. */
  includeObject?: string
}

/** TypeMeta describes an individual object in an API response or request with strings representing the type of the object and its API schema version. */
export interface TypeMeta {
  /** Kind is a string value representing the REST resource this object represents. */
  kind?: string
  /** APIVersion defines the versioned schema of this representation of an object. */
  apiVersion?: string
}

/** UpdateOptions may be provided when updating an API object. */
export interface UpdateOptions {
  apiVersion?: string
  kind?: 'UpdateOptions'
  /** When present, indicates that modifications should not be persisted. */
  dryRun?: string[]
  /** fieldManager is a name associated with the actor or entity that is making these changes. */
  fieldManager?: string
  /** fieldValidation instructs the server on how to handle objects in the request (POST/PUT/PATCH) containing unknown or duplicate fields. */
  fieldValidation?: string
}

/** Event represents a single event to a watched resource. */
export interface WatchEvent {
  type: string
  /** Object is: * If Type is Added or Modified: the new state of the object. */
  object: Record<string, unknown>
}
