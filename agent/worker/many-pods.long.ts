import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { pods } from '../../api/schema/generated/resources.ts'
import { maxPods } from './node/node-object.ts'
import { insideNamespace, runInNamespace, stateDirectoryOf, TestNode } from './test-node.ts'
import { inPhase, isReady, shell } from './test-pod.ts'

if (!insideNamespace) {
  test(
    `${maxPods} pods on a node`,
    async () => {
      const { exitCode, output } = await runInNamespace(import.meta.path)
      console.log(/^many pods: .*$/m.exec(output)?.[0])
      if (exitCode !== 0) console.error(output)
      expect(exitCode).toBe(0)
    },
    { timeout: 600_000 },
  )
} else {
  describe('many pods', () => {
    let node: TestNode
    beforeAll(async () => {
      node = await TestNode.start({ images: ['busybox'] })
    })
    afterAll(async () => {
      await node.destroy()
    })

    const names = Array.from({ length: maxPods }, (_, index) => `pod-${index}`)
    const containers = [
      shell('mkdir /www; hostname > /www/index.html; exec httpd -f -p 80 -h /www', {
        readinessProbe: { httpGet: { port: 80 }, periodSeconds: 1 },
      }),
    ]

    test('all run, each reached at an address of its own; a new worker finds them; all go without a trace', async () => {
      const { client, directory } = node
      const beganMs = performance.now()
      await Promise.all(names.map((name) => node.createPod(name, { terminationGracePeriodSeconds: 0, containers })))
      const running = await Promise.all(names.map((name) => node.podWhen(name, inPhase('Running'), 300_000)))
      const runningMs = performance.now() - beganMs
      const ready = await Promise.all(names.map((name) => node.podWhen(name, isReady, 120_000)))
      expect(new Set(ready.map(({ status }) => status!.podIP)).size).toBe(maxPods)
      expect(running.length).toBe(maxPods)
      for (const { metadata, status } of ready) {
        expect(await (await fetch(`http://${status!.podIP}/`)).text()).toBe(`${metadata!.name}\n`)
      }
      const ids = () => client.resource(pods, 'default').list().then(containerIds)
      const before = await ids()
      await node.worker.stop()
      await node.startWorker()
      expect(node.worker.status()).toMatchObject({ pods: maxPods, runningContainers: maxPods })
      expect(await ids()).toEqual(before)
      const deleteMs = performance.now()
      await Promise.all(names.map((name) => client.resource(pods, 'default').delete(name, { gracePeriodSeconds: 0 })))
      await Promise.all(names.map((name) => node.podGone(name, 120_000)))
      for (const endMs = performance.now() + 60_000; node.worker.status().pods > 0; ) {
        if (performance.now() > endMs) throw new Error(`${node.worker.status().pods} pods are still there`)
        await Bun.sleep(50)
      }
      const seconds = (ms: number) => (ms / 1000).toFixed(1)
      const [began, gone] = [seconds(runningMs), seconds(performance.now() - deleteMs)]
      console.log(`many pods: ${maxPods} Running in ${began} s, gone in ${gone} s`)
      expect(traces(directory)).toEqual([])
    }, 600_000)
  })

  function containerIds({ items }: { items: { status?: { containerStatuses?: { containerID?: string }[] } }[] }) {
    return items.map(({ status }) => status!.containerStatuses![0]!.containerID).sort()
  }

  /** Folders, logs, mounts, cgroups, addresses, interfaces and processes of pods. */
  function traces(directory: string): string[] {
    const cgroups = readdirSync(`/sys/fs/cgroup/memory/${basename(directory)}/kubepods/besteffort`)
    const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n')
    const shims = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && isShim(pid, directory))
    return [
      ...cgroups.filter((name) => name.startsWith('pod')),
      ...mounts.filter((line) => line.includes(`${directory}/worker/pods`)),
      ...['pods', 'logs'].flatMap((folder) => readdirSync(join(directory, 'worker', folder))),
      ...readdirSync(join(directory, 'cni-state/skein')).filter((name) => /^\d/.test(name)),
      ...readdirSync('/sys/class/net').filter((name) => name.startsWith('veth')),
      ...shims,
    ]
  }

  function isShim(pid: string, directory: string): boolean {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      return command.includes('containerd-shim') && command.includes(basename(stateDirectoryOf(directory)))
    } catch {
      return false
    }
  }
}
