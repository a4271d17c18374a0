import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type Control, startControl } from '../../agent/control/control.ts'
import { addNodes, PretendWorkers, pretendNode } from '../../agent/control/simulation/pretend-worker.ts'
import { pods } from '../../api/schema/generated/resources.ts'
import { systemClock } from '../../mesh/clock/clock.ts'
import { silentLogger } from '../../mesh/logger/logger.ts'
import { until } from '../lab/until.ts'
import { startTestServer, type TestServer } from './test-server.ts'

// kubectl against the leader's loops and pretend workers: what it waits for has to happen, in the words it prints.
// Source: kubernetes.io/docs/reference/kubectl and kubectl's own source (pkg/cmd/rollout, drain, wait).

let t: TestServer
let control: Control
let workers: PretendWorkers

beforeAll(async () => {
  t = await startTestServer({ serviceAccountAdmission: true })
  const client = t.api.client('system:test')
  workers = new PretendWorkers({ client, clock: systemClock })
  await addNodes(client, [pretendNode('node-0'), pretendNode('node-1'), pretendNode('node-2')])
  control = startControl({ client, term: 1, clock: systemClock, log: silentLogger, clusterCaPem: 'PEM' })
  await control.ready()
})
afterAll(async () => {
  await control.stop()
  await workers.stop()
  await t.stop()
})

