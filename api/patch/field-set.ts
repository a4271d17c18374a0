/**
 * Sets of field paths, as server-side apply keeps them for each manager, and their text form `fieldsV1`. A path element
 * is written as there: `f:name` a field or map key, `k:{"name":"x"}` an element of a list by its keys, `v:"x"` by its
 * value, `i:0` by its place. Source: sigs.k8s.io/structured-merge-diff/v6/fieldpath.
 */

import type { JsonObject } from '../schema/conform.ts'
import { isObject } from '../schema/json-value.ts'

export type PathElement = string

/** The text of a fieldsV1 is damaged. */
export class FieldSetError extends Error {
  override readonly name = 'FieldSetError'
}

/** Deeper ones are refused. */
const maxDepth = 200

/** Not changed once built: all operations give new sets, which may share parts. */
export class FieldSet {
  readonly members = new Set<PathElement>()
  readonly children = new Map<PathElement, FieldSet>()

  static of(...paths: PathElement[][]): FieldSet {
    const set = new FieldSet()
    for (const path of paths) set.insert(path)
    return set
  }

  /** Only while the set is being built. */
  insert(path: readonly PathElement[]): void {
    let node: FieldSet = this
    for (let i = 0; i < path.length - 1; i++) {
      const element = path[i]!
      let child = node.children.get(element)
      if (!child) {
        child = new FieldSet()
        node.children.set(element, child)
      }
      node = child
    }
    const last = path.at(-1)
    if (last !== undefined) node.members.add(last)
  }

  /** Puts a whole set below a path, which becomes a member itself. Only while the set is being built. */
  graft(path: readonly PathElement[], below: FieldSet): void {
    this.insert(path)
    if (below.isEmpty) return
    let node: FieldSet = this
    for (const element of path.slice(0, -1)) node = node.children.get(element)!
    node.children.set(path.at(-1)!, below)
  }

  /** What the paths begin with. */
  *firstElements(): Generator<PathElement> {
    yield* this.members
    yield* this.children.keys()
  }

  get isEmpty(): boolean {
    return this.members.size === 0 && this.children.size === 0
  }

  has(path: readonly PathElement[]): boolean {
    let node: FieldSet | undefined = this
    for (const element of path.slice(0, -1)) node = node?.children.get(element)
    return node?.members.has(path.at(-1)!) ?? false
  }

  union(other: FieldSet): FieldSet {
    const result = new FieldSet()
    for (const element of this.members) result.members.add(element)
    for (const element of other.members) result.members.add(element)
    for (const [element, child] of this.children) {
      const more = other.children.get(element)
      result.children.set(element, more ? child.union(more) : child)
    }
    for (const [element, child] of other.children) if (!this.children.has(element)) result.children.set(element, child)
    return result
  }

  intersection(other: FieldSet): FieldSet {
    const result = new FieldSet()
    for (const element of this.members) if (other.members.has(element)) result.members.add(element)
    for (const [element, child] of this.children) {
      const more = other.children.get(element)
      if (more) result.adopt(element, child.intersection(more))
    }
    return result
  }

  /** Without the other's paths; what lies below them stays. */
  difference(other: FieldSet): FieldSet {
    return this.subtract(other, false)
  }

  /** Without the other's paths and all that lies below them. */
  recursiveDifference(other: FieldSet): FieldSet {
    return this.subtract(other, true)
  }

  private subtract(other: FieldSet, recursive: boolean): FieldSet {
    const result = new FieldSet()
    for (const element of this.members) if (!other.members.has(element)) result.members.add(element)
    for (const [element, child] of this.children) {
      if (recursive && other.members.has(element)) continue
      const less = other.children.get(element)
      result.adopt(element, less ? child.subtract(less, recursive) : child)
    }
    return result
  }

  private adopt(element: PathElement, child: FieldSet): void {
    if (!child.isEmpty) this.children.set(element, child)
  }

  equals(other: FieldSet): boolean {
    if (this.members.size !== other.members.size || this.children.size !== other.children.size) return false
    for (const element of this.members) if (!other.members.has(element)) return false
    for (const [element, child] of this.children) {
      const more = other.children.get(element)
      if (!more?.equals(child)) return false
    }
    return true
  }

  /** All paths, those of a node before those below it. */
  *paths(prefix: readonly PathElement[] = []): Generator<PathElement[]> {
    for (const element of [...this.members].sort()) yield [...prefix, element]
    for (const element of [...this.children.keys()].sort()) {
      yield* this.children.get(element)!.paths([...prefix, element])
    }
  }

  toFieldsV1(): JsonObject {
    const fields: JsonObject = {}
    const elements = new Set([...this.members, ...this.children.keys()])
    for (const element of [...elements].sort()) {
      const below = this.children.get(element)?.toFieldsV1()
      if (!below) fields[element] = {}
      else fields[element] = this.members.has(element) ? { '.': {}, ...below } : below
    }
    return fields
  }

  /** Throws FieldSetError for what is no fieldsV1. */
  static fromFieldsV1(fields: unknown, depth = 0): FieldSet {
    if (!isObject(fields) || depth > maxDepth) throw new FieldSetError('fieldsV1 must be an object of objects')
    const set = new FieldSet()
    for (const [key, value] of Object.entries(fields)) {
      if (key === '.') continue
      const element = canonicalElement(key)
      const below = FieldSet.fromFieldsV1(value, depth + 1)
      const isMember = below.isEmpty || (isObject(value) && Object.hasOwn(value, '.'))
      if (isMember) set.members.add(element)
      if (!below.isEmpty) set.children.set(element, below)
    }
    return set
  }
}

function canonicalElement(key: string): PathElement {
  const content = key.slice(2)
  try {
    if (key.startsWith('f:')) return key
    if (key.startsWith('v:')) return `v:${JSON.stringify(JSON.parse(content))}`
    if (key.startsWith('k:')) return keyElement(JSON.parse(content) as JsonObject)
    if (/^i:\d+$/.test(key)) return key
  } catch {
    // Told below.
  }
  throw new FieldSetError(`fieldsV1 has an invalid path element: ${key}`)
}

export const fieldElement = (name: string): PathElement => `f:${name}`
export const valueElement = (value: unknown): PathElement => `v:${JSON.stringify(value)}`

/** Keys in the order of their names. */
export function keyElement(keys: JsonObject): PathElement {
  const names = Object.keys(keys).sort()
  return `k:{${names.map((name) => `${JSON.stringify(name)}:${JSON.stringify(keys[name])}`).join(',')}}`
}

/** `.spec.containers[name="nginx"].image`, as conflicts name fields. */
export function pathText(path: readonly PathElement[]): string {
  return path.map((element) => elementText(element)).join('')
}

function elementText(element: PathElement): string {
  const content = element.slice(2)
  if (element.startsWith('f:')) return `.${content}`
  if (element.startsWith('i:')) return `[${content}]`
  if (element.startsWith('v:')) return `[=${content}]`
  const keys = JSON.parse(content) as JsonObject
  return `[${Object.entries(keys)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(',')}]`
}
