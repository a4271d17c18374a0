import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { readFileSync, readlinkSync } from 'node:fs'
import { events, nodes, pods } from '../../api/schema/generated/resources.ts'
import { insideNamespace, runInNamespace, TestNode } from './test-node.ts'
import { forever, isReady, shell, statusOf } from './test-pod.ts'

if (!insideNamespace) {
  test(
    'more of what pods can ask for, seen from inside their containers',
    async () => {
      const { exitCode, output } = await runInNamespace(import.meta.path)
      if (exitCode !== 0) console.error(output)
      expect(exitCode).toBe(0)
    },
    { timeout: 300_000 },
  )
} else {
  describe('pod features', () => {
    let node: TestNode
    beforeAll(async () => {
      node = await TestNode.start({ images: ['busybox'] })
    })
    afterAll(async () => {
      await node.destroy()
    })

    test('a readiness gate holds the pod back until somebody says its condition', async () => {
      await node.createPod('gated', {
        readinessGates: [{ conditionType: 'example.com/warm' }],
        containers: [shell(forever)],
      })
      const waiting = await node.podWhen('gated', (p) => statusOf(p)?.ready)
      expect(waiting.status!.conditions!.find(({ type }) => type === 'Ready')).toMatchObject({
        ...{ status: 'False', reason: 'ReadinessGatesNotReady' },
        message: 'corresponding condition of pod readiness gate "example.com/warm" does not exist.',
      })
      const condition = { type: 'example.com/warm', status: 'True' }
      await node.client
        .resource(pods, 'default')
        .patch('gated', { status: { conditions: [condition] } }, { type: 'strategic' }, 'status')
      const ready = await node.podWhen('gated', isReady)
      expect(ready.status!.conditions).toContainEqual(expect.objectContaining(condition))
    })

    test('a subdomain is part of the name that the pod has for itself', async () => {
      const spec = { hostname: 'me', subdomain: 'sub', containers: [shell('hostname; hostname -f; hostname -i')] }
      const pod = await node.ended('subdomain', spec)
      const fqdn = 'me.sub.default.svc.cluster.local'
      expect(await node.logs(pod, 'main')).toBe(`me\n${fqdn}\n${pod.status!.podIP}\n`)
      const whole = await node.ended('subdomain-whole', { ...spec, setHostnameAsFQDN: true })
      expect(await node.logs(whole, 'main')).toStartWith(`${fqdn}\n`)
    })

    test("last words: the log's end where the container wrote none and failed", async () => {
      const fallback = { terminationMessagePolicy: 'FallbackToLogsOnError' }
      const pod = await node.ended('words', {
        containers: [
          shell('echo before; echo it broke; exit 3', fallback),
          shell('echo said; exit 0', { ...fallback, name: 'good' }),
          shell('echo said; printf written > /last/words; exit 3', {
            ...{ ...fallback, name: 'file', terminationMessagePath: '/last/words' },
          }),
        ],
      })
      const words = ['main', 'good', 'file'].map((name) => statusOf(pod, name)!.state!.terminated!.message)
      expect(words).toEqual(['before\nit broke', undefined, 'written'])
    })

    test('privileged, an added capability, none: what each may do', async () => {
      const script =
        'grep CapEff /proc/self/status | cut -f2; ip link set lo mtu 9000 2>/dev/null && echo may || echo may not'
      const run = async (name: string, securityContext: object) =>
        node.logs(await node.ended(name, { containers: [shell(script, { securityContext })] }), 'main')
      const own = /^CapEff:\s*(\S+)/m.exec(readFileSync('/proc/self/status', 'utf8'))![1]!
      expect(await run('privileged', { privileged: true })).toBe(`${own}\nmay\n`)
      const [added, may] = (await run('added', { capabilities: { add: ['NET_ADMIN'] } })).split('\n')
      expect([(BigInt(`0x${added}`) >> 12n) & 1n, may]).toEqual([1n, 'may'])
      const [plain, mayNot] = (await run('plain', {})).split('\n')
      expect([(BigInt(`0x${plain}`) >> 12n) & 1n, mayNot]).toEqual([0n, 'may not'])
    })

    test("RuntimeDefault's seccomp filter refuses what Unconfined does not", async () => {
      const script =
        'grep Seccomp: /proc/self/status | cut -f2; unshare -r true 2>/dev/null && echo may || echo may not'
      const run = async (name: string, type: string) => {
        const securityContext = { seccompProfile: { type } }
        return node.logs(await node.ended(name, { securityContext, containers: [shell(script)] }), 'main')
      }
      expect(await run('filtered', 'RuntimeDefault')).toBe('2\nmay not\n')
      expect(await run('unfiltered', 'Unconfined')).toStartWith('0\n')
    })

    test("memory is shared among a pod's containers, and with the host's only by hostIPC", async () => {
      const pod = await node.createPod('shared-memory', {
        containers: [shell('echo from main > /dev/shm/word; sleep 3600'), shell('sleep 3600', { name: 'other' })],
      })
      await node.podWhen('shared-memory', isReady)
      await node.inside(pod, 'until test -s /dev/shm/word; do sleep 0.05; done')
      expect(await node.inside(pod, 'cat /dev/shm/word', 'other')).toBe('from main')
      const own = readlinkSync('/proc/self/ns/ipc')
      expect(await node.inside(pod, 'readlink /proc/self/ns/ipc')).not.toBe(own)
      const host = await node.ended('host-ipc', { hostIPC: true, containers: [shell('readlink /proc/self/ns/ipc')] })
      expect(await node.logs(host, 'main')).toBe(`${own}\n`)
    })

    test('an ephemeral container sees the processes of its target', async () => {
      const pod = await node.createPod('target', { containers: [shell('exec sleep 4321')] })
      await node.podWhen('target', isReady)
      const ephemeral = {
        ...shell('ps | grep -c "[s]leep 4321"'),
        ...{ name: 'debug', targetContainerName: 'main' },
      }
      await node.client
        .resource(pods, 'default')
        .patch('target', { spec: { ephemeralContainers: [ephemeral] } }, { type: 'strategic' }, 'ephemeralcontainers')
      await node.podWhen('target', (p) => statusOf(p, 'debug')?.state?.terminated !== undefined)
      expect(await node.logs(pod, 'debug')).toBe('1\n')
    })

    test('OnFailure: again after a failure, not after success; a pod past its deadline is ended', async () => {
      const volumes = [{ name: 'kept', emptyDir: {} }]
      const script = 'echo x >> /kept/runs; test $(wc -l < /kept/runs) = 2'
      const pod = await node.ended('tries', {
        ...{ restartPolicy: 'OnFailure', volumes },
        containers: [shell(script, { volumeMounts: [{ name: 'kept', mountPath: '/kept' }] })],
      })
      expect(statusOf(pod)).toMatchObject({ restartCount: 1, state: { terminated: { exitCode: 0 } } })
      const late = await node.ended('late', { activeDeadlineSeconds: 1, containers: [shell(forever)] })
      expect(late.status).toMatchObject({ phase: 'Failed', reason: 'DeadlineExceeded' })
    })

    test('a postStart that fails ends its container, and the event says why', async () => {
      const exec = { command: ['sh', '-c', 'echo no use; exit 4'] }
      await node.createPod('post', { containers: [shell(forever, { lifecycle: { postStart: { exec } } })] })
      await node.podWhen('post', (p) => (statusOf(p)?.restartCount ?? 0) > 0)
      const { items } = await node.client.resource(events, 'default').list()
      const [failure] = items.filter(({ reason }) => reason === 'FailedPostStartHook')
      expect(failure?.message).toContain('exited with 4')
      await node.remove('post')
    })

    test('the node tells what the machine has', async () => {
      const { status, metadata, spec } = await node.client.resource(nodes).get('worker-1')
      const total = /^MemTotal:\s*(\d+)/m.exec(readFileSync('/proc/meminfo', 'utf8'))![1]
      const cpus = Bun.spawnSync(['nproc', '--all']).stdout.toString().trim()
      expect(status!.capacity).toMatchObject({ cpu: cpus, memory: `${total}Ki`, pods: '110' })
      expect(status!.allocatable).toMatchObject({ cpu: `${Number(cpus) * 1000 - 100}m`, pods: '110' })
      expect(Number.parseInt(status!.allocatable!.memory!, 10)).toBeLessThan(Number(total))
      const uname = (flag: string) => Bun.spawnSync(['uname', flag]).stdout.toString().trim()
      expect(status!.nodeInfo).toMatchObject({ kernelVersion: uname('-r'), operatingSystem: 'linux' })
      expect(status!.nodeInfo!.containerRuntimeVersion).toStartWith('containerd://1.7')
      expect(status!.addresses).toContainEqual({ type: 'InternalIP', address: '10.44.0.7' })
      expect(status!.conditions!.find(({ type }) => type === 'Ready')?.status).toBe('True')
      expect(metadata!.labels).toMatchObject({ 'kubernetes.io/os': 'linux', 'kubernetes.io/hostname': 'worker-1' })
      expect(spec!.podCIDR).toBe('10.142.7.0/24')
    })
  })
}
