import { afterAll, beforeAll, expect, test } from 'bun:test'
import { startTestServer, type TestServer } from '../../test/kubectl/test-server.ts'
import { deployments, pods } from '../schema/generated/resources.ts'

let t: TestServer

beforeAll(async () => {
  t = await startTestServer()
  await t.client.resource(deployments, 'default').create(
    {
      metadata: { name: 'd' },
      spec: {
        replicas: 1,
        selector: { matchLabels: { app: 'd' } },
        template: { metadata: { labels: { app: 'd' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
      },
    },
    { fieldManager: 'maker' },
  )
})
afterAll(() => t.stop())

const path = '/apis/apps/v1/namespaces/default/deployments/d/scale'

async function apply(body: object, query: string): Promise<{ code: number; body: unknown }> {
  const response = await t.fetch(`${path}?${query}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/apply-patch+yaml' },
    body: JSON.stringify(body),
  })
  return { code: response.status, body: await response.json() }
}

const scale = (spec: object) => ({ apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: 'd' }, spec })

// Upstream: k8s.io/apimachinery/pkg/util/managedfields/scalehandler_test.go.
test('an applied Scale owns the replicas of its workload, against others only when forced', async () => {
  const refused = await apply(scale({ replicas: 3 }), 'fieldManager=scaler')
  expect(refused.code).toBe(409)
  expect(refused.body).toMatchObject({
    reason: 'Conflict',
    message: 'Apply failed with 1 conflict: conflict with "maker" using apps/v1: .spec.replicas',
  })
  const forced = await apply(scale({ replicas: 3 }), 'fieldManager=scaler&force=true')
  expect(forced).toMatchObject({ code: 200, body: { kind: 'Scale', spec: { replicas: 3 } } })
  const { metadata, spec } = await t.client.resource(deployments, 'default').get('d')
  expect(spec!.replicas).toBe(3)
  const managed = (metadata as { managedFields: { manager: string }[] }).managedFields
  expect(managed.find(({ manager }) => manager === 'scaler')).toMatchObject({
    ...{ operation: 'Apply', subresource: 'scale', apiVersion: 'apps/v1' },
    fieldsV1: { 'f:spec': { 'f:replicas': {} } },
  })
  expect(JSON.stringify(managed.find(({ manager }) => manager === 'maker'))).not.toContain('f:replicas')
  expect((await apply(scale({ replicas: 4 }), 'fieldManager=scaler')).body).toMatchObject({ spec: { replicas: 4 } })
})

test('what is no Scale, or has no replicas, is refused', async () => {
  const other = await apply({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd' } }, 'fieldManager=x')
  expect(other).toMatchObject({ code: 400, body: { reason: 'BadRequest' } })
  expect((await apply(scale({}), 'fieldManager=x')).body).toMatchObject({
    message: 'Scale: spec.replicas: Invalid value: must be greater than or equal to 0',
  })
})

test('the resources of a running pod are read, and not changed yet', async () => {
  const spec = { containers: [{ name: 'c', image: 'i' }] }
  await t.client.resource(pods, 'default').create({ metadata: { name: 'p' }, spec })
  const resize = '/api/v1/namespaces/default/pods/p/resize'
  expect(await (await t.fetch(resize)).json()).toMatchObject({ kind: 'Pod' })
  const headers = { 'content-type': 'application/merge-patch+json' }
  const response = await t.fetch(resize, { method: 'PATCH', headers, body: '{"spec":{}}' })
  expect(await response.json()).toMatchObject({
    ...{ code: 501, reason: 'NotImplemented' },
    message: 'changing the resources of a running pod (pods/resize) is not supported yet by this build of Skein',
  })
})
