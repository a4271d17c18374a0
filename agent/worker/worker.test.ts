import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { configmaps, pods } from '../../api/schema/generated/resources.ts'
import { insideNamespace, runInNamespace, TestNode } from './test-node.ts'

if (!insideNamespace) {
  test(
    'a worker runs pods in real containers',
    async () => {
      const { exitCode, output } = await runInNamespace(import.meta.path)
      if (exitCode !== 0) console.error(output)
      expect(exitCode).toBe(0)
    },
    { timeout: 300_000 },
  )
} else {
  describe('worker', () => {
    let node: TestNode
    beforeAll(async () => {
      node = await TestNode.start()
    })
    afterAll(async () => {
      await node.destroy()
    })

    const busybox = { name: 'main', image: 'skein.local/busybox:1' }
    const ready = (pod: { status?: { conditions?: { type: string; status: string }[] } }) =>
      pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True')

    test('nginx serves on the pod address, its log is read, a command runs in it, and it ends without a trace', async () => {
      const pod = await node.createPod('web', {
        containers: [
          {
            name: 'nginx',
            image: 'skein.local/nginx:1',
            readinessProbe: { httpGet: { path: '/healthz', port: 80 }, periodSeconds: 1 },
          },
        ],
      })
      const running = await node.podWhen('web', ready)
      const page = await fetch(`http://${running.status!.podIP}/`)
      expect(await page.text()).toBe('nginx 1\n')
      expect(running.status).toMatchObject({ phase: 'Running', hostIP: '10.44.0.7' })
      expect(await node.logs(running, 'nginx')).toContain('"GET / HTTP/1.1" 200')
      const { output, exitCode } = await node.exec(
        pod,
        'nginx',
        ['sh', '-c', 'hostname; cat; echo bad >&2; exit 3'],
        Buffer.from('input\n'),
      )
      expect({ output, exitCode }).toEqual({ output: 'web\ninput\nbad\n', exitCode: 3 })
      const megabytes = Buffer.alloc(8 << 20, 'x')
      const counted = await node.exec(pod, 'nginx', ['wc', '-c'], megabytes)
      expect(counted).toEqual({ output: `${8 << 20}\n`, exitCode: 0 })
      const unread = await node.exec(pod, 'nginx', ['true'], megabytes)
      expect(unread.exitCode).toBe(0)
      await node.client.resource(pods, 'default').delete('web')
      await node.podGone('web')
    })

    test('a container that fails is restarted after a growing pause, and its previous log is kept', async () => {
      const command = ['sh', '-c', 'echo started; exit 7']
      await node.createPod('crash', { containers: [{ ...busybox, command }] })
      const waiting = await node.podWhen(
        'crash',
        ({ status }) => status?.containerStatuses?.[0]?.state?.waiting?.reason === 'CrashLoopBackOff',
      )
      const [status] = waiting.status!.containerStatuses!
      expect(status).toMatchObject({ restartCount: 1, lastState: { terminated: { exitCode: 7, reason: 'Error' } } })
      expect(status!.state!.waiting!.message).toStartWith(
        'back-off 10s restarting failed container=main pod=crash_default(',
      )
      expect(await node.logs(waiting, 'main', { previous: true })).toBe('started\n')
    })

    test('init containers run in order, share an emptyDir with the main one, and configMaps become files and variables', async () => {
      await node.client.resource(configmaps, 'default').create({
        metadata: { name: 'settings' },
        data: { color: 'green', 'app.conf': 'line\n' },
      })
      const mount = [{ name: 'shared', mountPath: '/shared' }]
      await node.createPod('init', {
        restartPolicy: 'Never',
        volumes: [
          { name: 'shared', emptyDir: {} },
          { name: 'settings', configMap: { name: 'settings' } },
        ],
        initContainers: [
          { ...busybox, name: 'first', command: ['sh', '-c', 'echo 1 >> /shared/order'], volumeMounts: mount },
          { ...busybox, name: 'second', command: ['sh', '-c', 'echo 2 >> /shared/order'], volumeMounts: mount },
        ],
        containers: [
          {
            ...busybox,
            command: [
              'sh',
              '-c',
              'cat /shared/order /settings/app.conf; echo $COLOR $(NODE) $GREETING; echo done > /dev/termination-log',
            ],
            env: [
              { name: 'COLOR', valueFrom: { configMapKeyRef: { name: 'settings', key: 'color' } } },
              { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
              { name: 'GREETING', value: '$(COLOR)-$(NODE)' },
            ],
            volumeMounts: [...mount, { name: 'settings', mountPath: '/settings' }],
          },
        ],
      })
      const ended = await node.podWhen('init', ({ status }) => status?.phase === 'Succeeded')
      expect(await node.logs(ended, 'main')).toBe('1\n2\nline\ngreen worker-1 green-worker-1\n')
      expect(ended.status!.containerStatuses![0]!.state!.terminated).toMatchObject({ exitCode: 0, message: 'done\n' })
    })
  })
}
