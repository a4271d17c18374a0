import type { ApiObject } from './object.ts'
import type { Registry } from './registry.ts'
import { notFound } from './status.ts'
import type { Target } from './write.ts'

/** POST to a subresource that takes an object of another kind: binding, eviction, token. Answers with an object. */
export type SubresourceAction = (registry: Registry, target: Target, body: ApiObject) => Promise<ApiObject>

/** By `<group>/<resource>/<subresource>`. */
export class SubresourceActions {
  #actions = new Map<string, SubresourceAction>()

  add(group: string, resource: string, subresource: string, action: SubresourceAction): this {
    this.#actions.set(`${group}/${resource}/${subresource}`, action)
    return this
  }

  find(group: string, resource: string, subresource: string): SubresourceAction | undefined {
    return this.#actions.get(`${group}/${resource}/${subresource}`)
  }

  /** Throws NotFound for a subresource that has no such action. */
  async run(registry: Registry, target: Target, subresource: string, body: ApiObject): Promise<ApiObject> {
    const { definition } = target
    const action = this.find(definition.group, definition.resource, subresource)
    if (!action) throw notFound({ ...definition, resource: `${definition.resource}/${subresource}` }, target.name)
    return await action(registry, target, body)
  }
}
