/** Runs upstream's own table of strategic merge patches (k8s.io/apimachinery, strategicpatch/patch_test.go) over ours. */
import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { strategicMergePatch } from '../../api/patch/strategic.ts'
import type { JsonObject } from '../../api/schema/conform.ts'
import type { Field, Schema } from '../../api/schema/schema.ts'
import { fetchSources } from './packages.ts'

let source: string | undefined
try {
  source = readFileSync(join(fetchSources(), 'k8s.io/apimachinery/pkg/util/strategicpatch/patch_test.go'), 'utf8')
} catch (error) {
  console.warn(`upstream's tests cannot be had, patches are not compared: ${(error as Error).message}`)
}

/** `name shape strategy mergeKey`, as the fields of upstream's MergeItem and RetainKeysMergeItem are declared. */
const itemFields = `name value other
mergingList list merge name
nonMergingList list
mergingIntList list merge
nonMergingIntList list
mergeItemPtr single merge name
simpleMap map
replacingItem single replace
retainKeysMap single retainKeys
retainKeysMergingList list merge,retainKeys name`

function makeSchema(): Schema {
  const properties = new Map<string, Field>()
  const schema = {
    name: 'MergeItem',
    file: 'test',
    isKind: false,
    form: undefined,
    atomic: false,
    fields: [],
    properties,
  }
  for (const line of itemFields.split('\n').slice(1)) {
    const [json, shape, patchStrategy, patchMergeKey] = line.split(' ')
    const field = { json, shape, patchStrategy, patchMergeKey, type: 'message', schema, listMapKeys: [] }
    properties.set(json!, field as unknown as Field)
  }
  return schema
}

interface Case {
  description: string
  parts: Record<string, JsonObject>
}

/** The literals of the Go table: a description, and parts in YAML by their names. */
function readCases(text: string): Case[] {
  return text
    .split(/\n\t\{\n\t\tDescription: /)
    .slice(1)
    .map((block) => block.split(/\n\t\},\n/)[0]!)
    .filter((block) => !block.includes('ExpectedError'))
    .map((block) => {
      const parts = [...block.matchAll(/\t(\w+):\s*\[\]byte\(`([^`]*)`\)/g)]
      const parsed = parts.map(([, name, yaml]) => [name!, (parse(yaml!) ?? {}) as JsonObject])
      return { description: block.split('\n')[0]!, parts: Object.fromEntries(parsed) }
    })
}

test.if(source !== undefined)('strategic merge patches give what upstream expects', () => {
  const schema = makeSchema()
  let compared = 0
  for (const { description, parts } of readCases(source!)) {
    const { Original, Current, Modified, TwoWay, ThreeWay, TwoWayResult, Result } = parts
    const runs = [
      [Original, TwoWay, TwoWayResult ?? Modified],
      [Current ?? Original, ThreeWay, Result ?? Modified],
    ]
    for (const [object, patch, expected] of runs) {
      if (!object || !patch || !expected) continue
      compared++
      expect({ description, result: strategicMergePatch(object, patch, schema) }).toEqual({
        description,
        result: expected,
      })
    }
  }
  expect(compared).toBeGreaterThan(150)
})
