import { afterAll, beforeAll, expect, test } from 'bun:test'
import { startTestServer, type TestServer } from './test-server.ts'

// Expectations: kubernetes.io/docs/reference/access-authn-authz (authentication, rbac) and kubectl's texts.

let t: TestServer
let asAlice: (...args: string[]) => ReturnType<TestServer['kubectl']>

beforeAll(async () => {
  t = await startTestServer()
  const kubeconfig = await t.kubeconfig('alice', ['team'])
  asAlice = (...args) => t.kubectlWith({ kubeconfig }, ...args)
})
afterAll(() => t.stop())

async function admin(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await t.kubectl(...args)
  if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}${stdout}`)
  return stdout
}

const url = (path: string) => `https://127.0.0.1:${t.server.ports[0]}${path}`
const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(url(path), { headers, tls: { ca: t.authority.certificatePem }, keepalive: false })

test('a certificate names user and groups', async () => {
  const { stdout } = await asAlice('auth', 'whoami', '-o', 'json')
  expect(JSON.parse(stdout).status.userInfo).toMatchObject({
    username: 'alice',
    groups: ['team', 'system:authenticated'],
  })
})

test('without a role nothing is allowed, and the refusal says what', async () => {
  const { code, stderr } = await asAlice('get', 'pods')
  expect(code).toBe(1)
  expect(stderr).toBe(
    'Error from server (Forbidden): pods is forbidden: User "alice" cannot list resource "pods" in API group "" in the namespace "default"\n',
  )
  expect((await asAlice('auth', 'can-i', 'get', 'pods')).stdout).toBe('no\n')
})

test('view lets read but neither write nor see secrets', async () => {
  await admin('create', 'ns', 'viewed')
  await admin('create', 'rolebinding', 'v', '--clusterrole=view', '--user=alice', '-n', 'viewed')
  expect((await asAlice('get', 'pods', '-n', 'viewed')).code).toBe(0)
  expect((await asAlice('get', 'secrets', '-n', 'viewed')).stderr).toContain('cannot list resource "secrets"')
  expect((await asAlice('create', 'configmap', 'x', '-n', 'viewed')).stderr).toContain(
    'cannot create resource "configmaps"',
  )
  expect((await asAlice('auth', 'can-i', 'list', 'deployments.apps', '-n', 'viewed')).stdout).toBe('yes\n')
  expect((await asAlice('auth', 'can-i', '--list', '-n', 'viewed')).stdout).toContain('configmaps')
})

test('history is for those who may read what is: old versions, continued lists, watches from the past', async () => {
  await admin('create', 'ns', 'past')
  await admin('create', 'secret', 'generic', 'old', '--from-literal=word=first', '-n', 'past')
  const version = await admin('get', 'secret/old', '-n', 'past', '-o', 'jsonpath={.metadata.resourceVersion}')
  await admin('delete', 'secret/old', '-n', 'past')
  const secrets = '/api/v1/namespaces/past/secrets'
  const first = JSON.parse(await admin('get', '--raw', '/api/v1/namespaces?limit=1'))
  const exact = `${secrets}?resourceVersion=${version}&resourceVersionMatch=Exact`
  expect(await admin('get', '--raw', exact)).toContain(Buffer.from('first').toString('base64'))
  for (const path of [
    exact,
    `${secrets}?watch=1&timeoutSeconds=1&resourceVersion=${Number(version) - 1}`,
    `/api/v1/namespaces?limit=1&continue=${first.metadata.continue}`,
  ]) {
    const { code, stdout, stderr } = await asAlice('get', '--raw', path)
    expect([path, code, stdout]).toEqual([path, 1, ''])
    expect(stderr).toContain('Forbidden')
  }
})

test('edit gathers view, by aggregation; a new role with the label is gathered too', async () => {
  await admin('create', 'ns', 'edited')
  await admin('create', 'rolebinding', 'e', '--clusterrole=edit', '--group=team', '-n', 'edited')
  expect((await asAlice('create', 'configmap', 'x', '-n', 'edited')).stdout).toBe('configmap/x created\n')
  expect((await asAlice('auth', 'can-i', 'create', 'endpointslices.discovery.k8s.io', '-n', 'edited')).stdout).toBe(
    'no\n',
  )
  await admin('create', 'clusterrole', 'slices', '--verb=get', '--resource=pods')
  const patch = '{"rules":[{"apiGroups":["discovery.k8s.io"],"resources":["endpointslices"],"verbs":["create"]}]}'
  await admin('patch', 'clusterrole', 'slices', '--type=merge', '-p', patch)
  await admin('label', 'clusterrole', 'slices', 'rbac.authorization.k8s.io/aggregate-to-edit=true')
  expect((await asAlice('auth', 'can-i', 'create', 'endpointslices.discovery.k8s.io', '-n', 'edited')).stdout).toBe(
    'yes\n',
  )
})

