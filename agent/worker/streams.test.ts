import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { pods } from '../../api/schema/generated/resources.ts'
import { until } from '../../test/lab/until.ts'
import { insideNamespace, runInNamespace, TestNode } from './test-node.ts'
import { isReady, shell, statusOf } from './test-pod.ts'

if (!insideNamespace) {
  test(
    'streams to and from containers, and what they use',
    async () => {
      const { exitCode, output } = await runInNamespace(import.meta.path)
      if (exitCode !== 0) console.error(output)
      expect(exitCode).toBe(0)
    },
    { timeout: 300_000 },
  )
} else {
  describe('streams', () => {
    let node: TestNode
    beforeAll(async () => {
      node = await TestNode.start()
    })
    afterAll(async () => {
      await node.destroy()
    })

    const firstLine = async (stream: ReadableStream<Uint8Array>) => {
      const reader = stream.getReader()
      let text = ''
      while (!text.endsWith('\n')) text += Buffer.from((await reader.read()).value!).toString()
      return text
    }

    test("attach and port-forward, also to what listens on the pod's loopback only", async () => {
      const pod = await node.createPod('reach', {
        containers: [
          shell('read line; echo got $line; sleep 60', { stdin: true }),
          shell('mkdir /www; echo loop > /www/index.html; httpd -f -p 127.0.0.1:7000 -h /www', {
            readinessProbe: { exec: { command: ['wget', '-qO-', 'http://127.0.0.1:7000/'] }, periodSeconds: 1 },
            name: 'loop',
          }),
        ],
      })
      await node.podWhen('reach', isReady)
      const session = await node.worker.podStreams.attach(node.ref(pod), {
        ...{ container: 'main', stdin: true, stdout: true, stderr: false, tty: false },
      })
      const writer = session.stdin!.getWriter()
      await writer.write(Buffer.from('it\n'))
      expect(await firstLine(session.stdout!)).toBe('got it\n')
      session.close()
      const forwarded = await node.worker.podStreams.portForward(node.ref(pod), 7000)
      const request = forwarded.writable.getWriter()
      await request.write(Buffer.from('GET / HTTP/1.0\r\n\r\n'))
      expect(await new Response(forwarded.readable).text()).toEndWith('\r\n\r\nloop\n')
      await request.close().catch(() => {})
    })

    test('a log is followed while it grows, over rotation, to its end', async () => {
      const pod = await node.createPod('talker', {
        restartPolicy: 'Never',
        containers: [shell('for i in 1 2 3 4 5; do echo line $i; sleep 0.2; done')],
      })
      await node.podWhen('talker', (p) => statusOf(p)?.state?.running !== undefined)
      const stream = await node.worker.podStreams.logs(node.ref(pod), {
        ...{ container: 'main', follow: true, previous: false, timestamps: false },
      })
      expect(await new Response(stream).text()).toBe('line 1\nline 2\nline 3\nline 4\nline 5\n')
      expect(await node.logs(pod, 'main', { tailLines: 2 })).toBe('line 4\nline 5\n')
      expect(await node.logs(pod, 'main', { tailLines: 1, timestamps: true })).toMatch(
        /^\d{4}-\d\d-\d\dT[\d:.]+Z line 5\n$/,
      )
    })
    test('statistics of node, pods and containers', async () => {
      await node.createPod('busy', {
        containers: [shell('x=$(head -c 20000000 /dev/zero | tr "\\\\0" x); while true; do :; done')],
      })
      await node.podWhen('busy', isReady)
      const cpuOf = async () => {
        const page = await node.worker.podStreams.nodePage('', 'metrics/resource')
        const metrics = await new Response(page).text()
        return Number(
          /container_cpu_usage_seconds_total\{container="main",namespace="default",pod="busy"\} (\S+)/.exec(
            metrics,
          )?.[1] ?? 0,
        )
      }
      const first = await cpuOf()
      await until('its processor time is counted', async () => (await cpuOf()) > first + 0.1, 30_000)
      const page = await node.worker.podStreams.nodePage('', 'stats/summary')
      const summary = (await new Response(page).json()) as {
        node: { memory: { workingSetBytes: number } }
        pods: { podRef: { name: string }; memory: { workingSetBytes: number }; network?: { name: string } }[]
      }
      const busy = summary.pods.find(({ podRef }) => podRef.name === 'busy')!
      expect(busy.memory.workingSetBytes).toBeGreaterThan(10e6)
      expect(busy.network?.name).toBe('eth0')
      expect(summary.node.memory.workingSetBytes).toBeGreaterThan(busy.memory.workingSetBytes)
      await node.client.resource(pods, 'default').delete('busy', { gracePeriodSeconds: 0 })
    })

    test('a terminal has the size that it is given', async () => {
      const pod = await node.createPod('terminal', { containers: [shell('sleep 60')] })
      await node.podWhen('terminal', isReady)
      const session = await node.worker.podStreams.exec(node.ref(pod), {
        ...{ container: 'main', command: ['sh'], stdin: true, stdout: true, stderr: true, tty: true },
      })
      session.resize(100, 40)
      // The size is set beside the input, not in it: it may come a moment later.
      const script = "until stty size | grep -q '40 100'; do sleep 0.05; done; stty size; exit 5\n"
      await session.stdin!.getWriter().write(Buffer.from(script))
      expect(await new Response(session.stdout).text()).toContain('\r\n40 100\r\n')
      expect(await session.exit).toEqual({ exitCode: 5 })
    })

    test('a command goes on when containerd is killed, and nothing of it is lost', async () => {
      const pod = await node.createPod('goes-on', { containers: [shell('sleep 60')] })
      await node.podWhen('goes-on', isReady)
      const session = await node.worker.podStreams.exec(node.ref(pod), {
        ...{ container: 'main', command: ['sh', '-c', 'echo begin; sleep 2; echo end; exit 4'], tty: false },
        ...{ stdin: false, stdout: true, stderr: false },
      })
      const reader = session.stdout!.getReader()
      expect(Buffer.from((await reader.read()).value!).toString()).toBe('begin\n')
      process.kill(node.worker.status().runtimePid!, 'SIGKILL')
      expect(Buffer.from((await reader.read()).value!).toString()).toBe('end\n')
      expect((await reader.read()).done).toBe(true)
      expect(await session.exit).toEqual({ exitCode: 4 })
    })
  })
}
