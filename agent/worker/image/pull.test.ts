import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { events, secrets } from '../../../api/schema/generated/resources.ts'
import { makeImages } from '../../../test/fixtures/images/make.ts'
import { credentials, fetchRegistry, TestRegistry } from '../../../test/fixtures/registry/registry.ts'
import { insideNamespace, runInNamespace, TestNode } from '../test-node.ts'
import { inPhase, shell, statusOf } from '../test-pod.ts'

if (!insideNamespace) {
  test(
    "images pulled from Debian's docker-registry",
    async () => {
      fetchRegistry()
      const { exitCode, output } = await runInNamespace(import.meta.path)
      if (exitCode !== 0) console.error(output)
      expect(exitCode).toBe(0)
    },
    { timeout: 300_000 },
  )
} else {
  describe('pull', () => {
    let node: TestNode
    let registry: TestRegistry
    let image: string
    beforeAll(async () => {
      node = await TestNode.start()
      registry = await TestRegistry.start(5087)
      image = (await registry.push(makeImages(['busybox'])[0]!))[0]!
      const auths = { '127.0.0.1:5087': credentials }
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

    const run = (name: string, rest: object, secret = true) =>
      node.createPod(name, {
        restartPolicy: 'Never',
        imagePullSecrets: secret ? [{ name: 'pull' }] : [],
        containers: [shell('echo ran', { image, imagePullPolicy: 'Always', ...rest })],
      })
    const waits = (reason: string) => (pod: Parameters<typeof statusOf>[0]) =>
      statusOf(pod)?.state?.waiting?.reason === reason

    test('with its pull secret, and not without', async () => {
      await run('denied', {}, false)
      const denied = await node.podWhen('denied', waits('ErrImagePull'))
      expect(statusOf(denied)!.state!.waiting!.message).toContain('no basic auth credentials')
      await run('granted', {})
      const granted = await node.podWhen('granted', inPhase('Succeeded'))
      expect(await node.logs(granted, 'main')).toBe('ran\n')
      expect(statusOf(granted)!.imageID).toContain('sha256:')
      const { items } = await node.client.resource(events, 'default').list()
      const messages = items
        .filter(({ involvedObject }) => involvedObject.name === 'granted')
        .map(({ message }) => message)
      expect(messages.some((message) => message?.startsWith(`Successfully pulled image "${image}" in `))).toBe(true)
    })

    test('an image that is not there, and a digest that is not its', async () => {
      await run('absent', { image: '127.0.0.1:5087/absent:1' })
      expect(statusOf(await node.podWhen('absent', waits('ErrImagePull')))!.state!.waiting!.message).toContain(
        'not found',
      )
      await run('wrong', { image: `${image.replace(/:1$/, '')}@sha256:${'0'.repeat(64)}` })
      await node.podWhen('wrong', waits('ErrImagePull'))
    })

    test('a registry that is down is asked again until it is back', async () => {
      await registry.close()
      await run('later', {})
      await node.podWhen('later', waits('ErrImagePull'))
      await registry.open()
      await node.podWhen('later', inPhase('Succeeded'))
    })
  })
}
