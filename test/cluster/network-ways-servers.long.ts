import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import type { NodeWay } from '../../agent/network-admin.ts'
import { ClusterOfThree } from '../lab/cluster-of-three.ts'
import type { Server } from '../lab/server.ts'
import { until } from '../lab/until.ts'

/** A pod with glibc and one with busybox, on the server in the open; a Service, and one without an address of its own. */
const manifests = `
apiVersion: v1
kind: Pod
metadata: {name: glibc, labels: {app: glibc}}
spec:
  nodeName: s1
  terminationGracePeriodSeconds: 0
  hostname: one
  subdomain: headless
  containers:
  - {name: glibc, image: 'skein.local/python:1', command: [sleep, '86400']}
---
apiVersion: v1
kind: Pod
metadata: {name: busybox, labels: {app: web}}
spec:
  nodeName: s1
  terminationGracePeriodSeconds: 0
  containers:
  - {name: busybox, image: 'skein.local/busybox:1', command: [httpd, -f, -p, '80', -h, /etc]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports: [{name: http, port: 80}]
---
apiVersion: v1
kind: Service
metadata: {name: headless}
spec:
  clusterIP: None
  selector: {app: glibc}
  ports: [{name: http, port: 80}]
---
apiVersion: v1
kind: Service
metadata: {name: elsewhere}
spec: {type: ExternalName, externalName: web.default.svc.cluster.local}
`

describe('three servers, two behind NATs', () => {
  let cluster: ClusterOfThree
  let first: Server

  beforeAll(async () => {
    cluster = await ClusterOfThree.open('network-ways', { images: ['busybox', 'python'] })
    first = cluster.servers[0]!
  }, 180_000)

  afterAll(async () => {
    await cluster?.close()
  }, 120_000)

  test('skein network shows the way of every pair, with round trip and loss', async () => {
    const waysOf = async (server: Server) => {
      const { stdout } = await server.skein(['network', '--output', 'json', '--data-dir', server.dataDirectory])
      return JSON.parse(stdout) as NodeWay[]
    }
    for (const server of cluster.servers) {
      const others = cluster.servers.filter((one) => one !== server).map(({ name }) => name)
      await until('every way is measured', async () =>
        (await waysOf(server)).every(({ isWorking, loss, way }) => isWorking && loss !== undefined && way === 'tunnel'),
      )
      const ways = await waysOf(server)
      expect(ways.map(({ node }) => node).sort()).toEqual(others)
      for (const { roundTripMs, loss, via } of ways) {
        expect(roundTripMs).toBeGreaterThan(0)
        expect(loss).toBeLessThanOrEqual(1)
        expect(via).toMatch(/^\d+(\.\d+){3}:\d+$/)
      }
      const { stdout, exitCode } = await server.skein(['network', '--data-dir', server.dataDirectory])
      console.log(`${server.name}\n${stdout.trimEnd()}`)
      expect(stdout).toMatch(/^NODE +WAY +STATE +RTT +LOSS +VIA/)
      expect(exitCode).toBe(0)
    }
  }, 120_000)

  describe('names in pods', () => {
    let sandboxPid: number
    const inPod = (pod: string, command: string) => first.kubectl(['exec', pod, '--', 'sh', '-c', command])
    /** A program of this machine, in the network of the pod with glibc. */
    const inPodNetwork = (command: string) =>
      first.host.output(['nsenter', `--net=/proc/${sandboxPid}/ns/net`, 'sh', '-c', command])
    let dns: string
    let web: string

    beforeAll(async () => {
      await first.kubectl(['apply', '-f', '-'], { stdin: manifests })
      await first.kubectl(['wait', '--for=condition=Ready', 'pod/glibc', 'pod/busybox', '--timeout=60s'])
      web = await first.kubectl(['get', 'service', 'web', '-o', 'jsonpath={.spec.clusterIP}'])
      dns = /nameserver (\S+)/.exec(await inPod('glibc', 'cat /etc/resolv.conf'))![1]!
      const uid = await first.kubectl(['get', 'pod', 'glibc', '-o', 'jsonpath={.metadata.uid}'])
      sandboxPid = await processOfPod(uid)
      // kubectl loses what a very short command prints when it is busy ("Unknown stream id 1", "closed all streams").
      const headless = () => inPod('glibc', 'getent hosts headless || true').catch(() => '')
      await until('the Service has its pod', async () => (await headless()) !== '')
    }, 90_000)

    test('glibc: getent asks for services, pods, aliases and the API by short and long names', async () => {
      for (const name of ['web', 'web.default', 'web.default.svc', 'web.default.svc.cluster.local', 'elsewhere'])
        expect(await inPod('glibc', `getent ahostsv4 ${name}`)).toStartWith(`${web} `)
      const own = await first.kubectl(['get', 'pod', 'glibc', '-o', 'jsonpath={.status.podIP}'])
      expect(await inPod('glibc', 'getent hosts one.headless')).toStartWith(`${own} `)
      expect(await inPod('glibc', 'getent ahostsv4 kubernetes.default')).toMatch(/^10\.43\.0\.1 /)
      expect(await inPod('glibc', `getent hosts ${web}`)).toContain('web.default.svc.cluster.local')
      expect(await inPod('glibc', 'getent hosts nothing.default || echo none')).toBe('none\n')
    }, 60_000)

    // Debian's busybox has no getent.
    test('busybox: nslookup, and wget by name', async () => {
      expect(await inPod('busybox', 'nslookup web.default.svc.cluster.local')).toContain(`Address: ${web}`)
      expect(await inPod('busybox', `nslookup ${web}`)).toContain('web.default.svc.cluster.local')
      expect(await inPod('busybox', 'wget -q -O - http://web/nsswitch.conf')).toContain('hosts: files dns')
      expect(await inPod('busybox', 'nslookup nothing.default.svc.cluster.local || echo none')).toContain('none')
    }, 60_000)

    test('dig and dnsperf from the network of a pod', async () => {
      expect((await inPodNetwork(`dig +short @${dns} web.default.svc.cluster.local`)).trim()).toBe(web)
      expect(await inPodNetwork(`dig @${dns} SRV _http._tcp.web.default.svc.cluster.local`)).toMatch(/flags:[^;]* aa/)
      const queries = join(first.directory, 'queries')
      await Bun.write(queries, 'web.default.svc.cluster.local A\nheadless.default.svc.cluster.local A\n')
      const figures = await inPodNetwork(`dnsperf -s ${dns} -d ${queries} -l 3 -c 8 -q 100`)
      console.log(figures.slice(figures.indexOf('Statistics')).trim())
      expect(Number(/Queries completed: +(\d+)/.exec(figures)![1])).toBeGreaterThan(100)
      expect(figures).toMatch(/NOERROR \d+ \(100\.00%\)/)
    }, 60_000)
  })
})

/** Of a process in one of the pod's containers. */
async function processOfPod(uid: string): Promise<number> {
  const glob = new Bun.Glob('*/cgroup')
  for await (const file of glob.scan({ cwd: '/proc', absolute: true })) {
    const text = await Bun.file(file)
      .text()
      .catch(() => '')
    if (text.includes(uid)) return Number(file.split('/')[2])
  }
  throw new Error(`no process of pod ${uid}`)
}
