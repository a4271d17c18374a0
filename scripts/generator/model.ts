/** Joins what the `.proto` and the Go files say into one description of every message. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { apiregistration } from './apiregistration.ts'
import { annotations, type GoField, type GoPackage, type GoStruct, parseGo, prose } from './golang.ts'
import { type GroupVersion, plainFolders, servedGroupVersions, typeGroupVersions } from './groups.ts'
import { type ProtoField, parseProto } from './proto.ts'

/** Messages whose JSON is not an object of their fields. */
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

const specialForms: Record<string, SpecialForm> = {
  'k8s.io.apimachinery.pkg.apis.meta.v1.Time': 'time',
  'k8s.io.apimachinery.pkg.apis.meta.v1.Timestamp': 'time',
  'k8s.io.apimachinery.pkg.apis.meta.v1.MicroTime': 'microTime',
  'k8s.io.apimachinery.pkg.apis.meta.v1.Duration': 'duration',
  'k8s.io.apimachinery.pkg.apis.meta.v1.FieldsV1': 'rawJson',
  'k8s.io.apimachinery.pkg.apis.meta.v1.Verbs': 'stringList',
  'k8s.io.apimachinery.pkg.api.resource.Quantity': 'quantity',
  'k8s.io.apimachinery.pkg.api.resource.QuantityValue': 'quantity',
  'k8s.io.apimachinery.pkg.util.intstr.IntOrString': 'intOrString',
  'k8s.io.apimachinery.pkg.runtime.RawExtension': 'rawExtension',
  'k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1.JSON': 'rawJson',
  'k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray': 'schemaOrArray',
  'k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool': 'schemaOrBool',
  'k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray': 'schemaOrStringArray',
  'k8s.io.api.authentication.v1.ExtraValue': 'stringList',
  'k8s.io.api.authorization.v1.ExtraValue': 'stringList',
  'k8s.io.api.certificates.v1.ExtraValue': 'stringList',
}

export interface Field {
  json: string
  proto: string
  number: number
  /** Scalar name or full message name; for maps the value's type. */
  type: string
  repeated: boolean
  /** A map with keys of string type. */
  map: boolean
  /** The message's fields stand in the parent's JSON object. */
  inline: boolean
  /** Absent is told from zero (a pointer in Go). */
  pointer: boolean
  omitempty: boolean
  /** Annotated as optional, or omitted when empty. */
  optional: boolean
  listType?: string
  listMapKeys: string[]
  mapType?: string
  structType?: string
  patchStrategy?: string
  patchMergeKey?: string
  /** JSON text of the default value. */
  default?: string
  /** Name of the Go type, without pointer and slice. */
  goType: string
  doc: string
}

export interface Message {
  fullName: string
  /** Upstream's OpenAPI name, e.g. `io.k8s.api.core.v1.Pod`. */
  openApiName: string
  name: string
  file: string
  group: GroupVersion | undefined
  /** Has apiVersion and kind of its own. */
  isKind: boolean
  special?: SpecialForm
  structType?: string
  fields: Field[]
  doc: string
}

export interface Model {
  messages: Map<string, Message>
  /** By generated file: values of the string types marked `+enum`. */
  enums: Map<string, Record<string, string[]>>
}

export function readModel(sources: string): Model {
  const messages = new Map<string, Message>()
  const enums: Model['enums'] = new Map()
  for (const gv of [...typeGroupVersions, ...servedGroupVersions]) {
    enums.set(gv.file, enumsOf(addPackage(messages, sources, gv.folder, gv)))
  }
  for (const folder of plainFolders) addPackage(messages, sources, folder, undefined)
  for (const message of messages.values()) checkReferences(message, messages)
  return { messages, enums }
}

function enumsOf(go: GoPackage): Record<string, string[]> {
  const marked = [...go.aliases].filter(([, { comment }]) => comment.some((line) => line.startsWith('+enum')))
  const named = marked.map(([name]): [string, string[]] => [name, (go.constants.get(name) ?? []).toSorted()])
  return Object.fromEntries(named.filter(([, values]) => values.length > 0))
}

