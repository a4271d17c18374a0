import { expect, test } from 'bun:test'
import { ObjectMaker, seeded } from '../codec/random-object.ts'
import { conform, emptyObject } from '../schema/conform.ts'
import { resourcesServed } from '../schema/resource.ts'
import { schemaFor } from '../schema/schema.ts'
import { createdFields } from './created-fields.ts'
import { compareFields } from './field-compare.ts'
import { FieldSet } from './field-set.ts'
import { typeOfSchema } from './field-type.ts'

const kinds = resourcesServed().flatMap((resource) => schemaFor(resource.group, resource.version, resource.kind) ?? [])
const none = { keys: new Set<string>(), metadataKeys: new Set<string>() }

/** Lists of random objects may lack their keys, which is refused in the same way by both. */
function outcome(run: () => string): string {
  try {
    return run()
  } catch (error) {
    return (error as Error).message
  }
}

test('the fields of a created object are those that the comparison with an empty one finds, for random objects of every kind', () => {
  let withFields = 0
  for (const [index, schema] of kinds.entries()) {
    for (let round = 0; round < 12; round++) {
      const density = 0.1 + (round % 4) * 0.2
      const { object } = conform(new ObjectMaker(seeded(index * 1009 + round), density).object(schema), schema)
      const [empty, type] = [emptyObject(schema), typeOfSchema(schema)]
      const wanted = outcome(() => {
        const { added, modified } = compareFields(empty, object, type)
        const fields = added
          .union(modified)
          .difference(FieldSet.of(['f:metadata']))
          .toFieldsV1()
        return JSON.stringify(fields)
      })
      const found = outcome(() => createdFields(empty, object, type, none) ?? '{}')
      expect(found).toBe(wanted)
      if (found.length > 100) withFields++
    }
  }
  expect(withFields).toBeGreaterThan(kinds.length)
})

test('what nobody owns is left out, and an object of nothing else has no fields', () => {
  const schema = schemaFor('', 'v1', 'ConfigMap')!
  const without = { keys: new Set(['apiVersion', 'kind']), metadataKeys: new Set(['name', 'uid']) }
  const fields = (object: object) => {
    const created = { apiVersion: 'v1', kind: 'ConfigMap', ...object }
    const text = createdFields(emptyObject(schema), created, typeOfSchema(schema), without)
    return text && JSON.parse(text)
  }
  expect(fields({ metadata: { name: 'a', uid: 'b' } })).toBeUndefined()
  expect(fields({ metadata: { name: 'a', labels: { x: 'y' } }, data: { k: 'v' } })).toEqual({
    'f:data': { '.': {}, 'f:k': {} },
    'f:metadata': { 'f:labels': { '.': {}, 'f:x': {} } },
  })
})