async function kubectl(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await t.kubectl(...args)
  if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}${stdout}`)
  return stdout
}

async function apply(manifest: object): Promise<void> {
  const { code, stderr } = await t.kubectlWith({ input: JSON.stringify(manifest) }, 'apply', '-f', '-')
  if (code !== 0) throw new Error(stderr)
}

const image = (kind: string) => kubectl('get', kind, '-o', 'jsonpath={.spec.template.spec.containers[0].image}')

test('rollout status, history, undo, pause, resume, restart of a Deployment', async () => {
  await kubectl('create', 'deployment', 'web', '--image=nginx:1', '--replicas=3')
  expect(await kubectl('rollout', 'status', 'deploy/web', '--timeout=30s')).toContain('successfully rolled out')
  await kubectl('set', 'image', 'deploy/web', 'nginx=nginx:2')
  await kubectl('rollout', 'status', 'deploy/web', '--timeout=30s')
  expect(await kubectl('rollout', 'history', 'deploy/web')).toMatch(/REVISION +CHANGE-CAUSE\n1 +<none>\n2 +<none>\n/)
  expect(await kubectl('rollout', 'history', 'deploy/web', '--revision=1')).toContain('nginx:1')
  expect(await kubectl('rollout', 'undo', 'deploy/web')).toContain('rolled back')
  await kubectl('rollout', 'status', 'deploy/web', '--timeout=30s')
  expect(await image('deploy/web')).toBe('nginx:1')
  expect(await kubectl('rollout', 'history', 'deploy/web')).toMatch(/REVISION +CHANGE-CAUSE\n2 +<none>\n3 +<none>\n/)
  await kubectl('rollout', 'pause', 'deploy/web')
  await kubectl('set', 'image', 'deploy/web', 'nginx=nginx:3')
  await kubectl('scale', 'deploy/web', '--replicas=4')
  await kubectl('wait', 'deploy/web', '--for=jsonpath={.status.availableReplicas}=4', '--timeout=30s')
  expect(await kubectl('get', 'pods', '-l', 'app=web', '-o', 'jsonpath={.items[*].spec.containers[0].image}')).toBe(
    'nginx:1 nginx:1 nginx:1 nginx:1',
  )
  await kubectl('rollout', 'resume', 'deploy/web')
  await kubectl('rollout', 'status', 'deploy/web', '--timeout=30s')
  const before = await kubectl('get', 'pods', '-l', 'app=web', '-o', 'jsonpath={.items[*].metadata.name}')
  await kubectl('rollout', 'restart', 'deploy/web')
  await kubectl('rollout', 'status', 'deploy/web', '--timeout=30s')
  const after = await kubectl('get', 'pods', '-l', 'app=web', '-o', 'jsonpath={.items[*].metadata.name}')
  for (const name of before.split(' ')) expect(after).not.toContain(name)
  const described = await kubectl('describe', 'deploy/web')
  expect(described).toContain('NewReplicaSet:')
  expect(described).toMatch(/ScalingReplicaSet +\S+ +deployment-controller +Scaled up replica set web-\S+ from 0 to/)
}, 120_000)

test('rollout status, history and undo of StatefulSet and DaemonSet', async () => {
  for (const kind of ['StatefulSet', 'DaemonSet']) {
    const name = kind === 'StatefulSet' ? 'sts/s' : 'ds/s'
    const labels = { app: kind.toLowerCase() }
    const manifest = (tag: string) => ({
      apiVersion: 'apps/v1',
      kind,
      metadata: { name: 's' },
      spec: {
        ...(kind === 'StatefulSet' ? { replicas: 2, serviceName: 's' } : {}),
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: 'main', image: `nginx:${tag}` }] } },
      },
    })
    await apply(manifest('1'))
    await kubectl('rollout', 'status', name, '--timeout=30s')
    await apply(manifest('2'))
    await kubectl('rollout', 'status', name, '--timeout=30s')
    expect(await kubectl('rollout', 'history', name)).toMatch(/REVISION +CHANGE-CAUSE\n1 +<none>\n2 +<none>\n/)
    expect(await kubectl('rollout', 'undo', name)).toContain('rolled back')
    await kubectl('rollout', 'status', name, '--timeout=30s')
    expect(await image(name)).toBe('nginx:1')
    await kubectl('delete', name, '--timeout=30s')
  }
}, 120_000)

test('expose, and endpoints of it', async () => {
  await kubectl('create', 'deployment', 'e', '--image=nginx:1', '--replicas=2')
  await kubectl('expose', 'deploy/e', '--port=80', '--target-port=8080')
  await kubectl('rollout', 'status', 'deploy/e', '--timeout=30s')
  await kubectl('wait', 'endpoints/e', '--for=jsonpath={.subsets[0].ports[0].port}=8080', '--timeout=30s')
  expect(await kubectl('describe', 'service', 'e')).toMatch(/Endpoints: +10\.42\.\d+\.\d+:8080,10\.42\.\d+\.\d+:8080\n/)
}, 60_000)

test('delete with each cascade', async () => {
  await kubectl('create', 'deployment', 'd', '--image=nginx:1')
  await kubectl('rollout', 'status', 'deploy/d', '--timeout=30s')
  await kubectl('delete', 'deploy/d', '--cascade=orphan', '--timeout=30s')
  const podNames = () => kubectl('get', 'pods', '-l', 'app=d', '-o', 'name')
  expect(await podNames()).toContain('pod/d-')
  await kubectl('delete', 'rs', '-l', 'app=d', '--cascade=foreground', '--timeout=30s')
  expect(await podNames()).toBe('')
  await kubectl('create', 'deployment', 'd', '--image=nginx:1')
  await kubectl('rollout', 'status', 'deploy/d', '--timeout=30s')
  await kubectl('delete', 'deploy/d', '--cascade=background')
  await kubectl('wait', 'pods', '-l', 'app=d', '--for=delete', '--timeout=30s')
  expect(await kubectl('get', 'rs', '-l', 'app=d', '-o', 'name')).toBe('')
}, 60_000)

test('cordon, drain past a disruption budget, uncordon, taint', async () => {
  await kubectl('create', 'deployment', 'dr', '--image=nginx:1', '--replicas=3')
  await kubectl('create', 'pdb', 'dr', '--selector=app=dr', '--max-unavailable=1')
  await kubectl('rollout', 'status', 'deploy/dr', '--timeout=30s')
  expect(await kubectl('cordon', 'node-0')).toContain('node/node-0 cordoned')
  await kubectl('drain', 'node-0', '--ignore-daemonsets', '--delete-emptydir-data', '--force', '--timeout=60s')
  const onNode = () => kubectl('get', 'pods', '--field-selector=spec.nodeName=node-0', '-o', 'name')
  expect(await onNode()).toBe('')
  await kubectl('rollout', 'status', 'deploy/dr', '--timeout=30s')
  const taints = () => kubectl('get', 'node', 'node-0', '-o', 'jsonpath={.spec.taints[*].key}')
  await kubectl(
    'wait',
    'node/node-0',
    '--for=jsonpath={.spec.taints[0].key}=node.kubernetes.io/unschedulable',
    '--timeout=30s',
  )
  await kubectl('uncordon', 'node-0')
  await kubectl('taint', 'node', 'node-1', 'x=y:NoExecute')
  const onTainted = 'pods --field-selector=spec.nodeName=node-1 -o name'.split(' ')
  await until('none is there', async () => (await kubectl('get', ...onTainted)) === '', 30_000)
  await kubectl('taint', 'node', 'node-1', 'x:NoExecute-')
  await until('no taint is left', async () => (await taints()) === '', 30_000)
}, 120_000)

test('create job, from a CronJob, wait, and what describe tells', async () => {
  await kubectl('create', 'cronjob', 'c', '--image=busybox', '--schedule=0 0 1 1 *', '--', 'true')
  await kubectl('create', 'job', 'j', '--from=cronjob/c')
  await kubectl('wait', 'pods', '-l', 'job-name=j', '--for=condition=Ready', '--timeout=30s')
  const { items } = await t.client.resource(pods, 'default').list({ labelSelector: 'job-name=j' })
  await workers.finish(items[0]!, 'Succeeded')
  await kubectl('wait', 'job/j', '--for=condition=complete', '--timeout=30s')
  expect(await kubectl('get', 'job', 'j')).toMatch(/j +Complete +1\/1/)
  expect(await kubectl('describe', 'job', 'j')).toMatch(/SuccessfulCreate +\S+ +job-controller +Created pod: j-/)
}, 60_000)

test('a pod that fits nowhere says why', async () => {
  await kubectl(
    'run',
    'big',
    '--image=nginx:1',
    '--overrides={"spec":{"containers":[{"name":"big","image":"nginx:1","resources":{"requests":{"cpu":"999"}}}]}}',
  )
  await kubectl('wait', 'pod/big', '--for=condition=PodScheduled=false', '--timeout=30s')
  const isTold = async () => (await kubectl('describe', 'pod', 'big')).includes('FailedScheduling')
  await until('the event is there', isTold, 20_000)
  expect(await kubectl('describe', 'pod', 'big')).toMatch(
    /FailedScheduling +\S+ +default-scheduler +0\/3 nodes are available: 3 Insufficient cpu\. preemption: 0\/3 nodes are available: 3 Preemption is not helpful for scheduling\./,
  )
  await kubectl('delete', 'pod', 'big')
}, 60_000)

test('a namespace goes with all that is in it', async () => {
  await kubectl('create', 'namespace', 'gone')
  await kubectl('create', 'deployment', 'x', '-n', 'gone', '--image=nginx:1', '--replicas=2')
  await kubectl('rollout', 'status', 'deploy/x', '-n', 'gone', '--timeout=30s')
  expect(await kubectl('get', 'serviceaccount,configmap', '-n', 'gone', '-o', 'name')).toBe(
    'serviceaccount/default\nconfigmap/kube-root-ca.crt\n',
  )
  expect(await kubectl('delete', 'namespace', 'gone', '--timeout=30s')).toContain('namespace "gone" deleted')
  expect((await t.kubectl('get', 'namespace', 'gone')).stderr).toContain('not found')
}, 60_000)
