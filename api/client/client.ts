/**
 * The API as controllers, scheduler, worker and network see it: the same semantics as over HTTP (admission,
 * defaulting, resourceVersions, conflicts), without a socket. The only door to the cluster for these parts.
 */

/** What every object has; the generated kinds in `api/schema/generated` extend its shape structurally. */
export interface KubernetesObject {
  apiVersion?: string
  kind?: string
  metadata?: ObjectMetaLike
}

export interface ObjectMetaLike {
  name?: string
  namespace?: string
  uid?: string
  resourceVersion?: string
  labels?: Record<string, string>
  annotations?: Record<string, string>
  deletionTimestamp?: string
}

/** Names a resource; `T` is the type of its objects. Constants for the built-in ones: `api/client/resources.ts`. */
export interface ResourceRef<T extends KubernetesObject = KubernetesObject> {
  /** '' for the core group. */
  readonly group: string
  readonly version: string
  /** Lower-case plural, e.g. `deployments`. */
  readonly resource: string
  readonly kind: string
  readonly namespaced: boolean
  /** Never set: carries T. */
  readonly objectType?: T
}

export interface ReadOptions {
  /** Absent: linearizable. '0': whatever this node has. */
  resourceVersion?: string
}

export interface ListOptions extends ReadOptions {
  namespace?: string
  labelSelector?: string
  fieldSelector?: string
  limit?: number
  continue?: string
}

export interface WatchOptions {
  namespace?: string
  labelSelector?: string
  fieldSelector?: string
  /** Events after this one. Absent or '0': begin with synthetic ADDED events of the present state. */
  resourceVersion?: string
  signal?: AbortSignal
}

export interface WriteOptions {
  dryRun?: boolean
  fieldManager?: string
  /** The revision whose event made the caller act: recorded as the operation's cause. */
  cause?: string
}

export interface DeleteOptions extends WriteOptions {
  gracePeriodSeconds?: number
  propagationPolicy?: 'Orphan' | 'Background' | 'Foreground'
  preconditions?: { uid?: string; resourceVersion?: string }
}

export type PatchType = 'json' | 'merge' | 'strategic' | 'apply'

export interface PatchOptions extends WriteOptions {
  type: PatchType
  /** Apply only: take fields over from other managers. */
  force?: boolean
}

export interface ObjectList<T> {
  items: T[]
  metadata: { resourceVersion: string; continue?: string; remainingItemCount?: number }
}

export type WatchEvent<T> =
  | { type: 'ADDED' | 'MODIFIED' | 'DELETED'; object: T }
  | { type: 'BOOKMARK'; resourceVersion: string }

/** Subresources that take or give another kind of object are reached through `subresource`. */
export interface ResourceClient<T extends KubernetesObject> {
  get(name: string, options?: ReadOptions): Promise<T>
  list(options?: Omit<ListOptions, 'namespace'>): Promise<ObjectList<T>>
  /** Throws ApiError with reason Expired when the resourceVersion is too old: list again. */
  watch(options?: Omit<WatchOptions, 'namespace'>): AsyncIterable<WatchEvent<T>>
  create(object: T, options?: WriteOptions): Promise<T>
  update(object: T, options?: WriteOptions): Promise<T>
  updateStatus(object: T, options?: WriteOptions): Promise<T>
  patch(name: string, patch: unknown, options: PatchOptions, subresource?: string): Promise<T>
  delete(name: string, options?: DeleteOptions): Promise<void>
  /** POST to a subresource, e.g. `binding`, `eviction`, `token`. */
  createSubresource<B extends KubernetesObject, R extends KubernetesObject = B>(
    name: string,
    subresource: string,
    body: B,
    options?: WriteOptions,
  ): Promise<R>
}

/** Objects are shared and must not be changed by the caller: copy (structuredClone) before writing. */
export interface Client {
  /**
   * `namespace` selects one namespace; for namespaced resources without it, list and watch span all namespaces and
   * the other verbs use the object's own metadata.namespace.
   */
  resource<T extends KubernetesObject>(ref: ResourceRef<T>, namespace?: string): ResourceClient<T>
  /** A client whose writes are made as another user, e.g. `system:serviceaccount:kube-system:deployment-controller`. */
  as(user: string): Client
  /** A client whose writes carry this Raft term and are refused once it is over (leader-only loops). */
  fenced(term: number): Client
}

/** Kubernetes' Status as an error value. `reason` is upstream's, e.g. NotFound, AlreadyExists, Conflict, Expired. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  constructor(
    /** HTTP status. */
    readonly code: number,
    readonly reason: string,
    message: string,
    readonly details: StatusDetails = {},
  ) {
    super(message)
  }
}

export interface StatusDetails {
  name?: string
  group?: string
  kind?: string
  uid?: string
  causes?: { reason?: string; message?: string; field?: string }[]
  retryAfterSeconds?: number
}

export function isReason(error: unknown, reason: string): error is ApiError {
  return error instanceof ApiError && error.reason === reason
}
