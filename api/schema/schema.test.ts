import { expect, test } from 'bun:test'
import { resourceFor, resourceOfKind, resourcesServed } from './resource.ts'
import { schemaFor, schemaOf } from './schema.ts'

test('every served resource, its list and its subresources have a schema', () => {
  const missing: string[] = []
  for (const r of resourcesServed()) {
    const kinds = [r, ...r.subresources].map((k) => ({ ...k, kind: k.kind }))
    if (r.verbs.includes('list')) kinds.push({ ...r, kind: `${r.kind}List` })
    for (const k of kinds) if (!schemaFor(k.group, k.version, k.kind)) missing.push(`${k.group}/${k.version} ${k.kind}`)
  }
  expect(missing).toEqual([])
  expect(resourcesServed().length).toBeGreaterThan(65)
})

test('a field knows its wire and its JSON side', () => {
  const ports = schemaOf('core-v1', 'Container')!.properties.get('ports')!
  expect(ports).toMatchObject({ number: 6, shape: 'list', type: 'message', patchMergeKey: 'containerPort' })
  expect(ports).toMatchObject({ patchStrategy: 'merge', listType: 'map', listMapKeys: ['containerPort', 'protocol'] })
  expect(ports.schema!.properties.get('protocol')!.default).toBe('TCP')
})

test('inlined messages stand in the parent in JSON and on their own on the wire', () => {
  const probe = schemaOf('core-v1', 'Probe')!
  expect(probe.properties.has('httpGet')).toBe(true)
  expect(probe.fields[0]).toMatchObject({ proto: 'handler', inline: true, number: 1 })
})

test('resources are found by plural and by kind', () => {
  expect(resourceFor('apps', 'v1', 'deployments')).toMatchObject({ kind: 'Deployment', shortNames: ['deploy'] })
  expect(resourceOfKind('apps', 'v1', 'ReplicaSet')?.resource).toBe('replicasets')
  expect(resourceFor('apps', 'v2', 'deployments')).toBeUndefined()
  expect(resourceFor('', 'v1', 'pods')?.subresources.map((s) => s.name)).toContain('eviction')
})

test('kinds of meta/v1 belong to every group-version', () => {
  expect(schemaFor('', 'v1', 'Status')?.name).toBe('Status')
  expect(schemaFor('apps', 'v1', 'DeleteOptions')?.name).toBe('DeleteOptions')
  expect(schemaFor('apps', 'v1', 'Nonsense')).toBeUndefined()
  expect(schemaFor('', 'v1', 'PodSpec')).toBeUndefined()
})