function addPackage(
  messages: Map<string, Message>,
  sources: string,
  folder: string,
  gv: GroupVersion | undefined,
): GoPackage {
  const { proto, go } = readPackage(join(sources, 'k8s.io', folder))
  for (const message of parseProto(proto)) {
    const struct = go.structs.get(message.name) ?? listStruct(go, message.name)
    const special = specialForms[message.fullName]
    messages.set(message.fullName, {
      fullName: message.fullName,
      openApiName: message.fullName.replace(/^k8s\.io/, 'io.k8s').replaceAll('_', '-'),
      name: message.name,
      file: gv?.file ?? '',
      group: gv,
      isKind: struct?.fields.some((f) => f.goType.endsWith('TypeMeta') && f.inline) ?? false,
      special,
      structType: struct && annotations(struct.comment, 'structType')[0],
      fields: message.fields.map((field) => joinField(field, message.fullName, struct, special, go)),
      doc: prose(struct?.comment ?? go.aliases.get(message.name)?.comment ?? []),
    })
  }
  return go
}

function readPackage(folder: string): { proto: string; go: GoPackage } {
  if (!existsSync(folder) && folder.includes('apiregistration')) {
    return { proto: apiregistration.proto, go: parseGo([apiregistration.go]) }
  }
  const files = readdirSync(folder).filter(
    (name) => name.endsWith('.go') && !/_test\.go$|^zz_|\.pb\.go$|swagger_doc|_fuzz\.go$/.test(name),
  )
  const proto = readFileSync(join(folder, 'generated.proto'), 'utf8')
  return { proto, go: parseGo(files.sort().map((name) => readFileSync(join(folder, name), 'utf8'))) }
}

function joinField(
  field: ProtoField,
  owner: string,
  struct: GoStruct | undefined,
  special: SpecialForm | undefined,
  go: GoPackage,
): Field {
  const base = {
    proto: field.name,
    number: field.number,
    type: field.type,
    repeated: field.repeated,
    map: field.mapKey !== undefined,
  }
  const goField = struct?.fields.find((f) => f.number === field.number)
  if (!goField) {
    if (!special && !owner.includes('.pkg.runtime.')) throw new Error(`${owner}.${field.name} has no Go field`)
    const bare = { json: field.name, inline: false, pointer: false, omitempty: true, optional: true, goType: '' }
    return { ...base, ...bare, listMapKeys: [], doc: '' }
  }
  const { comment } = goField
  return {
    ...base,
    json: goField.json,
    inline: goField.inline && goField.json === '',
    pointer: goField.goType.startsWith('*'),
    omitempty: goField.omitempty,
    optional: goField.omitempty || comment.some((line) => /^\+(k8s:)?optional/.test(line)),
    goType: goField.goType.replace(/^[*[\]]+/, ''),
    ...typeAnnotations(goField, go),
    default: defaultOf(comment),
    patchStrategy: goField.patchStrategy,
    patchMergeKey: goField.patchMergeKey,
    doc: prose(comment),
  }
}

/** Annotations of a list or map may stand at the field or at its named type. */
function typeAnnotations(field: GoField, go: GoPackage) {
  const comment = [...field.comment, ...(go.aliases.get(field.goType.replace('*', ''))?.comment ?? [])]
  return {
    listType: annotations(comment, 'listType')[0],
    listMapKeys: annotations(comment, 'listMapKey'),
    mapType: annotations(comment, 'mapType')[0],
    structType: annotations(comment, 'structType')[0],
  }
}

/** core/v1 declares its List as another name of meta/v1's. */
function listStruct(go: GoPackage, name: string): GoStruct | undefined {
  if (go.aliases.get(name)?.target !== 'metav1.List') return undefined
  const field = (json: string, number: number, goType: string, omitempty: boolean): GoField => {
    return { json, number, goType, omitempty, inline: false, comment: [] }
  }
  const typeMeta: GoField = { ...field('', 0, 'TypeMeta', false), inline: true }
  const fields = [typeMeta, field('metadata', 1, 'ListMeta', true), field('items', 2, '[]runtime.RawExtension', false)]
  return { name, fields, comment: [] }
}

/** Constants that upstream's `+default=ref(...)` names. */
const constants: Record<string, string> = { AzureDataDiskCachingReadWrite: 'ReadWrite', AzureSharedBlobDisk: 'Shared' }

function defaultOf(comment: string[]): string | undefined {
  const text = annotations(comment, 'default')[0]
  const constant = text === undefined ? undefined : /^ref\((.*)\)$/.exec(text)?.[1]
  if (constant === undefined) return text
  const value = constants[constant]
  if (value === undefined) throw new Error(`the constant ${constant} named by +default is unknown`)
  return JSON.stringify(value)
}

function checkReferences(message: Message, messages: Map<string, Message>): void {
  for (const field of message.fields) {
    if (field.type.includes('.') && !messages.has(field.type)) {
      throw new Error(`${message.fullName}.${field.json} refers to ${field.type}, which no package defines`)
    }
  }
}
