import { describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import protobuf from 'protobufjs'
import { conform, type JsonObject } from '../schema/conform.ts'
import { apiVersionOf, resourcesServed } from '../schema/resource.ts'
import { type Schema, schemaFor } from '../schema/schema.ts'
import { decodeMessageOf, encodeProtobuf, encodeWatchFrame, openEnvelope } from './protobuf.ts'
import { independentDecode, independentEncode } from './protobufjs-codec.ts'
import { ObjectMaker, seeded } from './random-object.ts'

const descriptors = JSON.parse(readFileSync(join(import.meta.dir, '../schema/generated/protobufjs.json'), 'utf8'))
const root = protobuf.Root.fromJSON(descriptors)

interface Kind {
  apiVersion: string
  kind: string
  schema: Schema
  type: protobuf.Type
}

const packages: Record<string, string> = {
  apiregistration: 'k8s.io.kube_aggregator.pkg.apis.apiregistration',
  apiextensions: 'k8s.io.apiextensions_apiserver.pkg.apis.apiextensions',
}

const kinds: Kind[] = resourcesServed().flatMap((r) => {
  const names = [r.kind, ...r.subresources.map((s) => s.kind), ...(r.verbs.includes('list') ? [`${r.kind}List`] : [])]
  return names.flatMap((kind) => {
    const schema = schemaFor(r.group, r.version, kind)
    if (!schema) return []
    const label = schema.file.split('-')[0]!
    const type = root.lookupType(`${packages[label] ?? `k8s.io.api.${label}`}.${r.version}.${kind}`)
    return [{ apiVersion: apiVersionOf(r.group, r.version), kind, schema, type }]
  })
})

/** SKEIN_LONG_TEST=1 fills 100,000 objects. */
const rounds = process.env.SKEIN_LONG_TEST ? Math.ceil(100_000 / kinds.length) : 6

function randomObject(kind: Kind, seed: number): JsonObject {
  const made = new ObjectMaker(seeded(seed), 0.1 + (seed % 5) * 0.15).object(kind.schema)
  const { object } = conform(made, kind.schema)
  return { apiVersion: kind.apiVersion, kind: kind.kind, ...object }
}

function decodeOurs(bytes: Uint8Array, kind: Kind): JsonObject {
  return conform(decodeMessageOf(openEnvelope(bytes), kind.schema), kind.schema).object
}

describe('random objects of every kind', () => {
  for (const [index, kind] of kinds.entries()) {
    test(`${kind.apiVersion} ${kind.kind}`, () => {
      for (let round = 0; round < rounds; round++) {
        const seed = index * 100_003 + round
        const object = randomObject(kind, seed)
        const bytes = encodeProtobuf(object, kind.schema)
        const seen = { seed, object: decodeOurs(bytes, kind) }
        expect(seen).toEqual({ seed, object })
        const message = openEnvelope(bytes).message
        expect({
          seed,
          object: conform(independentDecode(kind.type, message, kind.schema), kind.schema).object,
        }).toEqual({ seed, object: withoutType(object) })
        const theirs = independentEncode(kind.type, object, kind.schema)
        const envelope = { ...openEnvelope(bytes), message: Buffer.from(theirs) }
        expect({ seed, object: conform(decodeMessageOf(envelope, kind.schema), kind.schema).object }).toEqual(seen)
      }
    }, 300_000)
  }
})

function withoutType({ apiVersion: _, kind: __, ...rest }: JsonObject): JsonObject {
  return rest
}

describe('envelope', () => {
  const pod = schemaFor('', 'v1', 'Pod')!
  const object = { apiVersion: 'v1', kind: 'Pod', ...conform({ metadata: { name: 'a' } }, pod).object }

  test('begins with the magic number and names the kind', () => {
    const bytes = encodeProtobuf(object, pod)
    expect(bytes.subarray(0, 4).toString('latin1')).toBe('k8s\0')
    expect(openEnvelope(bytes)).toMatchObject({ apiVersion: 'v1', kind: 'Pod' })
  })

  test('a watch frame has its length in front and the object with its envelope inside', () => {
    const frame = encodeWatchFrame('ADDED', object, pod)
    expect(frame.readUInt32BE()).toBe(frame.length - 4)
    const event = root.lookupType('k8s.io.apimachinery.pkg.apis.meta.v1.WatchEvent').decode(frame.subarray(4))
    const { type, object: raw } = event as unknown as { type: string; object: { raw: Uint8Array } }
    expect(type).toBe('ADDED')
    expect(decodeMessageOf(openEnvelope(raw.raw), pod).metadata).toMatchObject({ name: 'a' })
  })

  test('damaged bytes are refused, never more', () => {
    const bytes = encodeProtobuf(object, pod)
    expect(() => openEnvelope(Buffer.from('{"kind":"Pod"}'))).toThrow('expected prefix k8s')
    const random = seeded(7)
    for (let i = 0; i < 3000; i++) {
      const damaged = Buffer.from(bytes.subarray(0, 4 + Math.floor(random() * (bytes.length - 3))))
      if (damaged.length > 4) damaged[4 + Math.floor(random() * (damaged.length - 4))] = Math.floor(random() * 256)
      try {
        decodeMessageOf(openEnvelope(damaged), pod)
      } catch (error) {
        expect((error as Error).name).toBe('WireError')
      }
    }
  })
})
