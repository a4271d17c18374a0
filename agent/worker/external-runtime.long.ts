import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync } from 'node:fs'
import { basename, join } from 'node:path'
import { pods } from '../../api/schema/generated/resources.ts'
import { systemClock } from '../../mesh/clock/clock.ts'
import { makeImages } from '../../test/fixtures/images/make.ts'
import { openPayload } from '../payload/payload.ts'
import { Images } from './image/images.ts'
import { readHostFacts } from './runtime/host.ts'
import { loadPauseImage, type OpenRuntime, openRuntime } from './runtime/open-runtime.ts'
import { shimsOf } from './runtime/stray-shims.ts'
import {
  insideNamespace,
  makeNodeDirectory,
  prepareNamespace,
  removeFiles,
  runInNamespace,
  TestNode,
  testLogger,
  testWorkerOptions,
} from './test-node.ts'
import { isReady, shell, statusOf } from './test-pod.ts'
import { startWorker } from './worker.ts'

if (!insideNamespace) {
  test(
    'a container runtime that is there already',
    async () => {
      const { exitCode, output } = await runInNamespace(import.meta.path)
      if (exitCode !== 0) console.error(output)
      expect(exitCode).toBe(0)
    },
    { timeout: 300_000 },
  )
} else {
  describe('external runtime', () => {
    const log = testLogger()
    const directory = makeNodeDirectory()
    // The machine's own containerd, which knows nothing of this node.
    const outside = mkdtempSync('/tmp/skein-worker-outside-')
    const outsideState = `/run/${basename(outside)}`
    let runtime: OpenRuntime
    let node: TestNode

    beforeAll(async () => {
      prepareNamespace()
      const payload = await openPayload({ directory: join(directory, 'payload'), log })
      const { cniConfiguration } = testWorkerOptions(directory, payload, log)
      const options = { payload, cniConfiguration, clock: systemClock, log }
      runtime = await openRuntime(options, join(outside, 'data'), outsideState, readHostFacts(outside))
      await loadPauseImage(runtime)
      const images = new Images(runtime.connection, runtime.registry, systemClock, log)
      for (const file of makeImages(['busybox', 'nginx-1'])) await images.importArchive(file)
      const runtimeEndpoint = `unix://${runtime.connection.socketPath}`
      node = await TestNode.start({ directory, images: [], runtimeEndpoint })
    })
    afterAll(async () => {
      await node.destroy()
      await runtime.close(true)
      for (const path of [outside, outsideState]) removeFiles(path)
    })

    test('pods run in it: probed, reached, read and entered as in the own one', async () => {
      expect(node.worker.status()).toMatchObject({ runtime: 'external', runtimePid: undefined })
      const pod = await node.createPod('web', {
        containers: [
          {
            ...{ name: 'main', image: 'skein.local/nginx:1' },
            readinessProbe: { httpGet: { path: '/healthz', port: 80 }, periodSeconds: 1 },
            resources: { limits: { memory: '64Mi' } },
          },
        ],
      })
      const { status } = await node.podWhen('web', isReady)
      expect(await (await fetch(`http://${status!.podIP}/`)).text()).toBe('nginx 1\n')
      expect(await node.exec(pod, 'main', ['wc', '-c'], Buffer.alloc(1 << 20))).toEqual({
        output: `${1 << 20}\n`,
        exitCode: 0,
      })
      expect(await node.logs(pod, 'main')).toContain('"GET / HTTP/1.1" 200')
      const limit = await node.exec(pod, 'main', ['cat', '/sys/fs/cgroup/memory/memory.limit_in_bytes'])
      expect(limit.output).toBe(`${64 << 20}\n`)
      const { containers } = await runtime.connection.runtime.listContainers({})
      expect(containers.map(({ id }) => `containerd://${id}`)).toEqual([statusOf({ status })!.containerID!])
    })

    test('the end of the worker touches nothing in it, and the next one finds its pods', async () => {
      const before = statusOf(await node.podWhen('web', isReady))!.containerID
      await node.worker.stop()
      expect((await runtime.connection.runtime.version({})).runtimeName).toBe('containerd')
      await node.startWorker()
      const pod = await node.podWhen('web', isReady)
      expect(statusOf(pod)).toMatchObject({ containerID: before!, restartCount: 0 })
      expect((await node.exec(pod, 'main', ['true'])).exitCode).toBe(0)
    })

    test('it is ended from outside and started again: its containers and their pods stay', async () => {
      process.kill(runtime.containerd!.pid, 'SIGKILL')
      await node.createPod('later', { containers: [shell('sleep 3600')] })
      await node.podWhen('later', isReady, 60_000)
      expect(statusOf(await node.podWhen('web', isReady))!.restartCount).toBe(0)
    })

    test('what it cannot do is said: archives, and a socket at which nobody answers', async () => {
      const [archive] = makeImages(['busybox']) as [string]
      const refusal = await node.worker.importImages(archive).catch((error: Error) => error.message)
      expect(refusal).toContain('use its own tools')
      const options = { ...testWorkerOptions(directory, node.payload, log), client: node.client }
      const failure = startWorker({ ...options, runtimeEndpoint: '/run/nobody.sock' })
      expect(await failure.catch((error: Error) => error.message)).toMatch(
        /^no container runtime answers at \/run\/nobody\.sock .*check --container-runtime-endpoint$/,
      )
    })

    test('its pods go with their objects', async () => {
      for (const name of ['web', 'later']) {
        await node.client.resource(pods, 'default').delete(name)
        await node.podGone(name)
      }
      expect((await runtime.connection.runtime.listPodSandbox({})).items).toEqual([])
      expect(shimsOf(runtime.connection.socketPath).size).toBe(0)
    })
  })
}
