import { afterAll, beforeAll, expect, test } from 'bun:test'
import { nodes, pods } from '../../api/schema/generated/resources.ts'
import { hostPodStreams } from './host-pod-streams.ts'
import { kubectlPath, startTestServer, type TestServer } from './test-server.ts'

let t: TestServer

beforeAll(async () => {
  t = await startTestServer({ podStreams: hostPodStreams })
  await t.client.resource(nodes).create({ metadata: { name: 'n' } })
  const all = t.client.resource(pods, 'default')
  await all.create({ metadata: { name: 'p' }, spec: { nodeName: 'n', containers: [{ name: 'main', image: 'i' }] } })
  const containers = [
    { name: 'a', image: 'i' },
    { name: 'b', image: 'i' },
  ]
  await all.create({ metadata: { name: 'two' }, spec: { nodeName: 'n', containers } })
  for (const name of ['p', 'two']) {
    const pod = await all.get(name)
    const containerStatuses = pod.spec!.containers!.map(({ name }) => ({
      name,
      ready: true,
      image: 'i',
      imageID: '',
      restartCount: 0,
    }))
    await all.updateStatus({ ...pod, status: { ...pod.status, phase: 'Running', containerStatuses } })
  }
})
afterAll(() => t.stop())

test('logs come whole, or only their tail', async () => {
  expect((await t.kubectl('logs', 'p')).stdout).toBe('one\ntwo\nthree\n')
  expect((await t.kubectl('logs', 'p', '--tail=1')).stdout).toBe('three\n')
})

test('a node tells its stats summary and resource metrics, and no other path', async () => {
  const page = (path: string) => t.kubectl('get', '--raw', `/api/v1/nodes/n/proxy/${path}`)
  expect((await page('stats/summary')).stdout).toBe('stats/summary of n\n')
  expect((await page('metrics/resource')).stdout).toBe('metrics/resource of n\n')
  expect((await page('configz')).stderr).toContain('nodes/proxy for /configz is not supported yet')
  const other = await t.kubectl('get', '--raw', '/api/v1/nodes/none/proxy/stats/summary')
  expect(other.stderr).toContain('nodes "none" not found')
})

test('logs -f stay open', async () => {
  const child = Bun.spawn(
    [kubectlPath, '--kubeconfig', await t.kubeconfig('f', ['system:masters']), 'logs', '-f', 'p'],
    {
      env: { PATH: Bun.env.PATH, HOME: t.directory },
      stdout: 'pipe',
    },
  )
  const reader = child.stdout.getReader()
  let text = ''
  while (!text.endsWith('three\n')) text += new TextDecoder().decode((await reader.read()).value)
  expect(child.exitCode).toBeNull()
  child.kill()
  await child.exited
})

test('exec carries output, errors, input and the exit code', async () => {
  expect(await t.kubectl('exec', 'p', '--', 'echo', 'hello')).toMatchObject({ code: 0, stdout: 'hello\n' })
  const failed = await t.kubectl('exec', 'p', '--', 'sh', '-c', 'echo out; echo err >&2; exit 7')
  expect(failed).toMatchObject({ code: 7, stdout: 'out\n' })
  expect(failed.stderr).toContain('err\n')
  const input = 'x'.repeat(3_000_000)
  const counted = await t.kubectlWith({ input }, 'exec', '-i', 'p', '--', 'wc', '-c')
  expect(counted.stdout.trim()).toBe('3000000')
})

test('exec gives back a lot of output unharmed', async () => {
  const { stdout } = await t.kubectl('exec', 'p', '--', 'seq', '1', '300000')
  expect(stdout.length).toBe(1_988_895)
  expect(stdout.endsWith('\n300000\n')).toBe(true)
})

test('attach copies both ways', async () => {
  const { stdout } = await t.kubectlWith({ input: 'to and fro\n' }, 'attach', '-i', 'p')
  expect(stdout).toContain('to and fro\n')
})

test('cp copies a file there and back', async () => {
  const source = `${t.directory}/source`
  await Bun.write(source, Buffer.from(crypto.getRandomValues(new Uint8Array(50_000))))
  expect((await t.kubectl('cp', source, `p:${t.directory}/there`)).code).toBe(0)
  expect((await t.kubectl('cp', `p:${t.directory}/there`, `${t.directory}/back`)).code).toBe(0)
  expect(Buffer.from(await Bun.file(`${t.directory}/back`).bytes())).toEqual(
    Buffer.from(await Bun.file(source).bytes()),
  )
})

