import { describe, expect, test } from 'bun:test'
import { parse } from 'yaml'
import type { JsonObject } from '../schema/conform.ts'
import { schemaFor } from '../schema/schema.ts'
import { strategicMergePatch } from './strategic.ts'

const pod = schemaFor('', 'v1', 'Pod')!
const deployment = schemaFor('apps', 'v1', 'Deployment')!

interface Case {
  name: string
  object: string
  patch: string
  result: string
}

/** Sources: [1] kubernetes.io/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch,
 * [2] community/contributors/devel/sig-api-machinery/strategic-merge-patch.md,
 * [3] apimachinery/pkg/util/strategicpatch/patch_test.go. */
const cases: Case[] = [
  {
    name: '[1] containers merge by name, the new one comes first',
    object: 'spec: {containers: [{name: patch-demo-ctr, image: nginx}]}',
    patch: 'spec: {containers: [{name: patch-demo-ctr-2, image: redis}]}',
    result: 'spec: {containers: [{name: patch-demo-ctr-2, image: redis}, {name: patch-demo-ctr, image: nginx}]}',
  },
  {
    name: '[1] tolerations have no merge key: replaced',
    object: 'spec: {tolerations: [{effect: NoSchedule, key: dedicated, value: test-team}]}',
    patch: 'spec: {tolerations: [{effect: NoSchedule, key: disktype, value: ssd}]}',
    result: 'spec: {tolerations: [{effect: NoSchedule, key: disktype, value: ssd}]}',
  },
  {
    name: '[2] one container changes, the others stay',
    object: 'spec: {containers: [{name: nginx, image: nginx-1.0}, {name: helper, image: h}]}',
    patch: 'spec: {containers: [{name: nginx, image: nginx-1.1}]}',
    result: 'spec: {containers: [{name: nginx, image: nginx-1.1}, {name: helper, image: h}]}',
  },
  {
    name: '[2] $patch: delete removes an element',
    object: 'spec: {containers: [{name: nginx, image: a}, {name: log, image: b}]}',
    patch: 'spec: {containers: [{name: log, $patch: delete}]}',
    result: 'spec: {containers: [{name: nginx, image: a}]}',
  },
  {
    name: '[2] $patch: replace in a list replaces all of it',
    object: 'spec: {containers: [{name: nginx, image: a}]}',
    patch: 'spec: {containers: [{name: log, image: b}, {$patch: replace}]}',
    result: 'spec: {containers: [{name: log, image: b}]}',
  },
  {
    name: '[2] $patch: replace in a map replaces all of it',
    object: 'spec: {securityContext: {runAsUser: 1, fsGroup: 2}}',
    patch: 'spec: {securityContext: {$patch: replace, fsGroup: 3}}',
    result: 'spec: {securityContext: {fsGroup: 3}}',
  },
  {
    name: '[2] $patch: delete in a map empties it',
    object: 'spec: {securityContext: {runAsUser: 1}}',
    patch: 'spec: {securityContext: {$patch: delete}}',
    result: 'spec: {securityContext: {}}',
  },
  {
    name: '[2] null removes a key',
    object: 'metadata: {labels: {a: b, c: d}}',
    patch: 'metadata: {labels: {a: null, e: null}}',
    result: 'metadata: {labels: {c: d}}',
  },
  {
    name: '[2] $deleteFromPrimitiveList',
    object: 'metadata: {finalizers: [a, b, c]}',
    patch: 'metadata: {$deleteFromPrimitiveList/finalizers: [b]}',
    result: 'metadata: {finalizers: [a, c]}',
  },
  {
    name: '[3] primitive lists merge, each value once, new ones first (mergeSortedSlice)',
    object: 'metadata: {finalizers: [a, b]}',
    patch: 'metadata: {finalizers: [c, b]}',
    result: 'metadata: {finalizers: [c, a, b]}',
  },
  {
    name: '[2] $setElementOrder orders what the patch names',
    object: 'spec: {containers: [{name: a}, {name: b}, {name: c}]}',
    patch: 'spec: {$setElementOrder/containers: [{name: c}, {name: a}, {name: b}], containers: [{name: b, image: i}]}',
    result: 'spec: {containers: [{name: c}, {name: a}, {name: b, image: i}]}',
  },
  {
    name: "[2] the server's own elements keep their place",
    object: 'spec: {containers: [{name: sidecar}, {name: a}, {name: b}]}',
    patch: 'spec: {$setElementOrder/containers: [{name: b}, {name: a}]}',
    result: 'spec: {containers: [{name: sidecar}, {name: b}, {name: a}]}',
  },
  {
    name: '[2] an order alone changes nothing else; of a list that is not there, nothing at all',
    object: 'metadata: {finalizers: [a, b]}',
    patch: 'metadata: {$setElementOrder/finalizers: [b, a], $setElementOrder/ownerReferences: [{uid: x}]}',
    result: 'metadata: {finalizers: [b, a]}',
  },
  {
    name: '[2] $retainKeys keeps only what it lists: a union changes its member',
    object: 'spec: {volumes: [{name: v, emptyDir: {}}]}',
    patch: 'spec: {volumes: [{name: v, $retainKeys: [name, configMap], configMap: {name: c}}]}',
    result: 'spec: {volumes: [{name: v, configMap: {name: c}}]}',
  },
  {
    name: "[3] an order with a deletion: new elements come behind the server's own",
    object: 'spec: {containers: [{name: a}, {name: b, image: i}, {name: d}]}',
    patch:
      'spec: {$setElementOrder/containers: [{name: b}, {name: c}], containers: [{name: c}, {name: a, $patch: delete}]}',
    result: 'spec: {containers: [{name: b, image: i}, {name: d}, {name: c}]}',
  },
  {
    name: '[3] ports merge by containerPort',
    object: 'spec: {containers: [{name: a, ports: [{containerPort: 80, name: http}]}]}',
    patch: 'spec: {containers: [{name: a, ports: [{containerPort: 443}, {containerPort: 80, hostPort: 8080}]}]}',
    result:
      'spec: {containers: [{name: a, ports: [{containerPort: 443}, {containerPort: 80, name: http, hostPort: 8080}]}]}',
  },
  {
    name: '[3] what is added comes without nulls and directives',
    object: 'spec: {}',
    patch: 'spec: {containers: [{name: a, image: null, env: [{name: X, $patch: delete}]}]}',
    result: 'spec: {containers: [{name: a, env: []}]}',
  },
  {
    name: '[3] a map takes the place of a list and the other way round',
    object: 'metadata: {labels: [x]}',
    patch: 'metadata: {labels: {a: b}}',
    result: 'metadata: {labels: {a: b}}',
  },
]

