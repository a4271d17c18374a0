import { afterAll, beforeAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import { kubectlPath, startTestServer, type TestServer } from './test-server.ts'

// What kubectl must print comes from kubernetes.io/docs/reference/kubectl and kubectl's own source (pkg/cmd).

let t: TestServer

beforeAll(async () => {
  t = await startTestServer()
})
afterAll(() => t.stop())

/** Runs kubectl, expects success, and gives what it printed. */
async function kubectl(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await t.kubectl(...args)
  if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}${stdout}`)
  return stdout
}

async function apply(manifest: object, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await t.kubectlWith({ input: JSON.stringify(manifest) }, ...args, '-f', '-')
  if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}${stdout}`)
  return stdout
}

test('version tells of Kubernetes 1.36', async () => {
  const version = JSON.parse(await kubectl('version', '-o', 'json'))
  expect(version.serverVersion).toMatchObject({ major: '1', minor: '36' })
})

test('create deployment (a protobuf body), get as table, wide, name, yaml and jsonpath', async () => {
  expect(await kubectl('create', 'deployment', 'web', '--image=nginx:1', '--replicas=2')).toBe(
    'deployment.apps/web created\n',
  )
  expect(await kubectl('get', 'deployments')).toMatch(
    /^NAME +READY +UP-TO-DATE +AVAILABLE +AGE\nweb +0\/2 +0 +0 +\d+s\n$/,
  )
  expect(await kubectl('get', 'deploy', '-o', 'wide')).toMatch(
    /CONTAINERS +IMAGES +SELECTOR\n.*nginx +nginx:1 +app=web\n$/,
  )
  expect(await kubectl('get', 'deploy/web', '-o', 'name')).toBe('deployment.apps/web\n')
  expect(await kubectl('get', 'deploy', 'web', '-o', 'yaml')).toContain('    app: web\n')
  expect(await kubectl('get', 'deploy', 'web', '-o', 'jsonpath={.spec.template.spec.containers[0].image}')).toBe(
    'nginx:1',
  )
  expect(await kubectl('get', 'all')).toContain('deployment.apps/web')
})

test('scale, label, annotate, set image, patch in three kinds', async () => {
  await kubectl('create', 'deployment', 'p', '--image=nginx:1')
  expect(await kubectl('scale', 'deploy/p', '--replicas=3')).toBe('deployment.apps/p scaled\n')
  expect(await kubectl('label', 'deploy/p', 'tier=front')).toBe('deployment.apps/p labeled\n')
  expect(await kubectl('annotate', 'deploy/p', 'note=x')).toBe('deployment.apps/p annotated\n')
  expect(await kubectl('set', 'image', 'deploy/p', 'nginx=nginx:2')).toBe('deployment.apps/p image updated\n')
  await kubectl(
    'patch',
    'deploy',
    'p',
    '-p',
    '{"spec":{"template":{"spec":{"containers":[{"name":"side","image":"s"}]}}}}',
  )
  await kubectl('patch', 'deploy', 'p', '--type=merge', '-p', '{"metadata":{"labels":{"tier":null,"m":"1"}}}')
  await kubectl('patch', 'deploy', 'p', '--type=json', '-p', '[{"op":"replace","path":"/spec/replicas","value":5}]')
  const made = JSON.parse(await kubectl('get', 'deploy', 'p', '-o', 'json'))
  expect(made.spec.replicas).toBe(5)
  expect(made.metadata.labels).toEqual({ app: 'p', m: '1' })
  expect(made.metadata.annotations).toEqual({ note: 'x' })
  expect(made.spec.template.spec.containers.map((c: { name: string }) => c.name).sort()).toEqual(['nginx', 'side'])
})

test('apply creates, changes, prunes what was taken out, and says unchanged', async () => {
  const map = (data: object) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'applied' }, data })
  expect(await apply(map({ a: '1', b: '2' }), 'apply')).toBe('configmap/applied created\n')
  expect(await apply(map({ a: '1', b: '2' }), 'apply')).toBe('configmap/applied unchanged\n')
  expect(await apply(map({ a: '9' }), 'apply')).toBe('configmap/applied configured\n')
  expect(JSON.parse(await kubectl('get', 'cm', 'applied', '-o', 'json')).data).toEqual({ a: '9' })
  const { code, stdout } = await t.kubectlWith({ input: JSON.stringify(map({ a: '10' })) }, 'diff', '-f', '-')
  expect(code).toBe(1)
  expect(stdout).toContain('-  a: "9"\n+  a: "10"\n')
})

