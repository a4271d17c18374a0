/**
 * What is known of the built-in kinds: their fields, as on the wire and as in JSON, with everything that decoding,
 * defaulting, patching and documentation need. Built from the generated tables one message at a time, when first met.
 */
import { tables } from './generated/tables.ts'

export type Scalar = 'string' | 'bytes' | 'bool' | 'int32' | 'int64' | 'uint32' | 'uint64' | 'double' | 'float'

/** Messages whose JSON is not an object of their fields, e.g. a time as an RFC 3339 string. */
export type SpecialForm =
  | 'time'
  | 'microTime'
  | 'duration'
  | 'quantity'
  | 'intOrString'
  | 'rawExtension'
  | 'rawJson'
  | 'stringList'
  | 'schemaOrArray'
  | 'schemaOrBool'
  | 'schemaOrStringArray'

export interface Field {
  /** Name in JSON; empty for an inlined message. */
  readonly json: string
  /** Name in the .proto file. */
  readonly proto: string
  readonly number: number
  readonly shape: 'single' | 'list' | 'map'
  /** Of the value, or of a list's elements or a map's values; 'message' when `schema` says what. */
  readonly type: Scalar | 'message'
  /** Only for type 'message'. */
  readonly schema: Schema | undefined
  /** Fields of `schema` stand in the parent's JSON object. */
  readonly inline: boolean
  /** Absent is told apart from zero (a pointer in Go). */
  readonly pointer: boolean
  /** A zero value is left out of JSON. */
  readonly omitempty: boolean
  readonly required: boolean
  readonly listType: 'atomic' | 'set' | 'map' | undefined
  readonly listMapKeys: readonly string[]
  /** The object or map is owned as a whole in server-side apply. */
  readonly atomic: boolean
  readonly patchStrategy: string | undefined
  readonly patchMergeKey: string | undefined
  /** Upstream's static default, a JSON value; undefined for none. */
  readonly default: unknown
  /** Name of a scalar's Go type where it has one, e.g. `PullPolicy`. */
  readonly goType: string
}

export interface Schema {
  /** e.g. `Pod`, `PodSpec`. */
  readonly name: string
  /** Generated file, e.g. `core-v1`; `plain` for the few messages outside any group. */
  readonly file: string
  /** Has apiVersion and kind of its own. */
  readonly isKind: boolean
  readonly form: SpecialForm | undefined
  readonly atomic: boolean
  /** As on the wire. */
  readonly fields: readonly Field[]
  /** As in JSON, inlined messages opened up. Without apiVersion and kind. */
  readonly properties: ReadonlyMap<string, Field>
}

/** Group-versions whose generated file is not named by the group's first label. */
const fileNames: Record<string, string> = {
  '/v1': 'core-v1',
  'rbac.authorization.k8s.io/v1': 'rbac-v1',
  'flowcontrol.apiserver.k8s.io/v1': 'flowcontrol-v1',
}

/** Kinds of meta/v1 that every group-version knows as its own. */
const metaKinds = new Set([
  ...['CreateOptions', 'DeleteOptions', 'GetOptions', 'ListOptions', 'PatchOptions', 'UpdateOptions', 'WatchEvent'],
  ...['Status', 'APIGroup', 'APIGroupList', 'APIResourceList', 'APIVersions'],
])

/** Schema of a kind (also of list kinds, options and subresource kinds); undefined when this build has none. */
export function schemaFor(group: string, version: string, kind: string): Schema | undefined {
  const file = metaKinds.has(kind) ? 'meta-v1' : fileOf(group, version)
  const schema = schemaOf(file, kind)
  return schema?.isKind || file === 'meta-v1' ? schema : undefined
}

/** Name of the generated file of a group-version, whether or not there is one. */
export function fileOf(group: string, version: string): string {
  return fileNames[`${group}/${version}`] ?? `${group.split('.')[0]}-${version}`
}

const indexes = new Map<string, Map<string, string>>()
const schemas = new Map<string, Schema>()

/** Schema of any message by generated file and name, e.g. `core-v1`, `PodSpec`. */
export function schemaOf(file: string, name: string): Schema | undefined {
  const key = `${file}.${name}`
  const known = schemas.get(key)
  if (known) return known
  const text = indexOf(file).get(name)
  if (text === undefined) return undefined
  const made = new MessageSchema(file, text)
  schemas.set(key, made)
  return made
}

