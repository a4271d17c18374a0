import { afterAll, beforeAll, expect, test } from 'bun:test'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { systemClock } from '../mesh/clock/clock.ts'
import { createKeyring, type Keyring, openKeyring } from '../mesh/identity/keyring.ts'
import { makePrivateDirectory } from '../mesh/identity/private-file.ts'
import { createRecoveryKey, type RecoveryKey } from '../mesh/identity/recovery-key.ts'
import { openLoneVoter, testVoter } from '../mesh/log/lone-voter.ts'
import { silentLogger } from '../mesh/logger/logger.ts'
import { revisionGap } from '../mesh/store/import-image.ts'
import { ReplicatedStore } from '../mesh/store/replicated.ts'
import { serveAdmin, streamAdmin } from './admin-socket.ts'
import { dataDirectoryAt } from './data-directory.ts'
import { type NodePlace, readPlace } from './node-place.ts'
import { restoreSnapshot, snapshotHandlers, writeSnapshot } from './snapshot.ts'

const root = mkdtempSync(join(tmpdir(), 'skein-snapshot-'))
const shared = { clock: systemClock, logger: silentLogger }
const place: NodePlace = {
  format: 1,
  clusterName: 'home',
  clusterDomain: 'cluster.local',
  clusterCidr: '10.42.0.0/16',
  serviceCidr: '10.43.0.0/16',
  nodeCidr: '10.44.0.0/16',
  nodeName: 'server-7',
  nodeNumber: 7,
  isFounder: true,
}
let keyring: Keyring
let recoveryKey: RecoveryKey
let old: Opened

interface Opened {
  store: ReplicatedStore
  close(): Promise<void>
}

async function openStore(directory: string, generation: number): Promise<Opened> {
  const paths = dataDirectoryAt(directory)
  await makePrivateDirectory(dirname(paths.view))
  const log = await openLoneVoter({ ...testVoter, ...shared, directory: paths.operationsLog, generation })
  const store = await ReplicatedStore.open({ log, viewFile: paths.view, ...shared })
  return {
    store,
    async close() {
      await store.close()
      await log.close()
    },
  }
}

let counter = 0
function put(store: ReplicatedStore, key: string, value: string) {
  return store.commit({
    id: { origin: 'test', counter: ++counter },
    class: 'durable',
    author: { user: 'alice', peer: 'peer-1' },
    preconditions: [],
    changes: [{ key, value: Buffer.from(value) }],
  })
}

beforeAll(async () => {
  recoveryKey = createRecoveryKey()
  keyring = { ...(await createKeyring('home', Date.now())), recoveryPublicKey: recoveryKey.publicKey }
  old = await openStore(join(root, 'old'), 1)
  for (let at = 0; at < 50; at++) await put(old.store, `registry/core/secrets/${at}`, `secret ${at}`)
  await put(old.store, 'mesh/members/ab', 'a member of then')
}, 30_000)
afterAll(async () => {
  await old.close()
  rmSync(root, { recursive: true, force: true })
})

/** Takes a snapshot the way the command does. */
async function save(file: string, sealing: Keyring, plain: boolean): Promise<string> {
  const socket = join(root, 'admin.sock')
  const served = serveAdmin(socket, snapshotHandlers({ store: old.store, keyring: sealing, place }))
  try {
    await writeSnapshot(streamAdmin(socket, 'snapshot', { plain }), file)
    return file
  } finally {
    await served.stop()
  }
}

const restore = (file: string, directory: string, key?: string) =>
  restoreSnapshot({ file, dataDirectory: directory, nodeName: 'fresh', recoveryKey: key, logger: silentLogger })
const messageOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'nothing thrown',
    (error: Error) => error.message,
  )

test('a cluster comes back from its snapshot alone, on a fresh server, in a new generation', async () => {
  const file = await save(join(root, 'sealed.snapshot'), keyring, false)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  const bytes = readFileSync(file)
  for (const secret of [keyring.clusterSeed, 'PRIVATE KEY']) expect(bytes.includes(secret)).toBe(false)

  const directory = join(root, 'restored')
  const restored = await restore(file, directory, recoveryKey.text)
  expect(restored).toMatchObject({ generation: 2, revision: old.store.revision })
  const paths = dataDirectoryAt(directory)
  expect(await openKeyring(paths.keyring, 'home', 0)).toEqual({
    ...keyring,
    operations: { ...keyring.operations, generation: 2 },
  })
  expect(await readPlace(paths.place)).toEqual({ ...place, nodeName: 'fresh', nodeNumber: 0, isFounder: true })
  const { store, close } = await openStore(directory, 2)
  expect(store.revision).toBe(old.store.revision + revisionGap)
  expect((await store.list('registry/')).entries).toHaveLength(50)
  expect((await store.list('mesh/')).entries).toHaveLength(0)
  expect((await put(store, 'registry/new', 'x')).revision).toBe(old.store.revision + revisionGap + 1)
  await close()
  expect(await messageOf(restore(file, directory, recoveryKey.text))).toContain('a node already')
}, 30_000)

test('without the recovery key, or with another, nothing is restored', async () => {
  const file = await save(join(root, 'locked.snapshot'), keyring, false)
  const directory = join(root, 'locked')
  expect(await messageOf(restore(file, directory))).toContain('--recovery-key-file')
  expect(await messageOf(restore(file, directory, createRecoveryKey().text))).toContain("another cluster's")
  expect(existsSync(dataDirectoryAt(directory).view)).toBe(false)
}, 30_000)

test('a cluster without a recovery key gives its secrets only when told so', async () => {
  const { recoveryPublicKey: _, ...unsealed } = keyring
  const file = join(root, 'plain.snapshot')
  expect(await messageOf(save(file, unsealed, false))).toContain('--plain')
  expect(existsSync(file) || existsSync(`${file}.new`)).toBe(false)
  await save(file, unsealed, true)
  const { place: back } = await restore(file, join(root, 'plain'))
  expect(back.clusterName).toBe('home')
}, 30_000)