test('create -f names an unknown field, replace replaces', async () => {
  const bad = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'bad' }, dada: {} }
  const refused = await t.kubectlWith({ input: JSON.stringify(bad) }, 'create', '-f', '-')
  expect(refused.code).toBe(1)
  expect(refused.stderr).toContain('strict decoding error: unknown field "dada"')
  const good = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'good' }, data: { a: '1' } }
  await apply(good, 'create')
  expect(await apply({ ...good, data: { a: '2' } }, 'replace')).toBe('configmap/good replaced\n')
})

test('edit by an editor changes the object', async () => {
  await kubectl('create', 'configmap', 'edited', '--from-literal=a=before')
  const editor = join(t.directory, 'editor.sh')
  await Bun.write(editor, '#!/bin/sh\nsed -i s/before/after/ "$1"\n')
  const env = { KUBE_EDITOR: `sh ${editor}` }
  const { stdout } = await t.kubectlWith({ env }, 'edit', 'configmap', 'edited')
  expect(stdout).toBe('configmap/edited edited\n')
  expect(await kubectl('get', 'cm', 'edited', '-o', 'jsonpath={.data.a}')).toBe('after')
})

test('get -w tells of changes', async () => {
  const child = Bun.spawn(
    [
      kubectlPath,
      '--kubeconfig',
      await t.kubeconfig('watcher', ['system:masters']),
      'get',
      'secrets',
      '-w',
      '--no-headers',
    ],
    { env: { PATH: Bun.env.PATH, HOME: t.directory }, stdout: 'pipe', stderr: 'ignore' },
  )
  const reader = child.stdout.getReader()
  const line = (async () => {
    let text = ''
    while (!text.endsWith('\n')) text += new TextDecoder().decode((await reader.read()).value)
    return text
  })()
  // The watch follows the list: what is created after the list's revision comes, whenever the watch begins.
  await kubectl('create', 'secret', 'generic', 'watched', '--from-literal=a=b')
  expect(await line).toMatch(/^watched +Opaque +1 +\d+s\n$/)
  child.kill()
  await child.exited
})

test('describe shows an object and its events', async () => {
  await kubectl('create', 'namespace', 'd')
  expect(await kubectl('describe', 'ns', 'd')).toMatch(/Name: +d\nLabels: +kubernetes.io\/metadata.name=d\n/)
  await kubectl('create', 'service', 'clusterip', 's', '--tcp=80:8080')
  expect(await kubectl('describe', 'svc', 's')).toMatch(/Type: +ClusterIP\n[\s\S]*IP: +10\.43\.\d+\.\d+\n/)
})

test('delete waits until gone; wait sees a deletion and a condition', async () => {
  await kubectl('create', 'configmap', 'gone')
  const waiting = kubectl('wait', '--for=delete', 'configmap/gone', '--timeout=10s')
  expect(await kubectl('delete', 'configmap', 'gone')).toMatch(/^configmap "gone" deleted( from default namespace)?\n$/)
  await waiting
  const jsonpath = kubectl('wait', '--for=jsonpath={.data.a}=1', 'configmap/later', '--timeout=10s').catch(
    () => 'absent',
  )
  await jsonpath
  await kubectl('create', 'configmap', 'later', '--from-literal=a=1')
  expect(await kubectl('wait', '--for=jsonpath={.data.a}=1', 'configmap/later', '--timeout=10s')).toContain(
    'condition met',
  )
})

test('delete by label deletes only what matches', async () => {
  for (const name of ['l1', 'l2', 'keep']) await kubectl('create', 'configmap', name)
  await kubectl('label', 'cm', 'l1', 'l2', 'doomed=yes')
  const deleted = await kubectl('delete', 'cm', '-l', 'doomed=yes')
  // Newer ones name the namespace.
  const lines = deleted.trim().replaceAll(' from default namespace', '').split('\n')
  expect(lines.sort()).toEqual(['configmap "l1" deleted', 'configmap "l2" deleted'])
  expect(await kubectl('get', 'cm', 'keep', '-o', 'name')).toBe('configmap/keep\n')
})

