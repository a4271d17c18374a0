import { describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { ObjectMaker, seeded } from '../codec/random-object.ts'
import { conform, type JsonObject } from '../schema/conform.ts'
import { applyDefaults } from '../schema/default/default.ts'
import type { ManagedFieldsEntry } from '../schema/generated/types/meta-v1.ts'
import { parseApiVersion } from '../schema/resource.ts'
import { type Schema, schemaFor } from '../schema/schema.ts'
import { applyConfiguration, trackUpdate } from './apply.ts'
import { FieldSet, pathText } from './field-set.ts'
import { decodeManagers } from './managed-fields.ts'

/** An object in a store of one, written the way the server does. */
class Cluster {
  live: JsonObject | undefined
  private readonly schema: Schema
  private seconds = 0

  constructor(
    private readonly apiVersion: string,
    private readonly kind: string,
    private readonly defaults = true,
  ) {
    const { group, version } = parseApiVersion(apiVersion)
    this.schema = schemaFor(group, version, kind)!
  }

  apply(manager: string, config: JsonObject, force = false): boolean {
    const whole = { apiVersion: this.apiVersion, kind: this.kind, ...config }
    const { object, changed } = applyConfiguration(this.live, whole, { ...this.by(manager), force })
    this.live = this.finish(object)
    return changed
  }

  update(manager: string, object: JsonObject): void {
    const updated = this.finish({ apiVersion: this.apiVersion, kind: this.kind, ...object })
    const entries = trackUpdate(this.live, updated, this.by(manager))
    const metadata = { ...(updated.metadata as JsonObject), managedFields: entries }
    this.live = this.finish({ ...updated, metadata })
  }

  get(path: string): unknown {
    return path.split('.').reduce((value: unknown, key) => (value as JsonObject | undefined)?.[key], this.live)
  }

  owners(): string[] {
    return [...(decodeManagers(this.entries()) ?? new Map()).values()].map(({ name, operation, fields }) => {
      return `${name} ${operation}: ${[...fields.paths()].map((path: string[]) => pathText(path)).join(' ')}`
    })
  }

  entries(): ManagedFieldsEntry[] {
    return (this.live?.metadata as { managedFields?: ManagedFieldsEntry[] })?.managedFields ?? []
  }

  private finish(object: JsonObject): JsonObject {
    const { group, version } = parseApiVersion(this.apiVersion)
    const conformed = conform(object, this.schema).object
    if (this.defaults) applyDefaults(conformed, group, version, this.kind)
    return conformed
  }

  private by(manager: string) {
    const now = new Date(Date.UTC(2026, 0, 1, 0, 0, this.seconds++)).toISOString().replace('.000Z', 'Z')
    return { schema: this.schema, manager, apiVersion: this.apiVersion, now, resetFields: ['status'] }
  }
}

/** Runs a script: commands with their input, `----`, and what they print. */
function run(cluster: Cluster, command: string, input: string): string {
  const [verb, ...words] = command.split(' ')
  const yaml = () => (parse(input) ?? {}) as JsonObject
  try {
    if (verb === 'apply') return cluster.apply(words[0]!, yaml(), words[1] === 'force') ? 'changed' : 'same'
    if (verb === 'update') {
      cluster.update(words[0]!, yaml())
      return 'ok'
    }
  } catch (error) {
    return (error as Error).message
  }
  return verb === 'show'
    ? words.map((path) => `${path}: ${JSON.stringify(cluster.get(path))}`).join('\n')
    : cluster.owners().join('\n')
}

const scripts = readFileSync(join(import.meta.dir, 'apply.script'), 'utf8')
  .split(/^== /m)
  .slice(1)

describe('scripts', () => {
  for (const script of scripts) {
    const [title, kindLine, ...rest] = script.split('\n')
    test(title!, () => {
      const [apiVersion, kind] = kindLine!.split(' ') as [string, string]
      const cluster = new Cluster(apiVersion, kind)
      for (const step of rest
        .join('\n')
        .split(/\n\n+/)
        .filter((text) => text.trim() !== '')) {
        const [request, expected] = step.trim().split(/^----$/m)
        const [command, ...input] = request!.trim().split('\n')
        expect({ command, output: run(cluster, command!, input.join('\n')) }).toEqual({
          command,
          output: (expected ?? '').trim(),
        })
      }
    })
  }
})

const kinds: [string, string][] = [
  ['v1', 'Pod'],
  ['v1', 'Service'],
  ['v1', 'ConfigMap'],
  ['apps/v1', 'Deployment'],
  ['networking.k8s.io/v1', 'Ingress'],
  ['rbac.authorization.k8s.io/v1', 'ClusterRole'],
]

/** Gives the elements of keyed lists their keys, each another. */
function addKeys(object: JsonObject, schema: Schema): void {
  for (const [name, field] of schema.properties) {
    const value = object[name]
    if (value === undefined || field.type !== 'message' || field.schema!.form) continue
    const items = field.shape === 'single' ? [value] : Object.values(value as object)
    for (const [index, item] of (items as JsonObject[]).entries()) {
      addKeys(item, field.schema!)
      for (const key of field.listMapKeys) {
        item[key] = field.schema!.properties.get(key)!.type === 'string' ? `key-${index}` : index + 1
      }
    }
  }
}

/** Random configurations. */
function randomConfig(apiVersion: string, kind: string, seed: number): JsonObject | undefined {
  const { group, version } = parseApiVersion(apiVersion)
  const schema = schemaFor(group, version, kind)!
  const object = new ObjectMaker(seeded(seed), 0.3).object(schema)
  addKeys(object, schema)
  const { spec, ...rest } = object
  const { status: _, metadata, ...others } = rest as Record<string, JsonObject | undefined>
  const { labels, annotations } = metadata ?? {}
  return {
    ...others,
    ...(spec ? { spec } : {}),
    metadata: { ...(labels ? { labels } : {}), ...(annotations ? { annotations } : {}) },
  }
}

/** Runs the action; false when the random configuration is one that must be refused. */
function accepted(action: () => void): boolean {
  try {
    action()
    return true
  } catch (error) {
    if (/duplicate entries|omits all key fields/.test((error as Error).message)) return false
    throw error
  }
}

describe('whatever is applied', () => {
  for (const [apiVersion, kind] of kinds) {
    test(`${kind}: applying again changes nothing`, () => {
      for (let seed = 0; seed < 150; seed++) {
        const config = randomConfig(apiVersion, kind, seed)
        if (!config) continue
        const cluster = new Cluster(apiVersion, kind)
        if (!accepted(() => cluster.apply('a', config))) continue
        // A manager of nothing is none: the next one would meet an object from before managers.
        if (cluster.owners().length === 0) continue
        cluster.apply('a', config)
        const before = { seed, live: structuredClone(cluster.live) }
        cluster.apply('a', config)
        expect({ seed, live: withoutTimes(cluster.live!) }).toEqual({ seed, live: withoutTimes(before.live!) })
        cluster.apply('a', {})
        expect({ seed, owners: cluster.owners() }).toEqual({ seed, owners: [] })
      }
    })

    test(`${kind}: managers of different fields may come in any order`, () => {
      for (let seed = 0; seed < 100; seed++) {
        const configs = splitConfig(randomConfig(apiVersion, kind, seed) ?? {})
        if (configs.length === 0) continue
        // Some defaults depend on other fields, so without them.
        const [first, second] = [new Cluster(apiVersion, kind, false), new Cluster(apiVersion, kind, false)]
        const ok = accepted(() => {
          for (const [manager, config] of configs) first.apply(manager, config)
          for (const [manager, config] of configs.toReversed()) second.apply(manager, config)
        })
        if (!ok) continue
        expect({ seed, live: withoutTimes(first.live!) }).toEqual({ seed, live: withoutTimes(second.live!) })
      }
    })
  }
})

/** One manager for every field of the spec, one for the labels, one for the annotations. */
function splitConfig(config: JsonObject): [string, JsonObject][] {
  const { spec, metadata, ...others } = config as Record<string, JsonObject | undefined>
  const parts: [string, JsonObject][] = []
  for (const [key, value] of Object.entries(spec ?? {})) parts.push([`spec-${key}`, { spec: { [key]: value } }])
  for (const [key, value] of Object.entries(metadata ?? {})) parts.push([`meta-${key}`, { metadata: { [key]: value } }])
  for (const [key, value] of Object.entries(others)) parts.push([`other-${key}`, { [key]: value }])
  return parts
}

function withoutTimes(object: JsonObject): JsonObject {
  const { managedFields = [], ...metadata } = object.metadata as { managedFields?: ManagedFieldsEntry[] }
  const entries = managedFields.map(({ time: _, ...entry }) => entry)
  entries.sort((a, b) => ((a.manager ?? '') < (b.manager ?? '') ? -1 : 1))
  return { ...object, metadata: { ...metadata, managedFields: entries } }
}

describe('managedFields', () => {
  test('text and set are the same thing', () => {
    // Source: structured-merge-diff fieldpath/serialize_test.go.
    const fields = {
      'f:a': { '.': {}, 'f:b': {} },
      'f:l': { 'k:{"name":"x","port":80}': { '.': {}, 'f:port': {} }, 'v:1': {}, 'v:"s"': {}, 'i:3': {} },
    }
    const set = FieldSet.fromFieldsV1(fields)
    expect(set.toFieldsV1()).toEqual(fields)
    expect(set.has(['f:a'])).toBe(true)
    expect(set.has(['f:l'])).toBe(false)
    expect(set.has(['f:l', 'v:1'])).toBe(true)
    for (const bad of [[], 1, { x: {} }, { 'k:{': {} }, { 'i:x': {} }])
      expect(() => FieldSet.fromFieldsV1(bad)).toThrow()
  })

  test('at most ten updaters are remembered one by one', () => {
    const cluster = new Cluster('v1', 'ConfigMap')
    const data: Record<string, string> = {}
    for (let i = 0; i < 14; i++) {
      data[`k${i}`] = 'v'
      cluster.update(`m${i}`, { metadata: { managedFields: cluster.entries() }, data: { ...data } })
    }
    const names = cluster.entries().map((entry) => entry.manager)
    expect(names.length).toBe(10)
    expect(names[0]).toBe('ancient-changes')
    expect(names.at(-1)).toBe('m13')
  })

  test('a damaged list is as none; a client may reset it', () => {
    const cluster = new Cluster('v1', 'ConfigMap')
    cluster.update('a', { data: { x: 'y' } })
    const broken = { metadata: { managedFields: [{ manager: 'a', operation: 'Nonsense' }] }, data: { x: 'z' } }
    cluster.update('b', broken)
    expect(cluster.owners().map((line) => line.split(' ')[0])).toEqual(['a', 'b'])
    cluster.update('c', { metadata: { managedFields: [{}] }, data: { x: '1' } })
    expect(cluster.owners()).toEqual([])
  })
})
