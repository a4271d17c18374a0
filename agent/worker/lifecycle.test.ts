import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { configmaps, events, pods, secrets, services } from '../../api/schema/generated/resources.ts'
import type { Container, Pod } from '../../api/schema/generated/types/core-v1.ts'
import { until } from '../../test/lab/until.ts'
import { insideNamespace, runInNamespace, TestNode } from './test-node.ts'
import { forever, inPhase, isReady, shell, statusOf } from './test-pod.ts'

if (!insideNamespace) {
  test(
    'what pods can ask for, seen from inside their containers',
    async () => {
      const { exitCode, output } = await runInNamespace(import.meta.path)
      if (exitCode !== 0) console.error(output)
      expect(exitCode).toBe(0)
    },
    { timeout: 300_000 },
  )
} else {
  describe('lifecycle', () => {
    let node: TestNode
    beforeAll(async () => {
      node = await TestNode.start()
    })
    afterAll(async () => {
      await node.destroy()
    })

    /** Runs a pod to its end and returns what it printed. */
    const printed = async (
      name: string,
      script: string,
      spec: Partial<Pod['spec']> = {},
      rest: Partial<Container> = {},
    ) => {
      await node.createPod(name, { restartPolicy: 'Never', ...spec, containers: [shell(script, rest)] })
      const pod = await node.podWhen(name, ({ status: s }) => s?.phase === 'Succeeded' || s?.phase === 'Failed')
      return (await node.logs(pod, 'main')).trim()
    }

    test('who a container runs as, what it may, and what it sees', async () => {
      const script =
        'id -u; id -g; id -G; touch /x 2>&1; grep -E "CapEff|NoNewPrivs|Seccomp:" /proc/self/status; cat /proc/sys/net/ipv4/ip_unprivileged_port_start'
      const output = await printed(
        'secure',
        script,
        {
          securityContext: {
            ...{ runAsUser: 1000, runAsGroup: 2000, fsGroup: 3000, supplementalGroups: [4000] },
            ...{
              seccompProfile: { type: 'RuntimeDefault' },
              sysctls: [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '80' }],
            },
          },
        },
        {
          securityContext: {
            readOnlyRootFilesystem: true,
            allowPrivilegeEscalation: false,
            capabilities: { drop: ['ALL'] },
          },
        },
      )
      expect(output.split('\n')).toEqual([
        ...['1000', '2000', '2000 3000 4000', 'touch: /x: Read-only file system', 'CapEff:\t0000000000000000'],
        ...['NoNewPrivs:\t1', 'Seccomp:\t2', '80'],
      ])
    })

    test('runAsNonRoot keeps an image that runs as root from starting', async () => {
      await node.createPod('root', { securityContext: { runAsNonRoot: true }, containers: [shell(forever)] })
      const pod = await node.podWhen(
        'root',
        (p) => statusOf(p)?.state?.waiting?.reason === 'CreateContainerConfigError',
      )
      expect(statusOf(pod)!.state!.waiting!.message).toBe('container has runAsNonRoot and image will run as root')
    })

    test("limits are the kernel's, and a container over its memory is killed", async () => {
      const resources = { requests: { cpu: '250m' }, limits: { cpu: '500m', memory: '32Mi' } }
      const pod = await node.createPod('limited', { containers: [shell(forever, { resources })] })
      const running = await node.podWhen('limited', isReady)
      const inside = await node.exec(pod, 'main', [
        'cat',
        '/sys/fs/cgroup/memory/memory.limit_in_bytes',
        '/sys/fs/cgroup/cpu/cpu.shares',
        '/sys/fs/cgroup/cpu/cpu.cfs_quota_us',
      ])
      expect(inside.output).toBe(`${32 << 20}\n256\n50000\n`)
      const level = `/${basename(node.directory)}/kubepods/burstable/pod${running.metadata!.uid}`
      expect(readFileSync(`/sys/fs/cgroup/memory${level}/memory.limit_in_bytes`, 'utf8')).toBe(`${32 << 20}\n`)
      const sharesOf = (path: string) =>
        readFileSync(`/sys/fs/cgroup/cpu/${basename(node.directory)}/kubepods/${path}cpu.shares`, 'utf8').trim()
      await until('a class counts by what its pods ask for', () => sharesOf('burstable/') === '256')
      expect(sharesOf('besteffort/')).toBe('2')
      await node.createPod('greedy', {
        restartPolicy: 'Never',
        containers: [shell('x=$(head -c 200000000 /dev/zero | tr "\\\\0" x); echo "$x" | wc -c', { resources })],
      })
      const killed = await node.podWhen('greedy', inPhase('Failed'))
      expect(statusOf(killed)!.state!.terminated).toMatchObject({ reason: 'OOMKilled', exitCode: 137 })
    })

    test('every kind of volume from the API, with its modes, and an update that comes all at once', async () => {
      const data = { user: Buffer.from('eve').toString('base64') }
      await node.client.resource(secrets, 'default').create({ metadata: { name: 'login' }, data })
      await node.client.resource(configmaps, 'default').create({ metadata: { name: 'live' }, data: { a: '1', b: '1' } })
      const pod = await node.createPod(
        'volumes',
        {
          volumes: [
            { name: 'secret', secret: { secretName: 'login', defaultMode: 0o400 } },
            { name: 'missing', configMap: { name: 'nowhere', optional: true } },
            {
              name: 'live',
              configMap: {
                name: 'live',
                items: [
                  { key: 'a', path: 'deep/a' },
                  { key: 'b', path: 'b' },
                ],
              },
            },
            { name: 'memory', emptyDir: { medium: 'Memory', sizeLimit: '4Mi' } },
            { name: 'host', hostPath: { path: node.directory, type: 'Directory' } },
            {
              name: 'all',
              projected: {
                sources: [
                  { secret: { name: 'login' } },
                  { downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } },
                ],
              },
            },
          ],
          containers: [
            shell(forever, {
              volumeMounts: ['secret', 'live', 'memory', 'all', 'missing']
                .map((name) => ({ name, mountPath: `/${name}` }))
                .concat([
                  { name: 'host', mountPath: '/host', readOnly: true } as never,
                  { name: 'live', mountPath: '/one', subPath: 'b' } as never,
                ]),
            }),
          ],
        },
        { labels: { app: 'x' } },
      )
      await node.podWhen('volumes', isReady)
      const script =
        'cat /secret/user; stat -Lc %a /secret/user; cat /live/deep/a /live/b /one; ls /missing | wc -l; df -m /memory | tail -1 | tr -s " " | cut -d" " -f2; cat /all/user /all/labels; touch /host/x 2>&1; touch /secret/x 2>&1'
      const first = await node.exec(pod, 'main', ['sh', '-c', script])
      expect(first.output.split('\n')).toEqual([
        'eve400',
        '1110',
        '4',
        'eveapp="x"touch: /host/x: Read-only file system',
        'touch: /secret/x: Read-only file system',
        '',
      ])
      await node.client.resource(configmaps, 'default').patch('live', { data: { a: '2', b: '2' } }, { type: 'merge' })
      for (let i = 0; i < 100; i++) {
        const { output } = await node.exec(pod, 'main', ['sh', '-c', 'cat /live/..data/deep/a /live/..data/b'])
        expect(['11', '22']).toContain(output)
        if (output === '22') return
        await Bun.sleep(100)
      }
      throw new Error('the update never came')
    })

    test('service variables, resource fields, arguments with variables, missing references', async () => {
      await node.client.resource(services, 'default').create({
        metadata: { name: 'my-db' },
        spec: { clusterIP: '10.43.7.7', ports: [{ name: 'sql', port: 5432 }] },
      })
      const output = await printed(
        'env',
        'echo $MY_DB_SERVICE_HOST $MY_DB_PORT_5432_TCP $MEM $0',
        {},
        {
          args: ['$(MEM)-$(UNKNOWN)-$$(MEM)'],
          env: [{ name: 'MEM', valueFrom: { resourceFieldRef: { resource: 'limits.memory', divisor: '1Mi' } } }],
          resources: { limits: { memory: '64Mi' } },
        },
      )
      expect(output).toBe('10.43.7.7 tcp://10.43.7.7:5432 64 64-$(UNKNOWN)-$(MEM)')
      await node.createPod('noref', { containers: [shell(forever, { envFrom: [{ secretRef: { name: 'absent' } }] })] })
      const pod = await node.podWhen(
        'noref',
        (p) => statusOf(p)?.state?.waiting?.reason === 'CreateContainerConfigError',
      )
      expect(statusOf(pod)!.state!.waiting!.message).toBe('secret "absent" not found')
      await node.client.resource(secrets, 'default').create({ metadata: { name: 'absent' } })
      await node.podWhen('noref', isReady)
    })

    test('names: hostname, subdomain, hostAliases, DNS policies', async () => {
      const output = await printed('named', 'hostname; tail -3 /etc/hosts; cat /etc/resolv.conf', {
        ...{ hostname: 'me', subdomain: 'sub', hostAliases: [{ ip: '10.9.9.9', hostnames: ['far', 'away'] }] },
        dnsConfig: { searches: ['corp.example'], options: [{ name: 'ndots', value: '2' }] },
      })
      expect(output).toStartWith('me\n')
      expect(output).toContain('10.9.9.9\tfar\taway')
      expect(output).toContain('nameserver 10.43.0.10')
      expect(output).toContain('search default.svc.cluster.local svc.cluster.local cluster.local')
      expect(output).toContain('corp.example')
      expect(output).toContain('options ndots:2')
    })

    test('host network, PID and IPC; a process namespace shared among containers', async () => {
      const own = readFileSync('/proc/self/cmdline', 'utf8').split('\0')[0]
      const output = await printed(
        'host',
        'ls /sys/class/net | sort | head -1; readlink /proc/1/exe > /dev/null; cat /proc/$PARENT/cmdline | tr "\\\\0" "\\n" | head -1',
        { hostNetwork: true, hostPID: true, hostIPC: true },
        { env: [{ name: 'PARENT', value: String(process.pid) }] },
      )
      expect(output).toContain(own!)
      await node.createPod('shared', {
        ...{ shareProcessNamespace: true, restartPolicy: 'Never' },
        containers: [shell('until ps | grep "[s]leep 77"; do sleep 0.1; done'), shell('sleep 77', { name: 'other' })],
      })
      const pod = await node.podWhen('shared', (p) => statusOf(p)?.state?.terminated !== undefined)
      expect(await node.logs(pod, 'main')).toContain('sleep 77')
    })

    test('postStart and preStop run in the container, before and after its work', async () => {
      const shared = `${node.directory}/hooks`
      await node.createPod('hooks', {
        volumes: [{ name: 'out', hostPath: { path: shared, type: 'DirectoryOrCreate' } }],
        containers: [
          shell('trap "echo term >> /out/log; exit 0" TERM; while true; do sleep 0.05; done', {
            volumeMounts: [{ name: 'out', mountPath: '/out' }],
            lifecycle: {
              postStart: { exec: { command: ['sh', '-c', 'echo post >> /out/log'] } },
              preStop: { exec: { command: ['sh', '-c', 'echo pre >> /out/log'] } },
            },
          }),
        ],
      })
      await node.podWhen('hooks', isReady)
      await node.client.resource(pods, 'default').delete('hooks')
      await node.podGone('hooks')
      expect(readFileSync(`${shared}/log`, 'utf8')).toBe('post\npre\nterm\n')
    })

    test('a container that ignores SIGTERM is killed when its grace is over, earlier when asked again', async () => {
      await node.createPod('stubborn', {
        terminationGracePeriodSeconds: 60,
        containers: [shell('trap "" TERM; while true; do sleep 0.1; done')],
      })
      await node.podWhen('stubborn', isReady)
      const resource = node.client.resource(pods, 'default')
      await resource.delete('stubborn')
      await node.podWhen('stubborn', ({ metadata }) => metadata?.deletionTimestamp !== undefined)
      await resource.delete('stubborn', { gracePeriodSeconds: 1 })
      await node.podGone('stubborn', 10_000)
    })

    test('probes: startup holds the others back, liveness restarts, readiness follows the program', async () => {
      const script = 'mkdir -p /w; sleep 0.6; touch /w/up /w/live /w/ready; while true; do sleep 0.1; done'
      const exists = (file: string) => ({
        exec: { command: ['test', '-e', `/w/${file}`] },
        periodSeconds: 1,
        failureThreshold: 1,
      })
      const pod = await node.createPod('probed', {
        terminationGracePeriodSeconds: 0,
        containers: [
          shell(script, {
            startupProbe: { ...exists('up'), failureThreshold: 30 },
            livenessProbe: exists('live'),
            readinessProbe: exists('ready'),
          }),
        ],
      })
      const ready = await node.podWhen('probed', isReady)
      expect(statusOf(ready)!.restartCount).toBe(0)
      await node.exec(pod, 'main', ['rm', '/w/ready'])
      await node.podWhen('probed', (p) => statusOf(p)?.ready === false && statusOf(p)?.state?.running !== undefined)
      await node.exec(pod, 'main', ['rm', '/w/live'])
      const again = await node.podWhen('probed', (p) => (statusOf(p)?.restartCount ?? 0) > 0)
      expect(statusOf(again)!.lastState!.terminated!.exitCode).toBe(137)
      const { items } = await node.client.resource(events, 'default').list()
      const reasons = new Set(
        items.filter(({ involvedObject }) => involvedObject.name === 'probed').map(({ reason }) => reason),
      )
      expect([...reasons]).toEqual(expect.arrayContaining(['Pulled', 'Created', 'Started', 'Unhealthy', 'Killing']))
    })

    test('TCP and HTTP probes; a probe that hangs fails by its timeout', async () => {
      const page = '{ echo "HTTP/1.0 200 OK"; echo; }'
      await node.createPod('sockets', {
        containers: [
          shell(`while true; do ${page} | nc -l -p 8080 >/dev/null; done`, {
            name: 'main',
            ports: [{ name: 'web', containerPort: 8080 }],
            readinessProbe: { tcpSocket: { port: 'web' }, periodSeconds: 1, failureThreshold: 10 },
          }),
          shell('nc -ll -p 9090 -e sleep 60', {
            name: 'hangs',
            readinessProbe: { httpGet: { port: 9090 }, periodSeconds: 1, timeoutSeconds: 1, failureThreshold: 1 },
          }),
        ],
      })
      const pod = await node.podWhen('sockets', (p) => statusOf(p)?.ready)
      expect(statusOf(pod, 'hangs')!.ready).toBe(false)
      for (let i = 0; ; i++) {
        const { items } = await node.client.resource(events, 'default').list()
        // Before the program listens, a probe of it may fail otherwise.
        const wanted = /^Readiness probe failed: Get "http:.*:9090.*context deadline exceeded$/
        const isFound = items.some(
          ({ involvedObject, reason, message }) =>
            involvedObject.name === 'sockets' && reason === 'Unhealthy' && wanted.test(message ?? ''),
        )
        if (isFound) return
        if (i > 100) throw new Error('no event of the probe that hangs')
        await Bun.sleep(100)
      }
    })

    test('a sidecar is there before and after the main container; an ephemeral one joins', async () => {
      const pod = await node.createPod('sidecar', {
        restartPolicy: 'Never',
        initContainers: [shell('while true; do sleep 0.1; done', { name: 'side', restartPolicy: 'Always' })],
        containers: [shell('while [ ! -e /tmp/go ]; do sleep 0.1; done')],
      })
      const running = await node.podWhen('sidecar', isReady)
      expect(statusOf(running, 'side')).toMatchObject({ ready: true, started: true })
      const ephemeral = { name: 'debug', image: 'skein.local/busybox:1', command: ['sh', '-c', 'echo here'] }
      await node.client
        .resource(pods, 'default')
        .patch('sidecar', { spec: { ephemeralContainers: [ephemeral] } }, { type: 'strategic' }, 'ephemeralcontainers')
      const joined = await node.podWhen('sidecar', (p) => statusOf(p, 'debug')?.state?.terminated !== undefined)
      expect(await node.logs(joined, 'debug')).toBe('here\n')
      await node.exec(pod, 'main', ['touch', '/tmp/go'])
      const ended = await node.podWhen('sidecar', inPhase('Succeeded'))
      expect(statusOf(ended, 'side')!.state!.terminated).toBeDefined()
    })

    test('an image that cannot be had', async () => {
      await node.createPod('nopull', {
        containers: [shell(forever, { image: 'skein.local/absent:1', imagePullPolicy: 'Never' })],
      })
      await node.podWhen('nopull', (p) => statusOf(p)?.state?.waiting?.reason === 'ErrImageNeverPull')
    })
  })
}