test('errors read as kubectl users know them', async () => {
  const missing = await t.kubectl('get', 'pod', 'nothing')
  expect(missing.stderr).toBe('Error from server (NotFound): pods "nothing" not found\n')
  await kubectl('create', 'namespace', 'twice')
  const twice = await t.kubectl('create', 'namespace', 'twice')
  expect(twice.stderr).toBe('Error from server (AlreadyExists): namespaces "twice" already exists\n')
  const nowhere = await t.kubectl('create', 'configmap', 'x', '-n', 'nowhere')
  expect(nowhere.stderr).toContain('namespaces "nowhere" not found')
})

test('get in pages lists everything once', async () => {
  await kubectl('create', 'namespace', 'many')
  const items = Array.from({ length: 25 }, (_, n) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: `m${n}`, namespace: 'many' },
  }))
  await apply({ apiVersion: 'v1', kind: 'List', items }, 'create')
  const names = (await kubectl('get', 'cm', '-n', 'many', '--chunk-size=10', '-o', 'name')).trim().split('\n')
  expect(new Set(names).size).toBe(25)
  expect(names).toHaveLength(25)
})

test('explain and api-resources describe the kinds', async () => {
  expect(await kubectl('explain', 'deployment.spec.replicas')).toMatch(/FIELD: replicas <integer>/)
  expect(await kubectl('api-resources', '--api-group=apps', '-o', 'name')).toContain('deployments.apps\n')
  expect(await kubectl('api-versions')).toContain('apps/v1\n')
})

test('drain evicts through the eviction subresource; cordon and taint patch nodes', async () => {
  await apply({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' } }, 'create')
  expect(await kubectl('cordon', 'n1')).toBe('node/n1 cordoned\n')
  expect(await kubectl('uncordon', 'n1')).toBe('node/n1 uncordoned\n')
  expect(await kubectl('taint', 'nodes', 'n1', 'a=b:NoSchedule')).toBe('node/n1 tainted\n')
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'bare' },
    spec: { nodeName: 'n1', terminationGracePeriodSeconds: 0, containers: [{ name: 'c', image: 'i' }] },
  }
  await apply(pod, 'create')
  expect(await kubectl('drain', 'n1', '--force', '--timeout=10s')).toContain('pod/bare evicted\n')
  expect(await kubectl('get', 'nodes')).toMatch(/n1 +NotReady,SchedulingDisabled|n1 +Unknown,SchedulingDisabled/)
})

test('expose, autoscale, rollout history, create job and cronjob, run', async () => {
  await kubectl('create', 'deployment', 'x', '--image=nginx')
  expect(await kubectl('expose', 'deploy', 'x', '--port=80')).toBe('service/x exposed\n')
  expect(await kubectl('autoscale', 'deploy', 'x', '--max=3', '--cpu-percent=50')).toBe(
    'horizontalpodautoscaler.autoscaling/x autoscaled\n',
  )
  expect(
    await kubectl(
      'get',
      'hpa',
      'x',
      '-o',
      'jsonpath={.apiVersion} {.spec.metrics[0].resource.target.averageUtilization}',
    ),
  ).toBe('autoscaling/v2 50')
  await kubectl('create', 'job', 'j', '--image=busybox')
  await kubectl('create', 'cronjob', 'cj', '--image=busybox', '--schedule=* * * * *')
  expect(await kubectl('run', 'r', '--image=nginx')).toBe('pod/r created\n')
  expect(await kubectl('get', 'pods')).toMatch(/r +0\/1 +Pending +0 +\d+s\n/)
})

test('events in both groups are the same objects', async () => {
  const event = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'e1', namespace: 'default' },
    involvedObject: { kind: 'Pod', name: 'x', namespace: 'default' },
    reason: 'Tested',
    message: 'it was tested',
    type: 'Normal',
  }
  await apply(event, 'create')
  expect(await kubectl('get', 'events.events.k8s.io', 'e1', '-o', 'jsonpath={.note} {.regarding.name}')).toBe(
    'it was tested x',
  )
  expect(await kubectl('get', 'events', '--field-selector=involvedObject.name=x', '-o', 'name')).toContain('event/e1')
})