describe('strategic merge', () => {
  for (const { name, object, patch, result } of cases) {
    test(name, () => expect(strategicMergePatch(parse(object), parse(patch), pod)).toEqual(parse(result)))
  }

  test('[1] strategy retainKeys: from rolling update to Recreate', () => {
    const object = { spec: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '30%' } } } }
    const patch = { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } }
    expect(strategicMergePatch(object, patch, deployment)).toEqual({ spec: { strategy: { type: 'Recreate' } } })
  })

  test('arguments stay as they were', () => {
    const object = { spec: { containers: [{ name: 'a', env: [{ name: 'X', value: '1' }] }] } }
    const patch = {
      spec: { containers: [{ name: 'a', env: [{ name: 'X', value: '2' }] }], $retainKeys: ['containers'] },
    }
    const [before, wanted] = [structuredClone(object), structuredClone(patch)]
    strategicMergePatch(object, patch, pod)
    expect(object).toEqual(before)
    expect(patch).toEqual(wanted)
  })

  const refused: [string, unknown, string][] = [
    ['no object', [], 'a strategic merge patch must be a JSON object'],
    ['an unknown directive', { metadata: { $patch: 'foo' } }, 'unknown patch type: foo in map'],
    [
      'an element without its key',
      { spec: { containers: [{ image: 'x' }] } },
      'does not contain declared merge key: name',
    ],
    [
      'keys that are not retained',
      { metadata: { $retainKeys: ['a'], labels: {} } },
      'invalid patch format of retainKeys',
    ],
    [
      'merging a list in a list',
      { spec: { containers: [{ name: 'a', $patch: 'merge' }] } },
      'merging lists cannot yet be specified',
    ],
    [
      'an order that is no list',
      { spec: { '$setElementOrder/containers': {} } },
      'invalid patch format of setElementOrder list',
    ],
    [
      'an order without an element of the patch',
      { spec: { '$setElementOrder/containers': [{ name: 'b' }], containers: [{ name: 'a' }] } },
      'The order in patch list',
    ],
  ]
  for (const [name, patch, message] of refused) {
    test(`${name} is refused`, () => {
      const object: JsonObject = { metadata: { labels: { x: 'y' } }, spec: { containers: [{ name: 'a' }] } }
      expect(() => strategicMergePatch(object, patch, pod)).toThrow(message)
    })
  }

  test('large lists take linear time', () => {
    const names = Array.from({ length: 50_000 }, (_, i) => `f${i}`)
    const object = { metadata: { finalizers: names } }
    const result = strategicMergePatch(object, { metadata: { finalizers: names.toReversed() } }, pod)
    expect((result.metadata as { finalizers: string[] }).finalizers[0]).toBe('f49999')
  })
})
