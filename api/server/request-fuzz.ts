import { encodeProtobuf } from '../codec/protobuf.ts'
import { seeded } from '../codec/random-object.ts'
import { type Resource, resourceOfKind, resourcesServed } from '../schema/resource.ts'
import { schemaFor } from '../schema/schema.ts'

export type Handle = (request: Request) => Promise<Response>

export interface FuzzOutcome {
  /** Answers by status code. */
  codes: Map<number, number>
  /** Requests answered with a code of 500 or more that does not say what the server cannot do or wait for. */
  failures: string[]
}

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'BREW']
const contentTypes = [
  ...['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf', 'application/apply-patch+yaml'],
  ...['application/json-patch+json', 'application/merge-patch+json', 'application/strategic-merge-patch+json'],
  ...['', 'text/plain', 'application/cbor', ';;;'],
]
const accepts = [
  ...['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf', '*/*', '', 'x/y', ';q=z,,'],
  'application/json;as=Table;v=v1;g=meta.k8s.io,application/json',
  'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
]
const queries = [
  ...['limit', 'continue', 'resourceVersion', 'resourceVersionMatch', 'labelSelector', 'fieldSelector', 'dryRun'],
  ...['fieldValidation', 'fieldManager', 'force', 'propagationPolicy', 'gracePeriodSeconds', 'pretty', 'exact'],
  ...['includeObject', 'container', 'command', 'tailLines', 'sendInitialEvents', 'timeoutSeconds'],
]
const values = [
  '',
  '0',
  '1',
  '-1',
  'true',
  'All',
  'Exact',
  'a=b',
  '!a',
  'metadata.name=x',
  '99999999999999999999',
  'é%00',
  '{}',
]

interface SeedBody {
  contentType: string
  bytes: Buffer
  /** Where such a body belongs. */
  resource?: Resource
}

/** A request built from valid parts and then damaged, the same for the same seed. */
class RequestMaker {
  readonly #random: () => number
  readonly #bodies: SeedBody[]

  constructor(seed: number, bodies: SeedBody[]) {
    this.#random = seeded(seed)
    this.#bodies = bodies
  }

