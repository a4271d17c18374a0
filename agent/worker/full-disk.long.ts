import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdirSync, rmSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { events, pods, secrets } from '../../api/schema/generated/resources.ts'
import { systemClock } from '../../mesh/clock/clock.ts'
import { makeImages } from '../../test/fixtures/images/make.ts'
import { credentials, fetchRegistry, TestRegistry } from '../../test/fixtures/registry/registry.ts'
import { ImageCollector } from './image/image-collector.ts'
import { connectRuntime } from './runtime/connection.ts'
import { insideNamespace, makeNodeDirectory, runInNamespace, stateDirectoryOf, TestNode } from './test-node.ts'
import { inPhase, isReady, shell, statusOf } from './test-pod.ts'

const port = 5093

if (!insideNamespace) {
  test(
    'a disk that is full, and volumes with a limit',
    async () => {
      fetchRegistry()
      const { exitCode, output } = await runInNamespace(import.meta.path, ['busybox', 'nginx-1', 'python'])
      if (exitCode !== 0) console.error(output)
      expect(exitCode).toBe(0)
    },
    { timeout: 300_000 },
  )
} else {
  describe('full disk', () => {
    const directory = makeNodeDirectory()
    /** The worker's own file system: images, volumes and logs. */
    const disk = join(directory, 'worker')
    const image = `${directory}.ext4`
    let node: TestNode
    let registry: TestRegistry

    const run = (...command: string[]) => {
      const { exitCode, stderr } = Bun.spawnSync(command, { stderr: 'pipe' })
      if (exitCode !== 0) throw new Error(`${command.join(' ')}: ${stderr}`)
    }
    const availableBytes = () => {
      const { bavail, bsize } = statfsSync(disk)
      return bavail * bsize
    }

    beforeAll(async () => {
      run('truncate', '-s', '300M', image)
      run('mkfs.ext4', '-q', '-m', '0', image)
      mkdirSync(disk)
      run('mount', '-o', 'loop', image, disk)
      node = await TestNode.start({ directory, images: ['busybox', 'nginx-1'] })
      registry = await TestRegistry.start(port)
      for (const file of makeImages(['python'])) await registry.push(file)
      const auths = { [`127.0.0.1:${port}`]: credentials }
      await node.client.resource(secrets, 'default').create({
        metadata: { name: 'pull' },
        type: 'kubernetes.io/dockerconfigjson',
        data: { '.dockerconfigjson': Buffer.from(JSON.stringify({ auths })).toString('base64') },
      })
      await node.createPod('web', {
        containers: [
          {
            ...{ name: 'main', image: 'skein.local/nginx:1' },
            readinessProbe: { httpGet: { path: '/healthz', port: 80 }, periodSeconds: 1 },
          },
        ],
      })
      await node.podWhen('web', isReady)
    })
    afterAll(async () => {
      await registry.remove()
      await node.destroy()
      rmSync(image, { force: true })
    })

    test('an emptyDir fills it: the others run on, are reached and entered, and all is well when it is gone', async () => {
      await node.createPod('fills', {
        volumes: [{ name: 'scratch', emptyDir: {} }],
        containers: [
          shell('dd if=/dev/zero of=/scratch/large bs=1M 2>&1; sleep 3600', {
            volumeMounts: [{ name: 'scratch', mountPath: '/scratch' }],
            readinessProbe: { exec: { command: ['test', '-s', '/scratch/large'] }, periodSeconds: 1 },
          }),
        ],
      })
      await node.podWhen('fills', isReady)
      for (let tries = 0; availableBytes() > 2e6; tries++) {
        if (tries > 400) throw new Error('the disk does not fill')
        await Bun.sleep(50)
      }
      const web = await node.podWhen('web', isReady)
      expect(await (await fetch(`http://${web.status!.podIP}/`)).text()).toBe('nginx 1\n')
      expect(await node.exec(web, 'main', ['echo', 'entered'])).toEqual({ output: 'entered\n', exitCode: 0 })
      await node.createPod('later', { containers: [shell('sleep 3600')] })
      await node.podWhen('later', (p) => (p.status?.containerStatuses ?? []).length > 0)
      await node.client.resource(pods, 'default').delete('fills', { gracePeriodSeconds: 0 })
      await node.podGone('fills')
      for (let tries = 0; availableBytes() < 100e6; tries++) {
        if (tries > 400) throw new Error('no space is given back')
        await Bun.sleep(50)
      }
      await node.podWhen('later', isReady, 60_000)
      expect(statusOf(await node.podWhen('web', isReady))!.restartCount).toBe(0)
    })

    test('an image that has no room is refused with the reason, and pulled once there is', async () => {
      const filler = join(disk, 'filler')
      run('fallocate', '-l', String(availableBytes() - 8_000_000), filler)
      await node.createPod('large', {
        restartPolicy: 'Never',
        imagePullSecrets: [{ name: 'pull' }],
        containers: [{ ...shell('echo ran'), image: `127.0.0.1:${port}/python:1` }],
      })
      const refused = await node.podWhen('large', (p) => statusOf(p)?.state?.waiting?.reason === 'ErrImagePull')
      expect(statusOf(refused)!.state!.waiting!.message).toContain('no space left on device')
      const [archive] = makeImages(['python']) as [string]
      const failure = await node.worker.importImages(archive).catch((error: Error) => error.message)
      expect(failure).toContain('no space left on device')
      rmSync(filler)
      await node.podWhen('large', inPhase('Succeeded'), 60_000)
    })

    test('images that no container uses go when it is nearly full, and no other does', async () => {
      const clock = { ...systemClock, aheadMs: 0, nowMs: () => Date.now() + clock.aheadMs }
      const connection = connectRuntime(join(stateDirectoryOf(directory), 'containerd.sock'))
      const collector = new ImageCollector(connection, disk, clock, node.log)
      const present = async () => {
        const { images } = await connection.images.listImages({})
        return images.flatMap(({ repoTags }) => repoTags)
      }
      const unused = `127.0.0.1:${port}/python:1`
      try {
        await node.client.resource(pods, 'default').delete('large', { gracePeriodSeconds: 0 })
        await node.podGone('large')
        const ofLarge = { labelSelector: { 'io.kubernetes.pod.name': 'large' } }
        while ((await connection.runtime.listContainers({ filter: ofLarge })).containers.length > 0) await Bun.sleep(20)
        await collector.collect()
        clock.aheadMs = 3 * 60_000
        await collector.collect()
        expect(await present()).toContain(unused)
        const filler = join(disk, 'filler')
        run('fallocate', '-l', String(availableBytes() - 20_000_000), filler)
        await collector.collect()
        rmSync(filler)
        const left = await present()
        expect(left).not.toContain(unused)
        expect(left).toEqual(expect.arrayContaining(['skein.local/nginx:1', 'skein.local/busybox:1']))
        const web = await node.podWhen('web', isReady)
        expect(await (await fetch(`http://${web.status!.podIP}/`)).text()).toBe('nginx 1\n')
      } finally {
        connection.close()
      }
    })

    test('a pod whose emptyDir outgrows its limit is evicted; one that stays below is not', async () => {
      const volumes = [{ name: 'scratch', emptyDir: { sizeLimit: '4Mi' } }]
      const writes = (megabytes: number) => [
        shell(`dd if=/dev/zero of=/scratch/f bs=1M count=${megabytes}; sleep 3600`, {
          volumeMounts: [{ name: 'scratch', mountPath: '/scratch' }],
        }),
      ]
      await node.createPod('modest', { volumes, containers: writes(3) })
      await node.createPod('over', { volumes, containers: writes(6) })
      const evicted = await node.podWhen('over', inPhase('Failed'), 60_000)
      const message = 'Usage of EmptyDir volume "scratch" exceeds the limit "4Mi". '
      expect(evicted.status).toMatchObject({ reason: 'Evicted', message })
      await node.podWhen('over', (p) => statusOf(p)?.state?.terminated !== undefined)
      const { items } = await node.client.resource(events, 'default').list()
      expect(items.some((event) => event.reason === 'Evicted' && event.message === message)).toBe(true)
      expect(statusOf(await node.podWhen('modest', isReady))!.restartCount).toBe(0)
    })
  })
}
