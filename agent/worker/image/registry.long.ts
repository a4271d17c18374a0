import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { events, secrets } from '../../../api/schema/generated/resources.ts'
import { makeImages } from '../../../test/fixtures/images/make.ts'
import { credentials, fetchRegistry, TestRegistry } from '../../../test/fixtures/registry/registry.ts'
import { insideNamespace, runInNamespace, TestNode } from '../test-node.ts'
import { inPhase, shell, statusOf } from '../test-pod.ts'

const [secureAddress, securePort] = ['10.99.0.1', 5090]
const secureHost = `${secureAddress}:${securePort}`
const plainPort = 5091
const proxyPort = 5092

if (!insideNamespace) {
  test(
    'registries with TLS, and ones that are slow, wrong or gone in the middle',
    async () => {
      fetchRegistry()
      const { exitCode, output } = await runInNamespace(import.meta.path, ['busybox', 'nginx-1', 'redis', 'python'])
      if (exitCode !== 0) console.error(output)
      expect(exitCode).toBe(0)
    },
    { timeout: 300_000 },
  )
} else {
  describe('registries', () => {
    let node: TestNode
    let secure: TestRegistry
    let plain: TestRegistry
    let proxy: FaultyRegistry

    beforeAll(async () => {
      node = await TestNode.start({ images: [] })
      Bun.spawnSync(['ip', 'addr', 'add', `${secureAddress}/32`, 'dev', 'lo'])
      const [busybox, ...others] = makeImages(['busybox', 'nginx-1', 'redis', 'python']) as [
        string,
        string,
        string,
        string,
      ]
      secure = await TestRegistry.start(securePort, { address: secureAddress, isTls: true })
      await secure.push(busybox)
      plain = await TestRegistry.start(plainPort)
      for (const file of [busybox, ...others]) await plain.push(file)
      proxy = new FaultyRegistry()
      const auths = Object.fromEntries([secureHost, `127.0.0.1:${proxyPort}`].map((host) => [host, credentials]))
      await node.client.resource(secrets, 'default').create({
        metadata: { name: 'pull' },
        type: 'kubernetes.io/dockerconfigjson',
        data: { '.dockerconfigjson': Buffer.from(JSON.stringify({ auths })).toString('base64') },
      })
    })
    afterAll(async () => {
      await proxy.stop()
      await secure.remove()
      await plain.remove()
      await node.destroy()
    })

    const run = (name: string, image: string, rest: object = {}) =>
      node.createPod(name, {
        restartPolicy: 'Never',
        imagePullSecrets: [{ name: 'pull' }],
        containers: [shell('echo ran', { image, imagePullPolicy: 'Always', ...rest })],
      })
    const refusal = async (name: string) => {
      const pod = await node.podWhen(name, (p) => statusOf(p)?.state?.waiting?.reason === 'ErrImagePull')
      return statusOf(pod)!.state!.waiting!.message!
    }
    const messagesOf = async (name: string) => {
      const { items } = await node.client.resource(events, 'default').list()
      return items.filter(({ involvedObject }) => involvedObject.name === name).map(({ message }) => message ?? '')
    }

    test('a certificate of an unknown CA is refused; once its CA is known here, the next attempt succeeds', async () => {
      await run('secure', `${secureHost}/busybox:1`)
      expect(await refusal('secure')).toContain('certificate signed by unknown authority')
      const folder = join(node.directory, 'worker/certs.d', secureHost)
      mkdirSync(folder, { recursive: true })
      copyFileSync(secure.caFile!, join(folder, 'ca.crt'))
      const ended = await node.podWhen('secure', inPhase('Succeeded'))
      expect(await node.logs(ended, 'main')).toBe('ran\n')
      expect(statusOf(ended)!.image).toBe(`${secureHost}/busybox:1`)
    })

    test('a layer that is not what its digest says is never run', async () => {
      proxy.fault = 'wrong'
      await run('wrong', `127.0.0.1:${proxyPort}/python:1`)
      expect(await refusal('wrong')).toMatch(/unexpected commit digest|failed size validation/)
      proxy.fault = undefined
      await node.podWhen('wrong', inPhase('Succeeded'))
    })

    test('a pull that takes long says how far it is, to kubectl and to skein status', async () => {
      proxy.fault = 'slow'
      await run('slow', `127.0.0.1:${proxyPort}/nginx:1`)
      const seen = new Set<number>()
      for (let tries = 0; seen.size < 3; tries++) {
        const [pull] = await node.worker.pulls()
        if (pull?.progress) {
          expect(pull.image).toBe(`127.0.0.1:${proxyPort}/nginx:1`)
          expect(pull.progress.totalBytes).toBeGreaterThan(10e6)
          expect(pull.progress.receivedBytes).toBeLessThanOrEqual(pull.progress.totalBytes)
          seen.add(pull.progress.receivedBytes)
        }
        if (tries > 400) throw new Error(`no progress is seen: ${JSON.stringify(pull)}`)
        await Bun.sleep(50)
      }
      const isProgress = (message: string) => /^Pulling image ".*": \d+\.\d MB of \d+\.\d MB$/.test(message)
      for (let tries = 0; !(await messagesOf('slow')).some(isProgress); tries++) {
        if (tries > 400) throw new Error(`no event of progress: ${await messagesOf('slow')}`)
        await Bun.sleep(50)
      }
      proxy.release()
      await node.podWhen('slow', inPhase('Succeeded'), 60_000)
      expect(await node.worker.pulls()).toEqual([])
    })

    test('a registry that goes down in the middle of a layer is asked again until it is back', async () => {
      await proxy.stop()
      proxy = new FaultyRegistry('slow')
      await run('torn', `127.0.0.1:${proxyPort}/redis:1`)
      await proxy.blobAsked()
      await proxy.stop()
      await refusal('torn')
      proxy = new FaultyRegistry()
      await node.podWhen('torn', inPhase('Succeeded'), 60_000)
    })
  })

  /** In front of the plain registry: layers come slowly, or with other bytes. */
  class FaultyRegistry {
    fault: 'slow' | 'wrong' | undefined

    constructor(fault?: 'slow' | 'wrong') {
      this.fault = fault
    }

    readonly #held = Promise.withResolvers<void>()
    readonly #asked = Promise.withResolvers<void>()
    readonly #server = Bun.serve({
      hostname: '127.0.0.1',
      port: proxyPort,
      idleTimeout: 255,
      fetch: (request) => this.#answer(request),
    })

    /** What is slow now goes on as fast as it can. */
    release(): void {
      this.#held.resolve()
    }

    /** A layer is being sent. */
    blobAsked(): Promise<void> {
      return this.#asked.promise
    }

    async stop(): Promise<void> {
      this.release()
      await this.#server.stop(true)
    }

    async #answer(request: Request): Promise<Response> {
      const { pathname } = new URL(request.url)
      const answer = await fetch(`http://127.0.0.1:${plainPort}${pathname}`, {
        method: request.method,
        headers: request.headers,
      })
      const headers = new Headers(answer.headers)
      const bytes = new Uint8Array(await answer.arrayBuffer())
      const isLayer = pathname.includes('/blobs/') && bytes.length > 100_000
      if (!isLayer) return new Response(request.method === 'HEAD' ? null : bytes, { status: answer.status, headers })
      this.#asked.resolve()
      if (this.fault === 'wrong') bytes[bytes.length >> 1]! ^= 1
      return new Response(this.fault === 'slow' ? this.#slowly(bytes) : bytes, { headers })
    }

    #slowly(bytes: Uint8Array): ReadableStream<Uint8Array> {
      const step = 64 << 10
      let at = 0
      return new ReadableStream({
        pull: async (controller) => {
          await Promise.race([this.#held.promise, Bun.sleep(100)])
          controller.enqueue(bytes.slice(at, at + step))
          at += step
          if (at >= bytes.length) controller.close()
        },
      })
    }
  }
}
