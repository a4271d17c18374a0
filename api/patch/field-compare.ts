/** How two objects differ, in the eyes of server-side apply. Source: structured-merge-diff/v6/typed/compare.go. */
import { equalJson, getKey, isObject } from '../schema/json-value.ts'
import { FieldSet, fieldElement, type PathElement } from './field-set.ts'
import type { FieldType } from './field-type.ts'
import {
  actualType,
  elementOf,
  grouped,
  isEmpty,
  isSameShape,
  type ListType,
  type ObjectType,
  typeOfKey,
} from './field-walk.ts'

export interface Comparison {
  added: FieldSet
  removed: FieldSet
  modified: FieldSet
}

export function compareFields(before: unknown, after: unknown, type: FieldType): Comparison {
  const result: Comparison = { added: new FieldSet(), removed: new FieldSet(), modified: new FieldSet() }
  compareValues(before, after, type, [], result)
  return result
}

function compareValues(
  before: unknown,
  after: unknown,
  declared: FieldType,
  path: PathElement[],
  result: Comparison,
): void {
  const type = actualType(declared, after === undefined ? before : after)
  if (path.length > 0 && (before === undefined || after === undefined)) {
    const present = before === undefined ? after : before
    const side = before === undefined ? result.added : result.removed
    if (present !== undefined) side.graft(path, everythingBelow(present, type))
    return
  }
  const isChanged = before !== undefined && after !== undefined && !isSameShape(before, after, declared)
  if (type.kind === 'leaf' || isChanged || (isEmpty(before) && isEmpty(after))) {
    compareLeaves(before, after, path, result)
    return
  }
  if (type.kind === 'object') compareObjects(before, after, type, path, result)
  else compareLists(before, after, type, path, result)
}

/** All that comes or goes with a value: every node of it. */
function everythingBelow(value: unknown, declared: FieldType): FieldSet {
  const set = new FieldSet()
  const type = actualType(declared, value)
  const add = (element: PathElement, item: unknown, inner: FieldType) => {
    set.members.add(element)
    const below = everythingBelow(item, inner)
    if (!below.isEmpty) set.children.set(element, below)
  }
  if (type.kind === 'object' && isObject(value)) {
    for (const key of Object.keys(value)) add(fieldElement(key), value[key], typeOfKey(type, key))
  } else if (type.kind === 'keyed' && Array.isArray(value)) {
    for (const [element, items] of grouped(value, type))
      add(element, items.length === 1 ? items[0] : null, type.element)
  } else if (type.kind === 'set' && Array.isArray(value)) {
    for (const item of value) set.members.add(elementOf(item, type))
  }
  return set
}

function compareLeaves(before: unknown, after: unknown, path: PathElement[], result: Comparison): void {
  if (path.length > 0 && !equalJson(before, after)) result.modified.insert(path)
}

function compareObjects(
  before: unknown,
  after: unknown,
  type: ObjectType,
  path: PathElement[],
  result: Comparison,
): void {
  const old = isObject(before) ? before : {}
  const now = isObject(after) ? after : {}
  const visit = (key: string) => {
    path.push(fieldElement(key))
    compareValues(getKey(old, key), getKey(now, key), typeOfKey(type, key), path, result)
    path.pop()
  }
  for (const key of Object.keys(now)) if (now[key] !== old[key] || !Object.hasOwn(old, key)) visit(key)
  for (const key of Object.keys(old)) if (!Object.hasOwn(now, key)) visit(key)
}

function compareLists(before: unknown, after: unknown, type: ListType, path: PathElement[], result: Comparison): void {
  const old = grouped(Array.isArray(before) ? before : [], type)
  const now = grouped(Array.isArray(after) ? after : [], type)
  const inner: FieldType = type.kind === 'keyed' ? type.element : { kind: 'leaf', holds: 'value' }
  for (const element of new Set([...old.keys(), ...now.keys()])) {
    const at = [...path, element]
    const [was, is] = [old.get(element) ?? [], now.get(element) ?? []]
    if (was.length > 1 && is.length > 1) {
      if (!equalJson(was, is)) result.modified.insert(at)
    } else if (was.length > 1) {
      if (is.length === 1) compareValues(undefined, is[0], inner, at, result)
      result.removed.insert(at)
    } else if (is.length > 1) {
      if (was.length === 1) compareValues(was[0], undefined, inner, at, result)
      result.added.insert(at)
    } else compareValues(was[0], is[0], inner, at, result)
  }
}