  make(): Request {
    const method = this.#pick(methods)
    const body = method === 'GET' || method === 'HEAD' ? undefined : this.#body()
    const headers = new Headers({ accept: this.#pick(accepts) })
    headers.set('content-type', this.#chance(0.8) && body ? body.contentType : this.#pick(contentTypes))
    if (this.#chance(0.02)) headers.set('impersonate-user', this.#pick(values).replace(/[^ -~]/g, ''))
    return new Request(`https://fuzz${this.#path(this.#chance(0.7) ? body?.resource : undefined)}${this.#query()}`, {
      method,
      headers,
      body: body?.bytes as never,
    })
  }

  #path(resource: Resource = this.#pick(resourcesServed())): string {
    const root = resource.group === '' ? '/api/v1' : `/apis/${resource.group}/${resource.version}`
    const parts = [root]
    if (resource.namespaced && this.#chance(0.9)) parts.push('namespaces', this.#chance(0.9) ? 'default' : this.#junk())
    parts.push(resource.resource)
    if (this.#chance(0.5)) parts.push(this.#chance(0.8) ? this.#pick(['a', 'b', 'default']) : this.#junk())
    if (this.#chance(0.3))
      parts.push(this.#pick(['status', 'scale', 'binding', 'token', 'log', 'exec', 'eviction', this.#junk()]))
    const path = parts.join('/')
    return this.#chance(0.05)
      ? this.#pick(['/', '//', '/%ff', '/apis/', `${path}/`, `${path}/x/y/z`, '/openapi/v3/x'])
      : path
  }

  #query(): string {
    const count = Math.floor(this.#random() * 3)
    const parts = Array.from(
      { length: count },
      () => `${this.#pick(queries)}=${encodeURIComponent(this.#pick(values))}`,
    )
    return parts.length === 0 ? '' : `?${parts.join('&')}`
  }

  #body(): SeedBody {
    const chosen = this.#pick(this.#bodies)
    const bytes = Buffer.from(chosen.bytes)
    if (bytes.length === 0 || this.#chance(0.3)) return { ...chosen, bytes }
    const changes = 1 + Math.floor(this.#random() * 4)
    for (let change = 0; change < changes; change++) {
      const at = Math.floor(this.#random() * bytes.length)
      bytes[at] = this.#chance(0.5)
        ? Math.floor(this.#random() * 256)
        : this.#pick([...'{}[]":,0-n'].map((c) => c.charCodeAt(0)))
    }
    return {
      ...chosen,
      bytes: this.#chance(0.1) ? bytes.subarray(0, Math.floor(this.#random() * bytes.length)) : bytes,
    }
  }

  #junk(): string {
    return encodeURIComponent(
      this.#pick(['..', '', 'x'.repeat(300), 'A_B', '\u0000', 'ünï', '__proto__', 'constructor', '%2f']),
    )
  }

  #chance(probability: number): boolean {
    return this.#random() < probability
  }

  #pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.#random() * items.length)]!
  }
}

/** Bodies that the fuzz damages: objects of daily kinds, options and patches, in each encoding. */
function seedBodies(): SeedBody[] {
  const podSpec = {
    containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 80 }], resources: { limits: { cpu: '1' } } }],
  }
  const metadata = { name: 'a', namespace: 'default', labels: { x: 'y' }, annotations: { n: '1' } }
  const objects = [
    { apiVersion: 'v1', kind: 'Pod', metadata, spec: podSpec },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { a: 'b' } },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { type: 'NodePort', ports: [{ port: 80, targetPort: 'http' }] },
    },
    { apiVersion: 'v1', kind: 'Secret', metadata, stringData: { a: 'b' } },
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'b' } },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: { selector: { matchLabels: { x: 'y' } }, template: { metadata: { labels: { x: 'y' } }, spec: podSpec } },
    },
  ]
  const bodies = objects.flatMap((object) => {
    const [group, version] = object.apiVersion.includes('/') ? object.apiVersion.split('/') : ['', object.apiVersion]
    const resource = resourceOfKind(group!, version!, object.kind)
    const protobuf = encodeProtobuf(object, schemaFor(group!, version!, object.kind)!)
    return [
      { contentType: 'application/json', bytes: Buffer.from(JSON.stringify(object)), resource },
      { contentType: 'application/vnd.kubernetes.protobuf', bytes: Buffer.from(protobuf), resource },
      { contentType: 'application/yaml', bytes: Buffer.from(Bun.YAML.stringify(object, null, 1)), resource },
      { contentType: 'application/strategic-merge-patch+json', bytes: Buffer.from(JSON.stringify(object)), resource },
    ]
  })
  const patch = (contentType: string, value: unknown) => ({ contentType, bytes: Buffer.from(JSON.stringify(value)) })
  return [
    ...bodies,
    patch('application/merge-patch+json', { metadata: { labels: { x: null } }, data: { k: 'v' } }),
    patch('application/json-patch+json', [
      { op: 'add', path: '/data/z', value: 'v' },
      { op: 'test', path: '/kind', value: 'x' },
    ]),
    patch('application/json', {
      kind: 'DeleteOptions',
      apiVersion: 'v1',
      gracePeriodSeconds: 0,
      preconditions: { uid: 'x' },
    }),
    patch('application/json', { spec: { expirationSeconds: 600, audiences: ['x'] } }),
    { contentType: 'application/json', bytes: Buffer.alloc(0) },
  ]
}

/** What the server says when it is not at fault: not built yet, not ready, not known in time. */
const honest = new Set([501, 503, 504])

export async function fuzzRequests(handle: Handle, seed: number, count: number): Promise<FuzzOutcome> {
  const maker = new RequestMaker(seed, seedBodies())
  const outcome: FuzzOutcome = { codes: new Map(), failures: [] }
  for (let index = 0; index < count; index++) {
    const request = maker.make()
    const response = await handle(request)
    outcome.codes.set(response.status, (outcome.codes.get(response.status) ?? 0) + 1)
    const text = await response.text()
    if (response.status < 500 || honest.has(response.status)) continue
    outcome.failures.push(
      `seed ${seed} request ${index}: ${request.method} ${request.url} -> ${response.status} ${text.slice(0, 300)}`,
    )
  }
  return outcome
}
