import type { Revision } from '../../mesh/store/store.ts'
import type { ApiObject } from './object.ts'

const decoder = new TextDecoder()
const metadataMark = Buffer.from('"metadata":{')

/**
 * How an object is stored: JSON, the fields in the order kind, apiVersion, metadata, rest, and without
 * resourceVersion: that is the revision of the key, written in when the object is served.
 */
export function storedBytes(object: ApiObject): Uint8Array {
  const { kind, apiVersion, metadata, ...rest } = object
  const { resourceVersion: _, ...storedMetadata } = metadata
  return Buffer.from(JSON.stringify({ kind, apiVersion, metadata: storedMetadata, ...rest }))
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
    return this.#spliced(0)
  }

  /** As it stands in a typed list: without kind and apiVersion. */
  listedJson(): Buffer {
    return this.#spliced(1)
  }

  /** `from` 0: all of it; 1: from the metadata on, behind a brace of its own. */
  #spliced(from: 0 | 1): Buffer {
    const value = Buffer.from(this.value.buffer, this.value.byteOffset, this.value.byteLength)
    const at = value.indexOf(metadataMark)
    if (at < 0) throw new Error(`${this.key} is not in stored form: it has no metadata`)
    const split = at + metadataMark.length
    const version = `"resourceVersion":"${this.revision}"${value[split] === 0x7d ? '' : ','}`
    const start = from === 0 ? 0 : at - 1
    const json = Buffer.allocUnsafe(value.length - start + version.length)
    value.copy(json, 0, start, split)
    if (from === 1) json[0] = 0x7b
    json.write(version, split - start, 'latin1')
    value.copy(json, split - start + version.length, split)
    return json
  }

  /** The same state under another resourceVersion: what a DELETED event shows. */
  at(revision: Revision): Item {
    return new Item(this.key, this.namespace, this.name, this.value, revision)
  }
}