test('nobody hands out what they do not hold', async () => {
  await admin('create', 'ns', 'owned')
  await admin('create', 'rolebinding', 'a', '--clusterrole=admin', '--user=alice', '-n', 'owned')
  const role = await asAlice('create', 'role', 'nodes', '--verb=get', '--resource=nodes', '-n', 'owned')
  expect(role.stderr).toContain('is attempting to grant RBAC permissions not currently held')
  const binding = await asAlice(
    'create',
    'rolebinding',
    'b',
    '--clusterrole=cluster-admin',
    '--user=eve',
    '-n',
    'owned',
  )
  expect(binding.stderr).toContain('is attempting to grant RBAC permissions not currently held')
  expect((await asAlice('create', 'rolebinding', 'c', '--clusterrole=view', '--user=bob', '-n', 'owned')).code).toBe(0)
})

test('a service account token is known until the account is gone', async () => {
  await admin('create', 'sa', 'robot')
  const token = (await admin('create', 'token', 'robot', '--duration=20m')).trim()
  const authorization = `Bearer ${token}`
  const review = await (await get('/api/v1/namespaces/default/configmaps', { authorization })).json()
  expect(review).toMatchObject({ reason: 'Forbidden', code: 403 })
  expect((review as { message: string }).message).toContain('User "system:serviceaccount:default:robot" cannot list')
  await admin('create', 'clusterrolebinding', 'robot', '--clusterrole=view', '--serviceaccount=default:robot')
  expect((await get('/api/v1/namespaces/default/configmaps', { authorization })).status).toBe(200)
  await admin('delete', 'sa', 'robot')
  expect((await get('/api/v1/namespaces/default/configmaps', { authorization })).status).toBe(401)
})

test('a bootstrap token is known while its secret says so', async () => {
  const secret = [
    'create',
    'secret',
    'generic',
    'bootstrap-token-abcdef',
    '-n',
    'kube-system',
    '--type=bootstrap.kubernetes.io/token',
  ]
  const literal = (name: string, value: string) => `--from-literal=${name}=${value}`
  const values = [literal('token-id', 'abcdef'), literal('token-secret', '0123456789abcdef')]
  await admin(...secret, ...values, literal('usage-bootstrap-authentication', 'true'))
  const ask = async (token: string) => await get('/api/v1/nodes', { authorization: `Bearer ${token}` })
  expect(((await (await ask('abcdef.0123456789abcdef')).json()) as { message: string }).message).toContain(
    'User "system:bootstrap:abcdef"',
  )
  expect((await ask('abcdef.0123456789abcdee')).status).toBe(401)
  await admin('delete', 'secret', 'bootstrap-token-abcdef', '-n', 'kube-system')
  expect((await ask('abcdef.0123456789abcdef')).status).toBe(401)
})

test('bad tokens are refused, nobody may see health and version only', async () => {
  expect((await get('/api', { authorization: 'Bearer nonsense' })).status).toBe(401)
  const forged =
    `${btoa('{"alg":"none","kid":"key-1"}')}.${btoa('{"sub":"system:serviceaccount:default:x"}')}.`.replaceAll('=', '')
  expect((await get('/api', { authorization: `Bearer ${forged}` })).status).toBe(401)
  for (const path of ['/healthz', '/livez', '/readyz', '/version']) expect((await get(path)).status).toBe(200)
  for (const path of ['/api', '/metrics', '/api/v1/pods', '/openapi/v3']) expect((await get(path)).status).toBe(403)
})

test('a certificate of another authority is nobody', async () => {
  const other = await startTestServer()
  const stranger = await other.kubeconfig('admin', ['system:masters'])
  const config = JSON.parse(await Bun.file(stranger).text())
  const user = config.users[0].user
  const decode = (text: string) => Buffer.from(text, 'base64').toString()
  const tls = {
    ca: t.authority.certificatePem,
    cert: decode(user['client-certificate-data']),
    key: decode(user['client-key-data']),
  }
  expect((await fetch(url('/api/v1/pods'), { tls, keepalive: false })).status).toBe(403)
  await other.stop()
})

test('impersonation is for those who may', async () => {
  expect((await t.kubectl('auth', 'whoami', '--as=bob', '--as-group=g', '-o', 'json')).stdout).toContain(
    '"username": "bob"',
  )
  const refused = await asAlice('get', 'pods', '--as=admin')
  expect(refused.stderr).toContain(
    'User "alice" cannot impersonate resource "users" in API group "" at the cluster scope',
  )
})

test('readyz tells of its checks', async () => {
  const text = await (await get('/readyz?verbose')).text()
  expect(text).toBe('[+]ping ok\n[+]store ok\nreadyz check passed\n')
})
