/** JSON patch (RFC 6902). Limits as upstream's API server sets them for evanphx/json-patch. */
import type { JsonObject } from '../schema/conform.ts'
import { copyJson, equalJson, getKey, isObject, setKey } from '../schema/json-value.ts'
import { PatchError } from './patch-error.ts'

/** Operations a patch may have. */
export const maxOperations = 10_000
/** What all `copy` operations of a patch together may copy, as JSON text. */
const maxCopiedChars = 3 * 1024 * 1024

type Container = JsonObject | unknown[]

/** Neither argument is changed. Throws PatchError: BadRequest for no patch, Invalid for one that does not apply. */
export function jsonPatch(object: JsonObject, patch: unknown): JsonObject {
  if (!Array.isArray(patch)) throw new PatchError('BadRequest', 'a JSON patch must be a list of operations')
  if (patch.length > maxOperations) {
    throw new PatchError(
      'RequestEntityTooLarge',
      `The allowed maximum operations in a JSON patch is ${maxOperations}, got ${patch.length}`,
    )
  }
  const document = new Document(copyJson(object))
  for (const operation of patch) document.apply(operation)
  if (!isObject(document.root)) throw new PatchError('Invalid', 'the patch leaves no object')
  return document.root
}

class Document {
  private copiedChars = 0

  constructor(public root: unknown) {}

  apply(operation: unknown): void {
    if (!isObject(operation)) throw new PatchError('BadRequest', 'an operation of a JSON patch must be an object')
    const { op } = operation
    const path = pointer(operation, 'path')
    if (op === 'add') this.add(path, copyJson(valueIn(operation)))
    else if (op === 'replace') this.replace(path, copyJson(valueIn(operation)))
    else if (op === 'remove') this.remove(path)
    else if (op === 'test') this.test(path, operation.value ?? null)
    else if (op === 'move') this.add(path, this.remove(pointer(operation, 'from')))
    else if (op === 'copy') this.copy(pointer(operation, 'from'), path)
    else throw new PatchError('Invalid', `Unexpected kind: ${String(op)}`)
  }

  private add(path: Pointer, value: unknown): void {
    if (path.keys.length === 0) {
      this.root = value
      return
    }
    const [container, key] = this.parent(path, 'add')
    if (!Array.isArray(container)) setKey(container, key, value)
    else container.splice(index(container, key, path, 'add', container.length), 0, value)
  }

  private replace(path: Pointer, value: unknown): void {
    if (path.keys.length === 0) {
      this.root = value
      return
    }
    const [container, key] = this.parent(path, 'replace')
    if (Array.isArray(container)) {
      container[index(container, key, path, 'replace', container.length - 1)] = value
      return
    }
    if (!Object.hasOwn(container, key)) throw missing('replace', path)
    setKey(container, key, value)
  }

  private remove(path: Pointer): unknown {
    if (path.keys.length === 0) throw new PatchError('Invalid', 'the whole object cannot be removed by a patch')
    const [container, key] = this.parent(path, 'remove')
    if (Array.isArray(container))
      return container.splice(index(container, key, path, 'remove', container.length - 1), 1)[0]
    if (!Object.hasOwn(container, key)) throw missing('remove', path)
    const value = container[key]
    delete container[key]
    return value
  }

  private test(path: Pointer, expected: unknown): void {
    let value: unknown
    try {
      value = this.read(path, 'test')
    } catch (error) {
      // A missing value equals null, as upstream has it.
      if (expected !== null) throw error
      return
    }
    if (!equalJson(value, expected)) throw new PatchError('Invalid', `testing value ${path.text} failed: test failed`)
  }

  private copy(from: Pointer, path: Pointer): void {
    const value = copyJson(this.read(from, 'copy'))
    this.copiedChars += JSON.stringify(value).length
    if (this.copiedChars > maxCopiedChars) {
      throw new PatchError('Invalid', `the patch copies more than the limit of ${maxCopiedChars} bytes`)
    }
    this.add(path, value)
  }

  private read(path: Pointer, operation: string): unknown {
    if (path.keys.length === 0) return this.root
    const [container, key] = this.parent(path, operation)
    if (Array.isArray(container)) return container[index(container, key, path, operation, container.length - 1)]
    if (!Object.hasOwn(container, key)) throw missing(operation, path)
    return container[key]
  }

  /** The container of what the pointer points to, and the last key. */
  private parent(path: Pointer, operation: string): [Container, string] {
    let value = this.root
    for (const key of path.keys.slice(0, -1)) {
      if (Array.isArray(value)) value = value[index(value, key, path, operation, value.length - 1)]
      else value = isObject(value) ? getKey(value, key) : undefined
    }
    if (!Array.isArray(value) && !isObject(value)) throw missing(operation, path)
    return [value, path.keys.at(-1)!]
  }
}

interface Pointer {
  text: string
  keys: string[]
}

function pointer(operation: JsonObject, name: 'path' | 'from'): Pointer {
  const text = operation[name]
  if (typeof text !== 'string') throw new PatchError('Invalid', `an operation of the patch has no ${name}`)
  if (text === '') return { text, keys: [] }
  if (!text.startsWith('/')) throw new PatchError('Invalid', `${name} ${JSON.stringify(text)} must begin with a slash`)
  return {
    text,
    keys: text
      .slice(1)
      .split('/')
      .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~')),
  }
}

function valueIn(operation: JsonObject): unknown {
  if (!Object.hasOwn(operation, 'value')) {
    throw new PatchError('Invalid', `${operation.op} operation at ${operation.path} has no value`)
  }
  return operation.value
}

/** `-` is one past the end; negative numbers count from the end, as upstream's library allows. */
function index(list: unknown[], key: string, path: Pointer, operation: string, last: number): number {
  if (key === '-' && operation === 'add') return list.length
  if (!/^-?(0|[1-9]\d*)$/.test(key)) {
    throw new PatchError('Invalid', `${operation} operation does not apply: ${path.text} is a list, ${key} is no index`)
  }
  const number = Number(key)
  const found = number < 0 ? number + last + 1 : number
  if (found < 0 || found > last) {
    throw new PatchError(
      'Invalid',
      `${operation} operation does not apply: doc is missing path: ${path.text}: index out of bounds`,
    )
  }
  return found
}

function missing(operation: string, path: Pointer): PatchError {
  return new PatchError(
    'Invalid',
    `${operation} operation does not apply: doc is missing path: ${path.text}: missing value`,
  )
}
