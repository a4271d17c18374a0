/** The schemas of an OpenAPI v3 document: one a message, with Kubernetes' extensions. */
import type { Field, Schema } from '../schema/schema.ts'
import { type FileDocs, readDocs } from './docs.ts'

type Json = Record<string, unknown>

/** How a message without an object of fields looks in OpenAPI. */
const forms: Record<string, Json> = {
  time: { type: 'string', format: 'date-time' },
  microTime: { type: 'string', format: 'date-time' },
  duration: { type: 'string' },
  quantity: { oneOf: [{ type: 'string' }, { type: 'number' }] },
  intOrString: { oneOf: [{ type: 'integer' }, { type: 'string' }], format: 'int-or-string' },
  rawExtension: { type: 'object' },
  stringList: { type: 'array', items: { type: 'string', default: '' } },
}

/** Scalars, and the default that upstream writes for those that are always there. */
const scalars: Record<string, [Json, unknown]> = {
  string: [{ type: 'string' }, ''],
  bytes: [{ type: 'string', format: 'byte' }, undefined],
  bool: [{ type: 'boolean' }, false],
  int32: [{ type: 'integer', format: 'int32' }, 0],
  int64: [{ type: 'integer', format: 'int64' }, 0],
  uint32: [{ type: 'integer', format: 'int64' }, 0],
  uint64: [{ type: 'integer', format: 'int64' }, 0],
  double: [{ type: 'number', format: 'double' }, 0],
  float: [{ type: 'number', format: 'float' }, 0],
}

/** Upstream's packages whose name is not `io.k8s.api.GROUP`. */
const packages: Record<string, string> = {
  meta: 'io.k8s.apimachinery.pkg.apis.meta',
  apiextensions: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions',
  apiregistration: 'io.k8s.kube-aggregator.pkg.apis.apiregistration',
}
const plainPackages: Record<string, string> = {
  Quantity: 'io.k8s.apimachinery.pkg.api.resource',
  QuantityValue: 'io.k8s.apimachinery.pkg.api.resource',
  IntOrString: 'io.k8s.apimachinery.pkg.util.intstr',
}

/** e.g. `io.k8s.api.core.v1.PodSpec`. */
export function openApiName(schema: Schema): string {
  if (schema.file === 'plain')
    return `${plainPackages[schema.name] ?? 'io.k8s.apimachinery.pkg.runtime'}.${schema.name}`
  const [group, version] = schema.file.split('-') as [string, string]
  return `${packages[group] ?? `io.k8s.api.${group}`}.${version}.${schema.name}`
}

export function reference(schema: Schema): Json {
  return { $ref: `#/components/schemas/${openApiName(schema)}` }
}

/** Collects the schemas that a document needs, each with all it refers to. */
export class SchemaCollector {
  readonly schemas: Record<string, Json> = {}
  private readonly docs = new Map<string, FileDocs>()

  /** `kinds` are the group-version-kinds that an object of this schema may say it is. */
  add(schema: Schema, kinds: { group: string; version: string; kind: string }[] = []): void {
    const name = openApiName(schema)
    if (kinds.length > 0 && this.schemas[name]) this.schemas[name]['x-kubernetes-group-version-kind'] = kinds
    if (this.schemas[name]) return
    const made: Json = {}
    this.schemas[name] = made
    const [description, fields] = this.docsOf(schema.file).messages[schema.name] ?? ['', {}]
    if (description !== '') made.description = description
    if (schema.form) Object.assign(made, forms[schema.form] ?? {})
    else this.describeObject(made, schema, fields)
    if (kinds.length > 0) made['x-kubernetes-group-version-kind'] = kinds
  }

  private describeObject(made: Json, schema: Schema, docs: Record<string, string>): void {
    const properties: Record<string, Json> = schema.isKind ? { ...typeProperties } : {}
    for (const [name, field] of schema.properties)
      properties[name] = this.property(field, docs[name] ?? '', schema.file)
    made.type = 'object'
    made.properties = properties
    const required = [...schema.properties].filter(([, field]) => field.required).map(([name]) => name)
    if (required.length > 0) made.required = required
    if (schema.atomic) made['x-kubernetes-map-type'] = 'atomic'
  }

  private property(field: Field, doc: string, file: string): Json {
    const value = this.value(field, file)
    if (field.shape === 'single') return this.singleProperty(field, value, doc)
    const property: Json = doc === '' ? {} : { description: doc }
    if (field.shape === 'map') Object.assign(property, { type: 'object', additionalProperties: value })
    else Object.assign(property, { type: 'array', items: value })
    if (field.listType) property['x-kubernetes-list-type'] = field.listType
    if (field.listMapKeys.length > 0) property['x-kubernetes-list-map-keys'] = field.listMapKeys
    if (field.shape === 'map' && field.atomic) property['x-kubernetes-map-type'] = 'atomic'
    if (field.patchMergeKey) property['x-kubernetes-patch-merge-key'] = field.patchMergeKey
    if (field.patchStrategy) property['x-kubernetes-patch-strategy'] = field.patchStrategy
    return property
  }

  /** A reference cannot have a description beside it: it goes into an `allOf`. */
  private singleProperty(field: Field, value: Json, doc: string): Json {
    const property: Json = doc === '' ? {} : { description: doc }
    if (field.type === 'message') Object.assign(property, { allOf: [value] })
    else Object.assign(property, value)
    const standard = field.default ?? (field.pointer || field.omitempty ? undefined : zeroOf(field))
    if (standard !== undefined) property.default = standard
    if (field.atomic) property['x-kubernetes-map-type'] = 'atomic'
    if (field.patchStrategy) property['x-kubernetes-patch-strategy'] = field.patchStrategy
    return property
  }

  private value(field: Field, file: string): Json {
    if (field.type === 'message') {
      this.add(field.schema!)
      return reference(field.schema!)
    }
    const made: Json = { ...scalars[field.type]![0] }
    const values = this.enumOf(field.goType, file)
    if (values) made.enum = values
    if (field.shape !== 'single' && scalars[field.type]![1] !== undefined) made.default = scalars[field.type]![1]
    return made
  }

  /** A type of another package carries that package's name: `v1.Protocol` is core's everywhere. */
  private enumOf(goType: string, file: string): string[] | undefined {
    if (goType === '') return undefined
    const isForeign = goType.includes('.')
    return this.docsOf(isForeign ? 'core-v1' : file).enums[isForeign ? goType.split('.')[1]! : goType]
  }

  private docsOf(file: string): FileDocs {
    let docs = this.docs.get(file)
    if (!docs) {
      docs = readDocs(file)
      this.docs.set(file, docs)
    }
    return docs
  }
}

function zeroOf(field: Field): unknown {
  if (field.type !== 'message') return scalars[field.type]![1]
  return field.schema!.form === undefined ? {} : undefined
}

const typeProperties: Record<string, Json> = {
  apiVersion: {
    description:
      'APIVersion defines the versioned schema of this representation of an object. Servers should convert recognized ' +
      'schemas to the latest internal value, and may reject unrecognized values. More info: ' +
      'https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#resources',
    type: 'string',
  },
  kind: {
    description:
      'Kind is a string value representing the REST resource this object represents. Servers may infer this from the ' +
      'endpoint the client submits requests to. Cannot be updated. In CamelCase. More info: ' +
      'https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#types-kinds',
    type: 'string',
  },
}
