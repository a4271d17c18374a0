import { afterEach, beforeEach, expect, test } from 'bun:test'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Client } from '../../../api/client/client.ts'
import { type LocalApi, startLocalApi } from '../../../api/client/local-api.ts'
import {
  namespaces,
  persistentvolumeclaims,
  persistentvolumes,
  storageclasses,
} from '../../../api/schema/generated/resources.ts'
import { systemClock } from '../../../mesh/clock/clock.ts'
import { silentLogger } from '../../../mesh/logger/logger.ts'
import { MemoryStore } from '../../../mesh/store/memory.ts'
import { until } from '../../../test/lab/until.ts'
import { LocalPathProvisioner, localPathClass, localPathProvisioner } from './local-path.ts'

let directory: string
let api: LocalApi
let client: Client
let provisioner: LocalPathProvisioner

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'skein-local-path-'))
  api = await startLocalApi({
    store: new MemoryStore({ clock: systemClock }),
    clock: systemClock,
    log: silentLogger,
    peer: 'p',
  })
  client = api.client('system:masters')
  await client
    .resource(namespaces)
    .create({ metadata: { name: 'default' } })
    .catch(() => {})
  await client.resource(storageclasses).create(localPathClass)
  provisioner = new LocalPathProvisioner(client, 'one', directory, silentLogger)
  provisioner.start()
})

afterEach(async () => {
  await provisioner.stop()
  await api.stop()
  rmSync(directory, { recursive: true })
})

const createClaim = (name: string, node: string) =>
  client.resource(persistentvolumeclaims, 'default').create({
    metadata: {
      name,
      annotations: {
        'volume.kubernetes.io/storage-provisioner': localPathProvisioner,
        'volume.kubernetes.io/selected-node': node,
      },
    },
    spec: {
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'local-path',
      resources: { requests: { storage: '1Gi' } },
    },
  })

const volumeWhen = async (name: string, condition: (exists: boolean) => boolean) => {
  for await (const event of client.resource(persistentvolumes).watch({ signal: AbortSignal.timeout(5000) })) {
    if (event.type === 'BOOKMARK' || event.object.metadata?.name !== name) continue
    if (condition(event.type !== 'DELETED')) return event.object
  }
  throw new Error(`no volume ${name}`)
}

test('a claim for this node gets a folder and a volume, which go when it is released', async () => {
  await createClaim('other', 'two')
  const claim = await createClaim('data', 'one')
  const name = `pvc-${claim.metadata!.uid}`
  const volume = await volumeWhen(name, (exists) => exists)
  expect(volume.spec).toMatchObject({
    capacity: { storage: '1Gi' },
    claimRef: { name: 'data', namespace: 'default', uid: claim.metadata!.uid },
    local: { path: join(directory, name) },
    persistentVolumeReclaimPolicy: 'Delete',
  })
  expect(existsSync(join(directory, name))).toBe(true)
  expect((await client.resource(persistentvolumes).list()).items.length).toBe(1)
  await client.resource(persistentvolumes).patch(name, { status: { phase: 'Released' } }, { type: 'merge' }, 'status')
  await until('its folder is gone', () => !existsSync(join(directory, name)), 30_000)
})
