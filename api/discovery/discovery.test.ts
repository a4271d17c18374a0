import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { resourcesServed } from '../schema/resource.ts'
import {
  aggregatedDiscovery,
  aggregatedMediaType,
  apiGroup,
  apiGroupList,
  apiResourceList,
  apiVersions,
  wantsAggregated,
} from './discovery.ts'
import { openApiDocument, openApiIndex } from './openapi.ts'

const resources = resourcesServed()

/** Answers what kubectl asks of a server's description of itself, and nothing else. */
function answer(path: string, accept: string): object | undefined {
  const aggregated = wantsAggregated(accept)
  if (path === '/version') return { major: '1', minor: '36', gitVersion: 'v1.36.4' }
  if (path === '/api') return aggregated ? aggregatedDiscovery(resources, true) : apiVersions('127.0.0.1:6443')
  if (path === '/apis') return aggregated ? aggregatedDiscovery(resources, false) : apiGroupList(resources)
  if (path === '/openapi/v3') return openApiIndex(resources, 'test')
  const [, root, ...parts] = path.split('/')
  if (root === 'openapi') return openApiDocument(resources, parts[1] === 'api' ? '' : parts[2]!, parts.at(-1)!)
  if (root === 'api') return apiResourceList(resources, '', parts[0]!)
  return parts.length === 1 ? apiGroup(resources, parts[0]!) : apiResourceList(resources, parts[0]!, parts[1]!)
}

let server: ReturnType<typeof Bun.serve>
let home: string
const asked: string[] = []

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'skein-discovery-'))
  server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch(request) {
      const path = new URL(request.url).pathname
      const accept = request.headers.get('accept') ?? ''
      asked.push(path)
      const body = answer(path, accept)
      if (!body) return new Response('{}', { status: 404 })
      const isAggregated = wantsAggregated(accept) && /^\/apis?$/.test(path)
      return new Response(JSON.stringify(body), {
        headers: { 'content-type': isAggregated ? aggregatedMediaType : 'application/json' },
      })
    },
  })
})
afterAll(() => {
  server.stop(true)
  rmSync(home, { recursive: true })
})

async function kubectl(...args: string[]): Promise<string> {
  const command = [
    'kubectl',
    '--server',
    `http://127.0.0.1:${server.port}`,
    '--cache-dir',
    join(home, `${Math.random()}`),
  ]
  const process = Bun.spawn([...command, ...args], { env: { PATH: Bun.env.PATH, HOME: home }, stderr: 'pipe' })
  const [out, err] = await Promise.all([new Response(process.stdout).text(), new Response(process.stderr).text()])
  if ((await process.exited) !== 0) throw new Error(err)
  return out
}

describe('kubectl', () => {
  test('api-resources lists every resource once', async () => {
    const lines = (await kubectl('api-resources', '--no-headers', '-o', 'wide')).trim().split('\n')
    const preferred = resources.filter((r) => r.group !== 'autoscaling' || r.version === 'v2')
    expect(lines.length).toBe(preferred.length)
    expect(lines.find((line) => line.startsWith('deployments '))).toMatch(
      /^deployments +deploy +apps\/v1 +true +Deployment +create,delete,deletecollection,get,list,patch,update,watch +all *$/,
    )
  })

  test('api-versions', async () => {
    const versions = (await kubectl('api-versions')).trim().split('\n')
    expect(versions).toContain('autoscaling/v1')
    expect(versions).toContain('rbac.authorization.k8s.io/v1')
    expect(versions).toContain('v1')
  })

  test('explain shows types, descriptions and enumerations', async () => {
    const text = await kubectl('explain', 'pods.spec.containers')
    expect(text).toContain('KIND:       Pod')
    expect(text).toContain('FIELD: containers <[]Container>')
    expect(text).toMatch(/imagePullPolicy\t<string>\n +enum: Always, IfNotPresent, Never/)
    expect(text).toMatch(/name\t<string> -required-/)
    expect(text).toContain('A single application container that you want to run within a pod.')
    const recursive = await kubectl('explain', 'deployment', '--recursive')
    expect(recursive).toMatch(/maxSurge\t<IntOrString>/)
  })

  test('the aggregated form takes two requests, no more', async () => {
    asked.length = 0
    await kubectl('api-resources')
    expect(asked.filter((path) => path !== '/version').toSorted()).toEqual(['/api', '/apis'])
  })
})

describe('documents', () => {
  test('the older form lists subresources with their own kinds', () => {
    const list = apiResourceList(resources, '', 'v1') as { resources: { name: string }[] }
    expect(list.resources.find((r) => r.name === 'pods/eviction')).toEqual({
      name: 'pods/eviction',
      singularName: '',
      namespaced: true,
      group: 'policy',
      version: 'v1',
      kind: 'Eviction',
      verbs: ['create'],
    } as never)
    expect(apiResourceList(resources, 'apps', 'v9')).toBeUndefined()
    expect(apiGroup(resources, 'nonsense')).toBeUndefined()
  })

  test('every group-version has an OpenAPI document without dangling references, with PATCH and fieldValidation', () => {
    const index = openApiIndex(resources, 'h') as { paths: Record<string, unknown> }
    for (const path of Object.keys(index.paths)) {
      const [root, ...parts] = path.split('/')
      const document = openApiDocument(resources, root === 'api' ? '' : parts[0]!, parts.at(-1)!)!
      const { schemas } = document.components as { schemas: Record<string, object> }
      const text = JSON.stringify(document)
      for (const [, name] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g))
        expect(schemas).toHaveProperty([name!])
    }
    const apps = openApiDocument(resources, 'apps', 'v1')!.paths as Record<string, Record<string, never>>
    const patch = apps['/apis/apps/v1/namespaces/{namespace}/deployments/{name}']!.patch! as {
      parameters: { name: string }[]
    }
    expect(patch.parameters.map((p) => p.name)).toContain('fieldValidation')
    expect(patch).toMatchObject({
      'x-kubernetes-group-version-kind': { group: 'apps', kind: 'Deployment', version: 'v1' },
    })
  })

  test('list types and patch strategies stand in the schemas', () => {
    const { schemas } = openApiDocument(resources, '', 'v1')!.components as { schemas: Record<string, never> }
    expect(schemas['io.k8s.api.core.v1.Container']).toMatchObject({
      properties: {
        ports: {
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['containerPort', 'protocol'],
          'x-kubernetes-patch-merge-key': 'containerPort',
          'x-kubernetes-patch-strategy': 'merge',
        },
      },
      required: ['name'],
    })
  })
})
