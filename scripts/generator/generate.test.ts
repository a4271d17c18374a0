import { expect, test } from 'bun:test'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'
import { openApiName } from '../../api/discovery/openapi-schema.ts'
import { type FieldType, typeOfSchema } from '../../api/patch/field-type.ts'
import { tables } from '../../api/schema/generated/tables.ts'
import { messageNames, type Schema, schemaOf } from '../../api/schema/schema.ts'
import { generate } from './generate.ts'
import { fetchSources } from './packages.ts'

/** Where the packages cannot be had (offline, and never fetched before), there is nothing to compare with. */
let sources: string | undefined
try {
  sources = fetchSources()
} catch (error) {
  console.warn(`the Kubernetes API types cannot be had, generated files are not checked: ${(error as Error).message}`)
}

const committed = join(import.meta.dir, '../../api/schema/generated')

test.if(sources !== undefined)(
  'the committed files are what the generator makes',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'skein-generate-'))
    try {
      generate(folder)
      const files = readdirSync(folder, { recursive: true }).map(String).sort()
      expect(readdirSync(committed, { recursive: true }).map(String).sort()).toEqual(files)
      for (const file of files.filter((name) => name.includes('.'))) {
        expect({ file, same: readFileSync(join(folder, file)).equals(readFileSync(join(committed, file))) }).toEqual({
          file,
          same: true,
        })
      }
    } finally {
      rmSync(folder, { recursive: true })
    }
  },
  60_000,
)

interface TheirType {
  namedType?: string
  scalar?: string
  list?: { elementRelationship: string; keys?: string[]; elementType: TheirType }
  map?: {
    elementRelationship?: string
    elementType?: TheirType
    fields?: { name: string; type: TheirType; default?: unknown }[]
  }
  elementRelationship?: string
}

test.if(sources !== undefined)('server-side apply sees every field as upstream does', () => {
  const text = readFileSync(join(sources!, 'k8s.io/client-go/applyconfigurations/internal/internal.go'), 'utf8')
  const start = text.indexOf('YAMLObject(`') + 'YAMLObject(`'.length
  const { types } = parse(text.slice(start, text.lastIndexOf('`)'))) as { types: (TheirType & { name: string })[] }
  const theirs = new Map(types.map((type) => [type.name, type]))
  const differences: string[] = []
  let compared = 0
  for (const schema of allSchemas()) {
    const fields = theirs.get(openApiName(schema))?.map?.fields ?? []
    const ours = typeOfSchema(schema)
    for (const field of fields.filter(({ name }) => name !== 'apiVersion' && name !== 'kind')) {
      compared++
      const own = ours.kind === 'object' ? ours.typeOf(field.name) : undefined
      const expected = describeTheirs(field.type, theirs)
      const found = own ? describeOurs(own) : 'nothing'
      if (ours.kind === 'object' && found !== expected)
        differences.push(`${schema.name}.${field.name}: ${found}, not ${expected}`)
    }
  }
  expect(differences).toEqual([])
  expect(compared).toBeGreaterThan(1700)
})

function allSchemas(): Schema[] {
  return Object.keys(tables).flatMap((file) => messageNames(file).map((name) => schemaOf(file, name)!))
}

function describeOurs(type: FieldType): string {
  if (type.kind === 'leaf') return type.holds === 'value' ? 'value' : 'atomic'
  if (type.kind !== 'keyed') return type.kind
  return `keyed by ${type.keys.map((key) => `${key}=${JSON.stringify(type.defaultOf(key))}`).join()}`
}

function describeTheirs(type: TheirType, all: Map<string, TheirType>): string {
  if (type.elementRelationship === 'atomic') return 'atomic'
  const { scalar, list, map } = type.namedType === undefined ? type : (all.get(type.namedType) ?? {})
  if (scalar !== undefined && map) return 'untyped'
  if (scalar !== undefined) return 'value'
  if (list) {
    if (list.elementRelationship === 'atomic') return 'atomic'
    const element = all.get(list.elementType.namedType ?? '')?.map?.fields ?? []
    const standard = (key: string) => JSON.stringify(element.find(({ name }) => name === key)?.default)
    return list.keys ? `keyed by ${list.keys.map((key) => `${key}=${standard(key)}`).join()}` : 'set'
  }
  if (map?.elementRelationship === 'atomic') return 'atomic'
  return map?.elementType?.scalar === 'untyped' ? 'untyped' : 'object'
}