test('apply --server-side owns fields, tells conflicts, forces, and removes what it no longer applies', async () => {
  const map = (data: Record<string, string>) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'ssa' },
    data,
  })
  const serverSide = (data: Record<string, string>, ...args: string[]) =>
    t.kubectlWith({ input: JSON.stringify(map(data)) }, 'apply', '--server-side', ...args, '-f', '-')
  expect((await serverSide({ a: '1', b: '2' })).stdout).toBe('configmap/ssa serverside-applied\n')
  const other = await serverSide({ a: '9' }, '--field-manager=other')
  expect(other.code).toBe(1)
  expect(other.stderr).toContain('Apply failed with 1 conflict: conflict with "kubectl": .data.a')
  expect((await serverSide({ a: '9' }, '--field-manager=other', '--force-conflicts')).code).toBe(0)
  expect((await serverSide({ b: '3' })).code).toBe(0)
  const made = JSON.parse(await kubectl('get', 'cm', 'ssa', '-o', 'json', '--show-managed-fields'))
  expect(made.data).toEqual({ a: '9', b: '3' })
  const managers = made.metadata.managedFields.map(
    (entry: { manager: string; operation: string }) => `${entry.manager} ${entry.operation}`,
  )
  expect(managers.sort()).toEqual(['kubectl Apply', 'other Apply'])
})

test('apply --server-side of a kind in a version that is not the stored one', async () => {
  const of = (percent: number) =>
    JSON.stringify({
      ...{
        apiVersion: 'autoscaling/v1',
        kind: 'HorizontalPodAutoscaler',
        metadata: { name: 'one', namespace: 'default' },
      },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' },
        ...{ minReplicas: 1, maxReplicas: 4, targetCPUUtilizationPercentage: percent },
      },
    })
  const apply = (percent: number) =>
    t.kubectlWith({ input: of(percent) }, 'apply', '--server-side', '-f', '-', '--field-manager=me')
  expect((await apply(50)).stdout).toBe('horizontalpodautoscaler.autoscaling/one serverside-applied\n')
  expect((await apply(70)).stdout).toBe('horizontalpodautoscaler.autoscaling/one serverside-applied\n')
  const get = async (resource: string) =>
    JSON.parse(await kubectl('get', resource, 'one', '-o', 'json', '--show-managed-fields'))
  const second = await get('horizontalpodautoscalers.v2.autoscaling')
  expect(second.spec.metrics[0].resource.target).toEqual({ type: 'Utilization', averageUtilization: 70 })
  const first = await get('horizontalpodautoscalers.v1.autoscaling')
  expect(first.spec.targetCPUUtilizationPercentage).toBe(70)
  expect(first.metadata.managedFields).toHaveLength(1)
  expect(first.metadata.managedFields[0]).toMatchObject({
    ...{ manager: 'me', operation: 'Apply', apiVersion: 'autoscaling/v1' },
    fieldsV1: { 'f:spec': { 'f:targetCPUUtilizationPercentage': {} } },
  })
})

test('diff --server-side and apply of a Deployment twice change nothing', async () => {
  const labels = { app: 'ssd' }
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'ssd' },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 80 }] }] },
      },
    },
  }
  await apply(deployment, 'apply', '--server-side')
  const before = await kubectl('get', 'deploy', 'ssd', '-o', 'jsonpath={.metadata.resourceVersion}')
  await apply(deployment, 'apply', '--server-side')
  expect(await kubectl('get', 'deploy', 'ssd', '-o', 'jsonpath={.metadata.resourceVersion}')).toBe(before)
  const { code } = await t.kubectlWith({ input: JSON.stringify(deployment) }, 'diff', '--server-side', '-f', '-')
  expect(code).toBe(0)
})

test('certificate approve goes through the approval subresource', async () => {
  const request = Buffer.from('-----BEGIN CERTIFICATE REQUEST-----\n-----END CERTIFICATE REQUEST-----\n').toString(
    'base64',
  )
  const csr = {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name: 'csr' },
    spec: { request, signerName: 'example.com/signer', usages: ['client auth'] },
  }
  await apply(csr, 'create', '--validate=false')
  expect(await kubectl('certificate', 'approve', 'csr')).toBe(
    'certificatesigningrequest.certificates.k8s.io/csr approved\n',
  )
  expect(await kubectl('get', 'csr', 'csr', '-o', 'jsonpath={.status.conditions[0].type}')).toBe('Approved')
})
