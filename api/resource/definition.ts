import type { Revision, TransactionClass } from '../../mesh/store/store.ts'
import type { ResourceRef } from '../client/client.ts'
import type { Resource } from '../schema/resource.ts'
import type { SelectableFields } from './filter.ts'
import type { ApiObject } from './object.ts'
import type { FieldCause } from './status.ts'
import type { IndexedValues, ValueIndex } from './value-index.ts'

export interface UserInfo {
  name: string
  uid?: string
  groups: string[]
  extra?: Record<string, string[]>
}

/** Who asks for a write, and how. */
export interface WriteContext {
  user: UserInfo
  /** A part of this process: what it may do was decided when it was written. */
  isTrusted?: boolean
  dryRun?: boolean
  fieldManager?: string
  /** The revision whose event made the caller act. */
  cause?: Revision
  /** Raft term of a leader-only loop. */
  term?: number
  /** Adds a line to the response's Warning headers. */
  warn(message: string): void
}

/** What must hold, and what else changes, in the transaction that writes an object. */
export interface TransactionDraft {
  preconditions: { key: string; revision: Revision }[]
  changes: { key: string; value: Uint8Array | null }[]
}

/** How a strategy sees the rest of the cluster: at the newest revision this node has. */
export interface ClusterView {
  nowMs: number
  /** The object, with the revision to make a precondition of. */
  get(ref: Pick<ResourceRef, 'group' | 'resource'>, namespace: string, name: string): SeenObject | undefined
  list(ref: Pick<ResourceRef, 'group' | 'resource'>, namespace?: string): ApiObject[]
  /** Which of these values some object has. */
  index(ref: Pick<ResourceRef, 'group' | 'resource'>, valuesOf: IndexedValues): Pick<ValueIndex, 'has'>
}

export interface SeenObject {
  object: ApiObject
  key: string
  revision: Revision
}

/** Where a kind needs more than the generic rules. All functions change `object`, a copy of their own, or return. */
export interface Strategy {
  /** Beside metadata.name and metadata.namespace. */
  fields?: SelectableFields
  /** metadata.generation counts changes of everything but metadata and status. */
  hasGeneration?: boolean
  /** A status that comes with a create stays: a kubelet registers its node so. Upstream: nodeStrategy.PrepareForCreate. */
  keepsStatusOnCreate?: boolean
  /** Class of writes to the main resource; `status` of those to its status. Default durable. */
  transactionClass?: { main?: TransactionClass; status?: TransactionClass }
  /** Objects go away by themselves this long after their last write. */
  ttlMs?: number
  /** After defaulting: resets what clients may not set. The generic part has dropped status. */
  prepareForCreate?(object: ApiObject, view: ClusterView, context: WriteContext): void
  /** The generic part has restored status and metadata. */
  prepareForUpdate?(object: ApiObject, current: ApiObject, view: ClusterView, context: WriteContext): void
  /** The generic part has restored everything but status. */
  prepareForStatusUpdate?(object: ApiObject, current: ApiObject): void
  /** Beyond the schema. */
  validate?(object: ApiObject): FieldCause[]
  validateUpdate?(object: ApiObject, current: ApiObject): FieldCause[]
  /**
   * Claims what must be unique (addresses, ports) as keys of their own in the draft, and writes it into the object.
   * `object` undefined: deleted. Throws ApiError when nothing is free.
   */
  allocate?(
    object: ApiObject | undefined,
    current: ApiObject | undefined,
    draft: TransactionDraft,
    view: ClusterView,
  ): void
  /** Seconds between the request and the end; undefined: at once. Only pods have it. */
  gracePeriodSeconds?(object: ApiObject, asked: number | undefined): number
  /** On the way out: what the generic part does not know, e.g. a namespace's phase. True: keep the object. */
  beginDeletion?(object: ApiObject, view: ClusterView): boolean
  /** True when the object, already marked as deleted, may go now. Default: no finalizers are left. */
  mayVanish?(object: ApiObject): boolean
  /** DELETE answers with the object instead of a Status. */
  returnsDeleted?: boolean
}

/** A served resource: facts from the schema, how its objects are checked, the strategy, and where it is stored. */
export interface ResourceDefinition extends Resource {
  /** The group and version objects are stored under (events.k8s.io is stored as core/v1). */
  storage: { group: string; version: string }
  strategy: Strategy
  /** What status is before anybody wrote one; undefined when the kind has no status of its own. */
  emptyStatus(): Record<string, unknown> | undefined
  /** Fills what the client left out. */
  setDefaults(object: ApiObject): void
  validate(object: ApiObject): FieldCause[]
  validateUpdate?(object: ApiObject, current: ApiObject): FieldCause[]
}

export function hasStatus(definition: ResourceDefinition): boolean {
  return definition.subresources.some((subresource) => subresource.name === 'status')
}

export const adminUser: UserInfo = { name: 'system:apiserver', groups: ['system:masters'] }