test('clients that upgrade to SPDY itself can do the same', async () => {
  const env = { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: 'false' }
  const input = 'z'.repeat(2_000_000)
  const counted = await t.kubectlWith({ env, input }, 'exec', '-i', 'p', '--', 'wc', '-c')
  expect(counted).toMatchObject({ code: 0, stdout: '2000000\n' })
  const failed = await t.kubectlWith({ env }, 'exec', 'p', '--', 'sh', '-c', 'seq 1 100000; echo err >&2; exit 9')
  expect(failed.code).toBe(9)
  expect(failed.stdout).toHaveLength(588_895)
  expect(failed.stderr).toContain('err\n')
})

test('a pod is reached through the proxy: get --raw, and kubectl proxy', async () => {
  const web = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: ({ url }) => new Response(`at ${new URL(url).pathname}`),
  })
  const path = `/api/v1/namespaces/default/pods/p:${web.port}/proxy/there`
  expect((await t.kubectl('get', '--raw', path)).stdout).toBe('at /there')
  const kubeconfig = await t.kubeconfig('proxy', ['system:masters'])
  const child = Bun.spawn([kubectlPath, '--kubeconfig', kubeconfig, 'proxy', '--port=0'], {
    env: { PATH: Bun.env.PATH, HOME: t.directory },
    stdout: 'pipe',
  })
  const reader = child.stdout.getReader()
  let said = ''
  while (!said.includes('\n')) said += new TextDecoder().decode((await reader.read()).value)
  const address = /Starting to serve on (\S+)/.exec(said)?.[1]
  expect(await (await fetch(`http://${address}${path}`, { keepalive: false })).text()).toBe('at /there')
  child.kill()
  await child.exited
  await web.stop(true)
})

test('debug adds an ephemeral container and nothing else', async () => {
  const before = await t.client.resource(pods, 'default').get('p')
  const { code, stderr } = await t.kubectl('debug', 'p', '--image=busybox', '--attach=false', '-c', 'look')
  if (code !== 0) throw new Error(stderr)
  const after = await t.client.resource(pods, 'default').get('p')
  expect(after.spec!.ephemeralContainers).toMatchObject([{ name: 'look', image: 'busybox' }])
  expect({ ...after.spec, ephemeralContainers: undefined }).toEqual({ ...before.spec, ephemeralContainers: undefined })
})

test('what cannot be done is refused with a Status', async () => {
  const noContainer = await t.kubectl('exec', 'p', '-c', 'nope', '--', 'true')
  expect(noContainer.code).toBe(1)
  expect(noContainer.stderr).toContain('container nope is not valid for pod p')
  const log = await t.kubectl('get', '--raw', '/api/v1/namespaces/default/pods/two/log')
  expect(log.stderr).toContain('a container name must be specified for pod two, choose one of: [a b]')
})

test.each(['true', 'false'])(
  'port-forward (WebSockets %s) carries several connections, and tells when nothing listens',
  async (sockets) => {
    const web = Bun.serve({
      hostname: '127.0.0.1',
      port: 0,
      fetch: async (request) => new Response(`got ${(await request.text()).length}`),
    })
    const path = await t.kubeconfig('pf', ['system:masters'])
    const child = Bun.spawn([kubectlPath, '--kubeconfig', path, 'port-forward', 'pod/p', `:${web.port}`, ':1'], {
      env: { PATH: Bun.env.PATH, HOME: t.directory, KUBECTL_PORT_FORWARD_WEBSOCKETS: sockets },
      stdout: 'pipe',
      stderr: 'pipe',
    })
    const reader = child.stdout.getReader()
    let text = ''
    const ports = () => [...text.matchAll(/127\.0\.0\.1:(\d+) ->/g)].map((match) => match[1])
    while (ports().length < 2) text += new TextDecoder().decode((await reader.read()).value)
    const [good, bad] = ports()
    const post = (size: number) =>
      fetch(`http://127.0.0.1:${good}/`, { method: 'POST', body: 'y'.repeat(size), keepalive: false }).then((r) =>
        r.text(),
      )
    expect(await Promise.all([post(10), post(1_000_000), post(3)])).toEqual(['got 10', 'got 1000000', 'got 3'])
    await fetch(`http://127.0.0.1:${bad}/`, { keepalive: false }).catch(() => 'refused')
    const errors = child.stderr.getReader()
    let problem = ''
    while (!problem.includes('forwarding')) problem += new TextDecoder().decode((await errors.read()).value)
    child.kill()
    await child.exited
    web.stop(true)
  },
)