/** Names of all messages of a generated file. */
export function messageNames(file: string): string[] {
  return [...indexOf(file).keys()]
}

/** Cuts a file's table into its messages. */
function indexOf(file: string): Map<string, string> {
  let index = indexes.get(file)
  if (index) return index
  index = new Map()
  for (const part of (tables[file] ?? '').split(/\n(?! )/)) {
    const name = /^\w+/.exec(part)?.[0]
    if (name) index.set(name, part)
  }
  indexes.set(file, index)
  return index
}

class MessageSchema implements Schema {
  readonly name: string
  readonly isKind: boolean
  readonly form: SpecialForm | undefined
  readonly atomic: boolean
  readonly fields: readonly Field[]
  #properties: ReadonlyMap<string, Field> | undefined

  constructor(
    readonly file: string,
    text: string,
  ) {
    const [head, ...lines] = text.trimEnd().split('\n')
    const [name, ...flags] = head!.split(' ')
    this.name = name!
    this.isKind = flags.includes('kind')
    this.atomic = flags.includes('struct=atomic')
    this.form = flags.find((flag) => flag.startsWith('form='))?.slice(5) as SpecialForm | undefined
    this.fields = lines.map((line) => new TableField(file, line.slice(1)))
  }

  get properties(): ReadonlyMap<string, Field> {
    this.#properties ??= new Map(
      this.fields.flatMap((f): [string, Field][] => (f.inline ? [...f.schema!.properties] : [[f.json, f]])),
    )
    return this.#properties
  }
}

class TableField implements Field {
  readonly json: string
  readonly proto: string
  readonly number: number
  readonly shape: 'single' | 'list' | 'map'
  readonly type: Scalar | 'message'
  readonly inline: boolean
  readonly pointer: boolean
  readonly omitempty: boolean
  readonly required: boolean
  readonly listType: 'atomic' | 'set' | 'map' | undefined
  readonly listMapKeys: readonly string[]
  readonly atomic: boolean
  readonly patchStrategy: string | undefined
  readonly patchMergeKey: string | undefined
  readonly default: unknown
  readonly goType: string
  readonly #reference: string
  #schema: Schema | undefined

  /** `jsonName number type flags attributes`; `default=` comes last and may hold spaces. */
  constructor(file: string, line: string) {
    const [json, number, type, flags, ...rest] = line.split(' ') as [string, string, string, string, ...string[]]
    const attribute = (name: string) => rest.find((part) => part.startsWith(`${name}=`))?.slice(name.length + 1)
    this.inline = flags.includes('n')
    this.json = this.inline ? '' : json
    this.proto = attribute('proto') ?? json
    this.number = Number(number)
    this.shape = type.startsWith('[]') ? 'list' : type.startsWith('{}') ? 'map' : 'single'
    const element = this.shape === 'single' ? type : type.slice(2)
    const isMessage = element.includes('.')
    this.type = isMessage ? 'message' : (element as Scalar)
    this.#reference = isMessage ? (element.startsWith('.') ? file + element : element) : ''
    this.pointer = flags.includes('p')
    this.omitempty = flags.includes('e')
    this.required = flags.includes('r')
    this.listType = attribute('list') as Field['listType']
    this.listMapKeys = attribute('keys')?.split(',') ?? []
    this.atomic = attribute('struct') === 'atomic' || attribute('map') === 'atomic'
    this.patchStrategy = attribute('patch')
    this.patchMergeKey = attribute('key')
    this.goType = attribute('go') ?? ''
    const standard = line.indexOf(' default=')
    this.default = standard === -1 ? undefined : JSON.parse(line.slice(standard + 9))
  }

  get schema(): Schema | undefined {
    if (this.#reference === '') return undefined
    this.#schema ??= schemaOf(...splitReference(this.#reference))
    return this.#schema
  }
}

function splitReference(reference: string): [string, string] {
  const dot = reference.lastIndexOf('.')
  return [reference.slice(0, dot), reference.slice(dot + 1)]
}
