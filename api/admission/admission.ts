import type { ClusterView, ResourceDefinition, TransactionDraft, WriteContext } from '../resource/definition.ts'
import type { ApiObject } from '../resource/object.ts'

export interface AdmissionRequest {
  operation: 'CREATE' | 'UPDATE' | 'DELETE'
  definition: ResourceDefinition
  subresource: string
  namespace: string
  name: string
  /** The object as it will be, for admission to change; undefined for DELETE. */
  object: ApiObject | undefined
  /** Undefined for CREATE. */
  current: ApiObject | undefined
  context: WriteContext
  view: ClusterView
  /** What a plugin read and relied on goes in here as preconditions; a change of it makes admission run again. */
  draft: TransactionDraft
}

/**
 * One step of the pipeline, between defaulting and validation. Refuses by throwing ApiError. It runs again from the
 * start on fresh state when a precondition fails, so it must not have effects of its own.
 */
export interface AdmissionPlugin {
  name: string
  /** Changes the object. Runs before any `validate`. */
  mutate?(request: AdmissionRequest): void | Promise<void>
  /** Looks only. */
  validate?(request: AdmissionRequest): void | Promise<void>
}

export class Admission {
  #plugins: AdmissionPlugin[]

  constructor(plugins: AdmissionPlugin[]) {
    this.#plugins = [...plugins]
  }

  /** Behind those already there. Before the first request. */
  add(plugin: AdmissionPlugin): void {
    this.#plugins.push(plugin)
  }

  async mutate(request: AdmissionRequest): Promise<void> {
    for (const plugin of this.#plugins) await plugin.mutate?.(request)
  }

  async validate(request: AdmissionRequest): Promise<void> {
    for (const plugin of this.#plugins) await plugin.validate?.(request)
  }
}
