import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { events, pods, secrets } from '../../api/schema/generated/resources.ts'
import type { Pod, PodSpec } from '../../api/schema/generated/types/core-v1.ts'
import { makeImages } from '../../test/fixtures/images/make.ts'
import { credentials, fetchRegistry, TestRegistry } from '../../test/fixtures/registry/registry.ts'
import { insideNamespace, runInNamespace, TestNode } from './test-node.ts'
import { isReady, statusOf } from './test-pod.ts'

const port = 5089

if (!insideNamespace) {
  test(
    "real programs, pulled from Debian's docker-registry",
    async () => {
      fetchRegistry()
      const { exitCode, output } = await runInNamespace(import.meta.path, ['redis', 'python', 'nginx-1', 'grpc'])
      if (exitCode !== 0) console.error(output)
      expect(exitCode).toBe(0)
    },
    { timeout: 300_000 },
  )
} else {
  describe('programs', () => {
    let node: TestNode
    let registry: TestRegistry
    const at = (name: string) => `127.0.0.1:${port}/${name}:1`

    beforeAll(async () => {
      node = await TestNode.start({ images: [] })
      registry = await TestRegistry.start(port)
      for (const file of makeImages(['redis', 'python', 'nginx-1', 'grpc'])) await registry.push(file)
      const auths = { [`127.0.0.1:${port}`]: credentials }
      await node.client.resource(secrets, 'default').create({
        metadata: { name: 'pull' },
        type: 'kubernetes.io/dockerconfigjson',
        data: { '.dockerconfigjson': Buffer.from(JSON.stringify({ auths })).toString('base64') },
      })
    })
    afterAll(async () => {
      await registry.remove()
      await node.destroy()
    })

    const create = (name: string, spec: Partial<PodSpec>) =>
      node.createPod(name, { imagePullSecrets: [{ name: 'pull' }], ...spec })

    /** Sends commands to Redis over TCP; the answers as text. */
    const ask = async (pod: Pod, ...commands: string[]) => {
      const { promise, resolve, reject } = Promise.withResolvers<string>()
      let text = ''
      await Bun.connect({
        hostname: pod.status!.podIP!,
        port: 6379,
        socket: {
          open: (socket) => void socket.write(`${[...commands, 'QUIT'].join('\r\n')}\r\n`),
          data(_, bytes) {
            text += bytes.toString()
          },
          close: () => resolve(text),
          error: (_, error) => reject(error),
        },
      })
      return promise
    }

    const redisSpec: Partial<PodSpec> = {
      volumes: [{ name: 'data', hostPath: { path: '', type: 'Directory' } }],
      securityContext: { runAsUser: 1000, runAsGroup: 1000 },
      containers: [
        {
          name: 'redis',
          image: at('redis'),
          volumeMounts: [{ name: 'data', mountPath: '/data' }],
          readinessProbe: { exec: { command: ['redis-cli', 'ping'] }, periodSeconds: 1 },
          livenessProbe: { tcpSocket: { port: 6379 }, periodSeconds: 1 },
          lifecycle: { preStop: { exec: { command: ['redis-cli', 'set', 'farewell', 'said'] } } },
        },
      ],
    }

    test('Redis keeps what it was given over the end of its pod, and hears of that end', async () => {
      const path = join(node.directory, 'redis-data')
      mkdirSync(path, { mode: 0o777 })
      Bun.spawnSync(['chown', '1000:1000', path])
      const spec = { ...redisSpec, volumes: [{ name: 'data', hostPath: { path, type: 'Directory' } }] }
      await create('redis', spec)
      const first = await node.podWhen('redis', isReady)
      expect(await ask(first, 'SET color green', 'INCR visits')).toBe('+OK\r\n:1\r\n+OK\r\n')
      const { output } = await node.exec(first, 'redis', ['redis-cli', '-x', 'set', 'page'], Buffer.from('from stdin'))
      expect(output).toBe('OK\n')
      await node.client.resource(pods, 'default').delete('redis')
      await node.podGone('redis')
      await create('redis', spec)
      const second = await node.podWhen('redis', isReady)
      expect(await ask(second, 'GET color', 'INCR visits', 'GET page', 'GET farewell')).toBe(
        '$5\r\ngreen\r\n:2\r\n$10\r\nfrom stdin\r\n$4\r\nsaid\r\n+OK\r\n',
      )
      expect(await node.logs(second, 'redis')).toContain('Ready to accept connections')
    })

    test('Redis is started again when it dies, by the word of its liveness probe too', async () => {
      const pod = await node.podWhen('redis', isReady)
      // The connection is lost with it.
      await ask(pod, 'SHUTDOWN NOSAVE').catch(() => {})
      const again = await node.podWhen('redis', (p) => statusOf(p, 'redis')?.restartCount === 1 && isReady(p))
      expect(await ask(again, 'GET color')).toBe('$5\r\ngreen\r\n+OK\r\n')
      // It lives, and listens no more.
      await ask(again, 'CONFIG SET port 0')
      await node.podWhen('redis', (p) => statusOf(p, 'redis')?.restartCount === 2 && isReady(p), 60_000)
    })

    test('Python sees what the pod was given, and ends by itself when it is asked to', async () => {
      const program = [
        'import json, os, signal, socket, sys, time',
        'def leave(*_):',
        '  open("/dev/termination-log", "w").write("left in order"); sys.exit(5)',
        'signal.signal(signal.SIGTERM, leave)',
        'open("/out/seen.json", "w").write(json.dumps({"host": socket.gethostname(), "user": os.getuid(),',
        '  "groups": os.getgroups(), "env": os.environ["WHERE"], "out": os.stat("/out").st_gid,',
        '  "oom": int(open("/proc/self/oom_score_adj").read()) >= 0,',
        '  "name": socket.gethostbyname("other.example")}))',
        'while True: time.sleep(0.1)',
      ].join('\n')
      await create('python', {
        restartPolicy: 'Never',
        hostAliases: [{ ip: '10.1.2.3', hostnames: ['other.example'] }],
        securityContext: { runAsUser: 1234, fsGroup: 4321 },
        volumes: [{ name: 'out', emptyDir: {} }],
        containers: [
          {
            ...{ name: 'main', image: at('python'), command: ['python3', '-c', program] },
            env: [{ name: 'WHERE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
            volumeMounts: [{ name: 'out', mountPath: '/out' }],
            readinessProbe: { exec: { command: ['test', '-s', '/out/seen.json'] }, periodSeconds: 1 },
          },
        ],
      })
      const pod = await node.podWhen('python', isReady)
      const { output } = await node.exec(pod, 'main', ['cat', '/out/seen.json'])
      expect(JSON.parse(output)).toEqual({
        ...{ host: 'python', user: 1234, groups: [0, 4321], env: 'worker-1', out: 4321, oom: true, name: '10.1.2.3' },
      })
      await node.client.resource(pods, 'default').delete('python', { gracePeriodSeconds: 30 })
      const ended = await node.podWhen('python', (p) => statusOf(p)?.state?.terminated !== undefined)
      expect(statusOf(ended)!.state!.terminated).toMatchObject({ exitCode: 5, message: 'left in order' })
    })

    test('nginx ends its last answer when it is asked to leave', async () => {
      const pod = await create('nginx', {
        terminationGracePeriodSeconds: 30,
        containers: [
          { name: 'nginx', image: at('nginx'), readinessProbe: { httpGet: { port: 80 }, periodSeconds: 1 } },
        ],
      })
      const { status } = await node.podWhen('nginx', isReady)
      await node.exec(pod, 'nginx', ['sh', '-c', 'dd if=/dev/zero of=/usr/share/nginx/html/large bs=1M count=64'])
      const answer = await fetch(`http://${status!.podIP}/large`)
      const reader = answer.body!.getReader()
      let received = (await reader.read()).value!.length
      await node.client.resource(pods, 'default').delete('nginx')
      await node.podWhen('nginx', ({ metadata }) => metadata?.deletionTimestamp !== undefined)
      for (let part = await reader.read(); !part.done; part = await reader.read()) received += part.value.length
      expect(received).toBe(64 << 20)
      await node.podGone('nginx')
    })

    test("gRPC probes ask Google's own server: service by service, and one that hangs", async () => {
      const probe = (service: string) => ({
        grpc: { port: 50051, service },
        ...{ periodSeconds: 1, timeoutSeconds: 1, failureThreshold: 1 },
      })
      const says = (service: string, what: string) => `echo ${what} > /status/${service}`
      const pod = await create('grpc', {
        terminationGracePeriodSeconds: 0,
        containers: [
          {
            name: 'main',
            image: at('grpc-health'),
            command: ['sh', '-c', `${says('all', 'serving')}; ${says('db', 'no')}; exec python3 /srv/health.py`],
            startupProbe: { ...probe(''), failureThreshold: 60 },
            readinessProbe: probe('db'),
            livenessProbe: probe('all'),
          },
        ],
      })
      const shell = (script: string) => node.exec(pod, 'main', ['sh', '-c', script])
      const message = async (text: string) => {
        for (let tries = 0; tries < 200; tries++) {
          const { items } = await node.client.resource(events, 'default').list()
          if (items.some((event) => event.involvedObject.name === 'grpc' && event.message?.includes(text))) return
          await Bun.sleep(50)
        }
        throw new Error(`no event says: ${text}`)
      }
      await node.podWhen('grpc', (p) => statusOf(p)?.started)
      await message('Readiness probe failed: service unhealthy: responded with "NOT_SERVING"')
      await shell(says('db', 'serving'))
      await node.podWhen('grpc', isReady)
      await shell(says('db', 'hang'))
      await node.podWhen('grpc', (p) => statusOf(p)?.ready === false)
      await message('Readiness probe failed: service unhealthy: timeout')
      await shell('rm /status/db')
      await message('Readiness probe failed: service unhealthy: grpc status 5')
      expect(statusOf(await node.podWhen('grpc', () => true))!.restartCount).toBe(0)
      await shell(says('all', 'no'))
      await node.podWhen('grpc', (p) => statusOf(p)?.restartCount === 1)
    })

    test('a gRPC server that knows nothing of health fails its probe, and the event says so', async () => {
      await create('no-health', {
        containers: [
          {
            ...{ name: 'main', image: at('grpc-health'), args: ['without'] },
            readinessProbe: { grpc: { port: 50051 }, periodSeconds: 1 },
          },
        ],
      })
      await node.podWhen('no-health', (p) => statusOf(p)?.state?.running !== undefined)
      for (let tries = 0; ; tries++) {
        const { items } = await node.client.resource(events, 'default').list()
        if (items.some(({ message }) => message?.includes('does not implement the grpc health protocol'))) break
        if (tries > 200) throw new Error('no such event')
        await Bun.sleep(50)
      }
      expect(statusOf(await node.podWhen('no-health', () => true))!.ready).toBe(false)
    })
  })
}
