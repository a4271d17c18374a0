import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { Lab } from '../lab/lab.ts'
import { leaderOf } from '../lab/leader.ts'
import type { Server } from '../lab/server.ts'
import { images, manifests } from '../lab/thin-path.ts'
import { until } from '../lab/until.ts'

const daemon = `
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: everywhere}
spec:
  selector: {matchLabels: {app: everywhere}}
  template:
    metadata: {labels: {app: everywhere}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
      - {name: nginx, image: ${images.first}}
`

/** The thin path on three servers of one network, which became a cluster by a packed executable. */
describe('three servers', () => {
  let lab: Lab
  let servers: [Server, Server, Server]

  beforeAll(async () => {
    lab = await Lab.forTest('three')
    servers = [await lab.publicServer('s1', 1), await lab.publicServer('s2', 2), await lab.publicServer('s3', 3)]
    const [first, ...others] = servers
    await first.start()
    await first.ready()
    await first.pack(others)
    await Promise.all(others.map((server) => server.start()))
    await Promise.all(servers.map((server) => server.ready()))
    for (const server of servers) await server.writeKubeconfig()
  }, 180_000)

  afterAll(async () => {
    await lab.close()
  }, 120_000)

  test('all three vote, and each shows all nodes Ready', async () => {
    await until('three voters', async () => (await servers[0].status())?.quorum?.voters.length === 3)
    for (const server of servers) {
      await server.kubectl(['wait', '--for=condition=Ready', 'node', '--all', '--timeout=30s'])
      expect((await server.kubectl(['get', 'nodes', '-o', 'name'])).trim().split('\n')).toHaveLength(3)
    }
  }, 90_000)

  test('applied through server 2, asked through server 3', async () => {
    await servers[1].kubectl(['apply', '-f', '-'], { stdin: manifests })
    await servers[1].kubectl(['rollout', 'status', 'deployment/web', '--timeout=90s'])
    const address = await servers[2].kubectl(['get', 'service', 'web', '-o', 'jsonpath={.spec.clusterIP}'])
    for (const server of servers) {
      expect(await server.host.output(['curl', '--silent', '--max-time', '10', `http://${address}/`])).toContain(
        'nginx 1',
      )
    }
  }, 120_000)

  test('apply, get, exec, cp, logs -f, port-forward and proxy through every server for a pod of every other', async () => {
    await servers[0].kubectl(['apply', '-f', '-'], { stdin: daemon })
    await servers[0].kubectl(['rollout', 'status', 'daemonset/everywhere', '--timeout=60s'])
    const reach = async (server: Server, other: Server) => {
      const pod = await server.kubectl([
        ...['get', 'pods', '-l', 'app=everywhere', '-o', 'jsonpath={.items[0].metadata.name}'],
        ...['--field-selector', `spec.nodeName=${other.name}`],
      ])
      const file = `${server.directory}/sent`
      await Bun.write(file, `from ${server.name}`)
      await server.kubectl(['cp', file, `${pod}:/tmp/received`])
      const shown = await server.kubectl(['exec', pod, '--', 'sh', '-c', 'hostname; cat /tmp/received'])
      expect(shown).toBe(`${pod}\nfrom ${server.name}`)
      expect(await forwarded(server, pod)).toContain('nginx 1')
      for (const port of ['', ':80']) {
        const path = `/api/v1/namespaces/default/pods/${pod}${port}/proxy/hostname`
        expect(await server.kubectl(['get', '--raw', path])).toBe(`${pod}\n`)
      }
    }
    for (const server of servers) {
      for (const other of servers) if (other !== server) await reach(server, other)
    }
  }, 300_000)

  test('rollout and drain through every server, of another', async () => {
    for (const [index, server] of servers.entries()) {
      const other = servers[(index + 1) % servers.length]!
      await server.kubectl(['rollout', 'restart', 'deployment/web'])
      await server.kubectl(['rollout', 'status', 'deployment/web', '--timeout=60s'])
      await server.kubectl(['drain', other.name, '--ignore-daemonsets', '--delete-emptydir-data', '--force'])
      const left = ['get', 'pods', '-l', 'app=web', '--field-selector', `spec.nodeName=${other.name}`, '-o', 'name']
      expect(await server.kubectl(left)).toBe('')
      await server.kubectl(['uncordon', other.name])
      await server.kubectl(['rollout', 'status', 'deployment/web', '--timeout=60s'])
      expect(await server.kubectl(['rollout', 'history', 'deployment/web'])).toContain('REVISION')
    }
  }, 180_000)

  test('the leader is killed: a write within 3 s, and all is there when the three have started again', async () => {
    const leader = await leaderOf(servers)
    const [second, third] = servers.filter((server) => server !== leader) as [Server, Server]
    await leader.end('SIGKILL')
    const begin = performance.now()
    await until('a write', async () => {
      const create = ['create', 'configmap', 'after', '--from-literal=a=b', '--request-timeout=2s']
      const done = await second.host.run(['kubectl', '--kubeconfig', second.kubeconfig, ...create])
      return done.exitCode === 0 || done.stderr.includes('AlreadyExists')
    })
    console.log(`a write was acknowledged ${((performance.now() - begin) / 1000).toFixed(2)} s after the leader's end`)
    expect(await third.kubectl(['get', 'configmap', 'after', '-o', 'jsonpath={.data.a}'])).toBe('b')
    await Promise.all([second, third].map((server) => server.end('SIGTERM')))
    await Promise.all(servers.map((server) => server.start()))
    await Promise.all(servers.map((server) => server.ready()))
    for (const server of servers) {
      expect(await server.kubectl(['get', 'configmap', 'after', '-o', 'jsonpath={.data.a}'])).toBe('b')
    }
    await servers[2].kubectl(['set', 'image', 'deployment/web', `nginx=${images.second}`])
    await servers[1].kubectl(['rollout', 'status', 'deployment/web', '--timeout=90s'])
  }, 180_000)
})

/** What a pod answers at a port that kubectl forwards, while its log is followed to see the request there too. */
async function forwarded(server: Server, pod: string): Promise<string> {
  const kubectl = (args: string[]) => server.host.command(['kubectl', '--kubeconfig', server.kubeconfig, ...args])
  const following = Bun.spawn(kubectl(['logs', '-f', pod]), { stdout: 'pipe', stderr: 'inherit' })
  const forwarding = Bun.spawn(kubectl(['port-forward', pod, '18080:80']), { stdout: 'pipe', stderr: 'inherit' })
  const ask = (query: string) =>
    server.host.output(['curl', '--silent', '--max-time', '10', `http://127.0.0.1:18080/?${query}`])
  try {
    await shown(forwarding.stdout, 'Forwarding from 127.0.0.1:18080')
    // The first request may be in the log before it is followed. What comes after that was seen is there by following.
    await ask(`${server.name}-before`)
    await shown(following.stdout, `?${server.name}-before`)
    const answer = await ask(`${server.name}-followed`)
    await shown(following.stdout, `?${server.name}-followed`)
    return answer
  } finally {
    following.kill()
    forwarding.kill()
  }
}

/** Reads on until the text was shown; throws when the output ends without it. */
async function shown(output: ReadableStream<Uint8Array>, text: string): Promise<void> {
  const decoder = new TextDecoder()
  let read = ''
  for await (const bytes of output.values({ preventCancel: true })) {
    read += decoder.decode(bytes, { stream: true })
    if (read.includes(text)) return
  }
  throw new Error(`the output ended without ${JSON.stringify(text)}: ${read}`)
}
