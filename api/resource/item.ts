import type { Revision } from '../../mesh/store/store.ts'
import { FieldsText } from '../patch/created-fields.ts'
import type { ApiObject } from './object.ts'

const decoder = new TextDecoder()
const metadataMark = Buffer.from('"metadata":{')
/** `"resourceVersion":"",` and the digits of the largest safe integer. */
const versionRoom = 40
const quote = 0x22
/** In text before spec and status nothing else can be it: labels and annotations are strings. */
const fieldsMark = '"fieldsV1":0'

/**
 * How an object is stored: JSON, the fields in the order kind, apiVersion, metadata, rest, and without
 * resourceVersion: that is the revision of the key, written in when the object is served.
 */
export function storedBytes(object: ApiObject): Uint8Array {
  const { kind, apiVersion, metadata, ...rest } = object
  const { resourceVersion: _, ...storedMetadata } = metadata
  const { managedFields } = storedMetadata as { managedFields?: { fieldsV1?: unknown }[] }
  const only = managedFields?.length === 1 ? managedFields[0] : undefined
  const stored = { kind, apiVersion, metadata: storedMetadata, ...rest }
  if (!(only?.fieldsV1 instanceof FieldsText)) return Buffer.from(JSON.stringify(stored))
  // Half of a new object is its fieldsV1, which is text already: it goes in as it is, in the place of a number.
  const { text: fields } = only.fieldsV1
  const json = JSON.stringify({ ...stored, metadata: { ...storedMetadata, managedFields: [{ ...only, fieldsV1: 0 }] } })
  const place = json.indexOf(fieldsMark) + fieldsMark.length
  const head = json.slice(0, place - 1)
  const tail = json.slice(place)
  const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(json) - 1 + Buffer.byteLength(fields))
  let end = bytes.write(head)
  end += bytes.write(fields, end)
  bytes.write(tail, end)
  return bytes
}

/** One object as the cache holds it: bytes, parsed only when somebody must look inside. Immutable. */
export class Item {
  #object: WeakRef<ApiObject> | undefined

  constructor(
    /** The store's key. */
    readonly key: string,
    /** '' for cluster-scoped objects. */
    readonly namespace: string,
    readonly name: string,
    /** As stored: without resourceVersion. Owned by the store, read only. */
    readonly value: Uint8Array,
    readonly revision: Revision,
  ) {}

  /** Shared: must not be changed. */
  get object(): ApiObject {
    const known = this.#object?.deref()
    if (known) return known
    const object = this.parse()
    this.#object = new WeakRef(object)
    return object
  }

  /** A fresh copy for the caller to change. */
  parse(): ApiObject {
    const object = JSON.parse(decoder.decode(this.value)) as ApiObject
    object.metadata.resourceVersion = String(this.revision)
    return object
  }

  /** The object as JSON with its resourceVersion, without parsing it. */
  json(): Buffer {
    const json = Buffer.allocUnsafeSlow(this.value.length + this.#versionText().length)
    this.#splice(json, 0, 0)
    return json
  }

  /** Room that `writeListed` needs at most. */
  get listedRoom(): number {
    return this.value.length + versionRoom
  }

  /** Writes the object as it stands in a typed list, without kind and apiVersion; says where it ends. */
  writeListed(target: Buffer, at: number): number {
    const start = this.#metadataAt() - 1
    const end = this.#splice(target, at, start)
    target[at] = 0x7b
    return end
  }

  /** Copies from `start` on, with the resourceVersion put in; says where it ends. */
  #splice(target: Buffer, at: number, start: number): number {
    const { value } = this
    const split = this.#metadataAt() + metadataMark.length
    target.set(start === 0 ? value.subarray(0, split) : value.subarray(start, split), at)
    let end = at + split - start
    end += target.write(this.#versionText(split), end, 'latin1')
    target.set(value.subarray(split), end)
    return end + value.length - split
  }

  #versionText(split = this.#metadataAt() + metadataMark.length): string {
    return `"resourceVersion":"${this.revision}"${this.value[split] === 0x7d ? '' : ','}`
  }

  /** After `{"kind":"..","apiVersion":"..",`, whose names hold no quotes: looking for it costs more than counting. */
  #metadataAt(): number {
    const { value } = this
    let at = 0
    for (let quotes = 0; quotes < 8 && at < value.length; at++) if (value[at] === quote) quotes++
    at++
    for (let index = 0; index < metadataMark.length; index++) {
      if (value[at + index] !== metadataMark[index]) throw new Error(`${this.key} is not in stored form`)
    }
    return at
  }

  /** The same state under another resourceVersion: what a DELETED event shows. */
  at(revision: Revision): Item {
    return new Item(this.key, this.namespace, this.name, this.value, revision)
  }
}
