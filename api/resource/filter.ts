import type { Item } from './item.ts'
import { type ApiObject, valueAt } from './object.ts'
import {
  type FieldRequirement,
  type LabelRequirement,
  matchesFields,
  matchesLabels,
  parseFieldSelector,
  parseLabelSelector,
} from './selector.ts'

/** Fields a resource can be selected by, beside metadata.name and metadata.namespace, and how to read them. */
export type SelectableFields = Record<string, (object: ApiObject) => string>

const always = ['metadata.name', 'metadata.namespace']

/** A selectable field that is simply the value at its own path; absent is ''. */
export function atPath(path: string): (object: ApiObject) => string {
  const names = path.split('.')
  return (object) => {
    const value = valueAt(object, names)
    return value === undefined || value === null ? '' : String(value)
  }
}

/** Which items of a resource a list or watch is about. Name and namespace are judged without parsing the object. */
export class ItemFilter {
  readonly namespace: string
  #name: string | undefined
  #labels: LabelRequirement[]
  #fields: FieldRequirement[]
  #fieldReaders: SelectableFields

  /** Throws BadRequest for a selector that cannot be parsed. */
  constructor(
    options: { namespace?: string; labelSelector?: string; fieldSelector?: string; name?: string },
    fields: SelectableFields = {},
  ) {
    this.namespace = options.namespace ?? ''
    this.#name = options.name
    this.#labels = parseLabelSelector(options.labelSelector ?? '')
    this.#fieldReaders = fields
    const supported = new Set([...always, ...Object.keys(fields)])
    const requirements = parseFieldSelector(options.fieldSelector ?? '', supported)
    this.#fields = []
    for (const requirement of requirements) {
      if (requirement.field === 'metadata.name' && requirement.equal && this.#name === undefined) {
        this.#name = requirement.value
      } else this.#fields.push(requirement)
    }
  }

  /** The one name this filter lets through, when there is one. */
  get name(): string | undefined {
    return this.#name
  }

  /** No selector beside namespace and name. */
  get matchesAll(): boolean {
    return this.#labels.length === 0 && this.#fields.length === 0
  }

  /** Namespace and name fit. */
  covers(item: Item): boolean {
    if (this.namespace !== '' && item.namespace !== this.namespace) return false
    return this.#name === undefined || item.name === this.#name
  }

  matches(item: Item): boolean {
    if (!this.covers(item)) return false
    if (this.matchesAll) return true
    const { object } = item
    if (!matchesLabels(this.#labels, object.metadata.labels)) return false
    return matchesFields(this.#fields, (field) => {
      if (field === 'metadata.name') return item.name
      if (field === 'metadata.namespace') return item.namespace
      return this.#fieldReaders[field]!(object)
    })
  }
}
