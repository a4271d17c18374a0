import { afterAll, beforeAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import {
  clusterrolebindings,
  endpoints,
  endpointslices,
  ingresses,
  nodes,
  pods,
  serviceaccounts,
  services,
} from '../../api/schema/generated/resources.ts'
import { debianProgram } from './debian-program.ts'
import { startTestServer, type TestServer } from './test-server.ts'

// Prometheus finds its targets by list and watch: https://prometheus.io/docs/prometheus/latest/configuration/configuration/#kubernetes_sd_config

let t: TestServer
let prometheus: Bun.Subprocess<'ignore', 'ignore', 'pipe'>
let address: string

/** Its roles, and what each must find: the value of a label. */
const found = {
  node: ['__meta_kubernetes_node_name', 'n1'],
  pod: ['__meta_kubernetes_pod_name', 'web'],
  service: ['__meta_kubernetes_service_name', 'web'],
  endpoints: ['__meta_kubernetes_endpoints_name', 'web'],
  endpointslice: ['__meta_kubernetes_endpointslice_name', 'web-1'],
  ingress: ['__meta_kubernetes_ingress_name', 'web'],
} as const
const credentials = ['x509', 'token'] as const

beforeAll(async () => {
  t = await startTestServer()
  await makeObjects()
  const kubeconfig = JSON.parse(await Bun.file(await t.kubeconfig('prometheus', ['system:masters'])).text())
  const [{ cluster }, { user }] = [kubeconfig.clusters[0], kubeconfig.users[0]]
  const files: Record<string, string> = {
    ca: Buffer.from(cluster['certificate-authority-data'], 'base64').toString(),
    cert: Buffer.from(user['client-certificate-data'], 'base64').toString(),
    key: Buffer.from(user['client-key-data'], 'base64').toString(),
    token: await accountToken(),
  }
  const path = (name: string) => join(t.directory, `prometheus-${name}`)
  for (const [name, text] of Object.entries(files)) await Bun.write(path(name), text)
  const ways = {
    x509: { tls_config: { ca_file: path('ca'), cert_file: path('cert'), key_file: path('key') } },
    token: { tls_config: { ca_file: path('ca') }, authorization: { credentials_file: path('token') } },
  }
  const jobs = credentials.flatMap((way) =>
    Object.keys(found).map((role) => ({
      job_name: `${role}-${way}`,
      kubernetes_sd_configs: [{ role, api_server: cluster.server, ...ways[way] }],
    })),
  )
  const config = { global: { scrape_interval: '1h' }, scrape_configs: jobs }
  await Bun.write(path('config.yaml'), JSON.stringify(config))
  const program = debianProgram({ name: 'prometheus', suite: 'trixie' }, 'usr/bin/prometheus')
  const storage = `--storage.tsdb.path=${path('data')}`
  prometheus = Bun.spawn(
    [program, `--config.file=${path('config.yaml')}`, storage, '--web.listen-address=127.0.0.1:0'],
    { stdin: 'ignore', stdout: 'ignore', stderr: 'pipe' },
  )
  address = await listeningAddress(prometheus.stderr)
}, 120_000)

afterAll(async () => {
  prometheus?.kill()
  await prometheus?.exited
  await t.stop()
})

async function makeObjects(): Promise<void> {
  const port = 80
  await t.client.resource(nodes).create({
    metadata: { name: 'n1' },
    status: {
      addresses: [{ type: 'InternalIP', address: '10.0.0.1' }],
      daemonEndpoints: { kubeletEndpoint: { Port: 1 } },
    },
  })
  const container = { name: 'web', image: 'web:1', ports: [{ containerPort: port }] }
  const pod = { metadata: { name: 'web' }, spec: { nodeName: 'n1', containers: [container] } }
  const made = await t.client.resource(pods, 'default').create(pod)
  await t.client.resource(pods, 'default').updateStatus({ ...made, status: { podIP: '10.42.0.9', phase: 'Running' } })
  await t.client.resource(services, 'default').create({ metadata: { name: 'web' }, spec: { ports: [{ port }] } })
  await t.client
    .resource(endpoints, 'default')
    .create({ metadata: { name: 'web' }, subsets: [{ addresses: [{ ip: '10.42.0.9' }], ports: [{ port }] }] })
  await t.client.resource(endpointslices, 'default').create({
    metadata: { name: 'web-1', labels: { 'kubernetes.io/service-name': 'web' } },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['10.42.0.9'] }],
    ports: [{ name: '', port }],
  })
  const backend = { service: { name: 'web', port: { number: port } } }
  const rule = { host: 'web.example', http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }
  await t.client.resource(ingresses, 'default').create({ metadata: { name: 'web' }, spec: { rules: [rule] } })
}

async function accountToken(): Promise<string> {
  await t.client.resource(serviceaccounts, 'default').create({ metadata: { name: 'prometheus' } })
  await t.client.resource(clusterrolebindings).create({
    metadata: { name: 'prometheus' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ kind: 'ServiceAccount', name: 'prometheus', namespace: 'default' }],
  })
  const { code, stdout, stderr } = await t.kubectl('create', 'token', 'prometheus')
  if (code !== 0) throw new Error(stderr)
  return stdout.trim()
}

/** From its log; the rest of the log is read and forgotten, but for errors of the discovery. */
async function listeningAddress(log: ReadableStream<Uint8Array>): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const read = async () => {
    let text = ''
    for await (const chunk of log) {
      text = (text + Buffer.from(chunk)).slice(-100_000)
      const listening = /Listening on" address=(\S+)/.exec(text)
      if (listening && text.includes('Server is ready')) resolve(listening[1]!)
    }
    reject(new Error(`Prometheus ended: ${text}`))
  }
  read().catch(reject)
  return promise
}

interface Target {
  discoveredLabels: Record<string, string>
}

async function targets(): Promise<Target[]> {
  const response = await fetch(`http://${address}/api/v1/targets`, { keepalive: false })
  const { data } = (await response.json()) as { data: { activeTargets: Target[] } }
  return data.activeTargets
}

test.each(credentials.flatMap((way) => Object.keys(found).map((role) => [role, way] as const)))(
  'Prometheus finds targets of the role %s by %s',
  async (role, way) => {
    const [label, value] = found[role as keyof typeof found]
    const isFound = ({ discoveredLabels: { job, [label]: name } }: Target) => job === `${role}-${way}` && name === value
    // It tells nobody when it found something: asked until it did, or the test's time is over.
    while (!(await targets()).some(isFound)) await Bun.sleep(200)
    expect((await targets()).filter(isFound).length).toBeGreaterThan(0)
  },
  60_000,
)

test('Prometheus sees a Service that is made later', async () => {
  await t.client.resource(services, 'default').create({ metadata: { name: 'late' }, spec: { ports: [{ port: 81 }] } })
  const late = ({ discoveredLabels }: Target) => discoveredLabels.__meta_kubernetes_service_name === 'late'
  while ((await targets()).filter(late).length < 2) await Bun.sleep(200)
  expect(
    (await targets())
      .filter(late)
      .map(({ discoveredLabels }) => discoveredLabels.job)
      .sort(),
  ).toEqual(['service-token', 'service-x509'])
}, 60_000)
