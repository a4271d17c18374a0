import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  events,
  persistentvolumeclaims,
  persistentvolumes,
  pods,
  secrets,
  serviceaccounts,
} from '../../../api/schema/generated/resources.ts'
import type { PersistentVolumeSpec, Pod } from '../../../api/schema/generated/types/core-v1.ts'
import type { Clock } from '../../../mesh/clock/clock.ts'
import { serveTokens } from '../../../test/fixtures/service-account-tokens.ts'
import { insideNamespace, runInNamespace, TestNode } from '../test-node.ts'
import { forever, inPhase, isReady, shell } from '../test-pod.ts'

/** Hours pass when the test says so. */
class MovedClock implements Clock {
  aheadMs = 0
  nowMs(): number {
    return Date.now() + this.aheadMs
  }
  monotonicMs(): number {
    return performance.now() + this.aheadMs
  }
}

if (!insideNamespace) {
  test(
    'volumes, seen from inside containers',
    async () => {
      const { exitCode, output } = await runInNamespace(import.meta.path)
      if (exitCode !== 0) console.error(output)
      expect(exitCode).toBe(0)
    },
    { timeout: 300_000 },
  )
} else {
  describe('volumes', () => {
    const clock = new MovedClock()
    let node: TestNode
    let tokens: ReturnType<typeof serveTokens>
    beforeAll(async () => {
      node = await TestNode.start({ images: ['busybox'], clock })
      tokens = serveTokens(node.api, clock)
    })
    afterAll(async () => {
      await node.destroy()
    })

    const untilInside = async (pod: Pod, script: string, wanted: (text: string) => boolean) => {
      for (let tries = 0; ; tries++) {
        const text = await node.inside(pod, script)
        if (wanted(text)) return text
        if (tries > 200) throw new Error(`${script} never said what it should, but: ${text}`)
        await Bun.sleep(50)
      }
    }

    test('labels and annotations as files follow the pod; a subPath by a variable; a volume in memory is full at its limit', async () => {
      const item = (path: string, fieldPath: string) => ({ path, fieldRef: { fieldPath } })
      const limit = { path: 'limit', resourceFieldRef: { containerName: 'main', resource: 'limits.memory' } }
      const pod = await node.createPod(
        'files',
        {
          volumes: [
            { name: 'self', downwardAPI: { items: [item('labels', 'metadata.labels'), limit] } },
            { name: 'memory', emptyDir: { medium: 'Memory', sizeLimit: '2Mi' } },
            { name: 'shared', emptyDir: {} },
          ],
          containers: [
            shell(forever, {
              resources: { limits: { memory: '64Mi' } },
              env: [{ name: 'ME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
              volumeMounts: [
                { name: 'self', mountPath: '/self' },
                { name: 'memory', mountPath: '/memory' },
                { name: 'shared', mountPath: '/own', subPathExpr: 'of-$(ME)' },
                { name: 'shared', mountPath: '/whole' },
              ],
            }),
          ],
        },
        { labels: { color: 'red' } },
      )
      await node.podWhen('files', isReady)
      expect(await node.inside(pod, 'cat /self/labels; echo; cat /self/limit')).toBe(`color="red"\n${64 << 20}`)
      await node.client
        .resource(pods, 'default')
        .patch('files', { metadata: { labels: { color: 'blue' } } }, { type: 'merge' })
      await untilInside(pod, 'cat /self/labels', (text) => text === 'color="blue"')
      expect(await node.inside(pod, 'touch /own/here; ls /whole/of-files')).toBe('here')
      const filled =
        'dd if=/dev/zero of=/memory/f bs=1M count=3 2>&1 | grep -o "No space left on device"; wc -c < /memory/f'
      expect(await node.inside(pod, filled)).toBe(`No space left on device\n${2 << 20}`)
      await node.remove('files')
    })

    test("a volume belongs to the pod's group, whatever user its containers run as", async () => {
      await node.client.resource(secrets, 'default').create({
        metadata: { name: 'grouped' },
        data: { key: Buffer.from('opened').toString('base64') },
      })
      const mounts = ['scratch', 'secret'].map((name) => ({ name, mountPath: `/${name}` }))
      const pod = await node.createPod('grouped', {
        securityContext: { fsGroup: 3000 },
        volumes: [
          { name: 'scratch', emptyDir: {} },
          { name: 'secret', secret: { secretName: 'grouped', defaultMode: 0o400 } },
        ],
        containers: [
          shell('touch /scratch/mine; cat /secret/key > /scratch/read; sleep 3600', {
            ...{ securityContext: { runAsUser: 1001 }, volumeMounts: mounts },
          }),
          shell('sleep 3600', { name: 'other', securityContext: { runAsUser: 1002 }, volumeMounts: mounts }),
        ],
      })
      await node.podWhen('grouped', isReady)
      await untilInside(pod, 'ls /scratch', (text) => text === 'mine\nread')
      expect(
        await node.inside(pod, 'stat -c %u:%g /scratch/mine; cat /scratch/read; rm -f /scratch/read', 'other'),
      ).toBe('1001:3000\nopened')
    })

    test("a projected token is the pod's, good at the API, and replaced before it expires", async () => {
      await node.client.resource(serviceaccounts, 'default').create({ metadata: { name: 'robot' } })
      const pod = await node.createPod('token', {
        serviceAccountName: 'robot',
        volumes: [
          {
            name: 'token',
            projected: { sources: [{ serviceAccountToken: { path: 'token', expirationSeconds: 3600 } }] },
          },
        ],
        containers: [shell(forever, { volumeMounts: [{ name: 'token', mountPath: '/token' }] })],
      })
      await node.podWhen('token', isReady)
      const first = await node.inside(pod, 'cat /token/token')
      expect((await tokens.authenticate(first))?.name).toBe('system:serviceaccount:default:robot')
      const touch = (label: string) =>
        node.client
          .resource(pods, 'default')
          .patch('token', { metadata: { labels: { touched: label } } }, { type: 'merge' })
      clock.aheadMs = 40 * 60_000
      await touch('early')
      await Bun.sleep(500)
      expect(await node.inside(pod, 'cat /token/token')).toBe(first)
      clock.aheadMs = 50 * 60_000
      await touch('due')
      const second = await untilInside(pod, 'cat /token/token', (text) => text !== first && text !== '')
      clock.aheadMs = 70 * 60_000
      expect((await tokens.authenticate(second))?.name).toBe('system:serviceaccount:default:robot')
      expect(await tokens.authenticate(first).catch(() => 'refused')).toBe('refused')
    })

    /** Binds a claim by hand, as the controller does. */
    const bind = async (claim: string, volumeName: string) => {
      const claims = node.client.resource(persistentvolumeclaims, 'default')
      await claims.patch(claim, { spec: { volumeName } }, { type: 'merge' })
      await claims.patch(claim, { status: { phase: 'Bound' } }, { type: 'merge' }, 'status')
    }

    const claimSpec = (storageClassName: string) => ({
      ...{ accessModes: ['ReadWriteOnce'], storageClassName, resources: { requests: { storage: '1Gi' } } },
    })

    const writes = (claimName: string, text: string, readOnly = false) => ({
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName } }],
      containers: [
        shell(`exec 2>&1; test -e /data/text && cat /data/text; echo ${text} >> /data/text`, {
          volumeMounts: [{ name: 'data', mountPath: '/data', readOnly }],
        }),
      ],
    })

    test.each(['hostPath', 'local'])('a persistent volume of type %s outlives its pods', async (type) => {
      const name = type.toLowerCase()
      const path = join(node.directory, `volume-${name}`)
      mkdirSync(path)
      const spec = { ...claimSpec('') }
      const source: Partial<PersistentVolumeSpec> = { [type]: { path } }
      await node.client.resource(persistentvolumes).create({
        metadata: { name },
        spec: { ...source, accessModes: spec.accessModes, capacity: { storage: '1Gi' } },
      })
      await node.client.resource(persistentvolumeclaims, 'default').create({ metadata: { name }, spec })
      await node.createPod(`${name}-1`, { restartPolicy: 'Never', ...writes(name, 'one') })
      const waits = 'is not bound yet'
      for (let tries = 0; ; tries++) {
        const { items } = await node.client.resource(events, 'default').list()
        if (
          items.some(({ involvedObject, message }) => involvedObject.name === `${name}-1` && message?.includes(waits))
        )
          break
        if (tries > 200) throw new Error('no event says what the pod waits for')
        await Bun.sleep(50)
      }
      await bind(name, name)
      await node.podWhen(`${name}-1`, inPhase('Succeeded'))
      await node.remove(`${name}-1`)
      const second = await node.ended(`${name}-2`, writes(name, 'two'))
      expect(await node.logs(second, 'main')).toBe('one\n')
      expect(readFileSync(join(path, 'text'), 'utf8')).toBe('one\ntwo\n')
      const third = await node.ended(`${name}-3`, writes(name, 'three', true))
      expect([third.status!.phase, await node.logs(third, 'main')]).toEqual([
        'Failed',
        "one\ntwo\nsh: can't create /data/text: Read-only file system\n",
      ])
    })

    test('local-path makes a folder on this node for a claim, keeps it over pods, and removes it with the claim', async () => {
      const claim = await node.client.resource(persistentvolumeclaims, 'default').create({
        metadata: {
          name: 'dynamic',
          annotations: {
            'volume.kubernetes.io/storage-provisioner': 'skein/local-path',
            'volume.kubernetes.io/selected-node': 'worker-1',
          },
        },
        spec: claimSpec('local-path'),
      })
      const name = `pvc-${claim.metadata!.uid}`
      await bind('dynamic', name)
      for (const text of ['one', 'two']) {
        const pod = await node.ended(`dynamic-${text}`, writes('dynamic', text))
        expect(await node.logs(pod, 'main')).toBe(text === 'one' ? '' : 'one\n')
        await node.remove(`dynamic-${text}`)
      }
      const { spec } = await node.client.resource(persistentvolumes).get(name)
      expect(readFileSync(join(spec!.local!.path!, 'text'), 'utf8')).toBe('one\ntwo\n')
      const volumes = node.client.resource(persistentvolumes)
      await volumes.patch(name, { status: { phase: 'Released' } }, { type: 'merge' }, 'status')
      for (let tries = 0; existsSync(spec!.local!.path!); tries++) {
        if (tries > 200) throw new Error('the folder is still there')
        await Bun.sleep(50)
      }
    })

    test('a mount point that is made for a container belongs to it: nothing is left of a pod that is gone', async () => {
      writeFileSync(join(node.directory, 'marker'), 'x')
      const folder = (uid: string) => join(node.directory, 'worker/pods', uid)
      const pod = await node.createPod('traces', {
        volumes: [
          { name: 'memory', emptyDir: { medium: 'Memory' } },
          { name: 'host', hostPath: { path: join(node.directory, 'marker'), type: 'File' } },
        ],
        containers: [
          shell(forever, {
            volumeMounts: [
              { name: 'memory', mountPath: '/memory', subPath: 'deep/er' },
              { name: 'host', mountPath: '/marker' },
            ],
          }),
        ],
      })
      await node.podWhen('traces', isReady)
      expect(existsSync(folder(pod.metadata!.uid!))).toBe(true)
      await node.remove('traces')
      for (let tries = 0; existsSync(folder(pod.metadata!.uid!)); tries++) {
        if (tries > 100) throw new Error('its folder is still there')
        await Bun.sleep(50)
      }
      expect(readFileSync('/proc/self/mounts', 'utf8')).not.toContain(pod.metadata!.uid!)
      expect(readFileSync(join(node.directory, 'marker'), 'utf8')).toBe('x')
    })
  })
}
