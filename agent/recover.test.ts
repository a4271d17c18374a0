import { afterAll, beforeEach, expect, test } from 'bun:test'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { systemClock } from '../mesh/clock/clock.ts'
import { createKeyring, type Keyring, openKeyring, writeKeyring } from '../mesh/identity/keyring.ts'
import { makePrivateDirectory } from '../mesh/identity/private-file.ts'
import { openLoneVoter } from '../mesh/log/lone-voter.ts'
import { MemoryNetwork } from '../mesh/log/memory-transport.ts'
import { VoterLog } from '../mesh/log/voter-log.ts'
import { silentLogger } from '../mesh/logger/logger.ts'
import { revisionGap } from '../mesh/store/import-image.ts'
import { ReplicatedStore } from '../mesh/store/replicated.ts'
import { type DataDirectory, dataDirectoryAt } from './data-directory.ts'
import { type NodePlace, readPlace } from './node-place.ts'
import { recoverIfAsked, recoveryHandlers, type VoterAnswer } from './recover.ts'

const root = mkdtempSync(join(tmpdir(), 'skein-recover-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const shared = { clock: systemClock, logger: silentLogger, seed: new Uint8Array(32).fill(7), cluster: 'k' }
const secretOf = (id: string) => new Uint8Array(32).fill(Number(id))
const ids = ['1', '2', '3']
const place: NodePlace = {
  format: 1,
  clusterName: 'home',
  clusterDomain: 'cluster.local',
  clusterCidr: '10.42.0.0/16',
  serviceCidr: '10.43.0.0/16',
  nodeCidr: '10.44.0.0/16',
  nodeName: 'server-2',
  nodeNumber: 1,
  isFounder: false,
}
let directory: DataDirectory
let keyring: Keyring
let cases = 0

beforeEach(async () => {
  directory = dataDirectoryAt(join(root, `${++cases}`))
  keyring = await createKeyring('home', Date.now())
  await makePrivateDirectory(dirname(directory.view))
  await writeKeyring(directory.keyring, keyring)
})

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

/** Three voters, of which the second keeps its data; gives the last acknowledged revision. */
async function lostCluster(): Promise<number> {
  const network = new MemoryNetwork()
  const logs = await Promise.all(
    ids.map((id) =>
      VoterLog.open({
        ...shared,
        id,
        voters: ids,
        generation: 1,
        secret: secretOf(id),
        random: Math.random,
        directory: id === '2' ? directory.operationsLog : join(directory.root, `other-${id}`),
        transport: network.transport(id),
        openReplication: () => Promise.reject(new Error('nobody lags here')),
        tickMs: 10,
      }),
    ),
  )
  const store = await ReplicatedStore.open({ ...shared, log: logs[1]!, viewFile: directory.view })
  for (let at = 0; at < 30; at++) await put(store, `k${at}`, `${at}`)
  await put(store, 'mesh/members/2', 'here')
  const { revision } = await put(store, 'mesh/members/1', 'gone for good')
  await store.close()
  for (const log of logs) await log.close()
  return revision
}

const handlers = (answers: boolean[]) =>
  recoveryHandlers({
    directory,
    place,
    keyring,
    revision: () => 5,
    whoAnswers: async () => answers.map((one, at): VoterAnswer => ({ name: `server-${at + 1}`, answers: one })),
  })
const ask = async (answers: boolean[], clusterName: string) =>
  handlers(answers).recover!({ clusterName }, new AbortController().signal) as Promise<unknown>
const messageOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'nothing thrown',
    (error: Error) => error.message,
  )
const recover = () => recoverIfAsked({ ...shared, id: '2', secret: secretOf('2'), directory, place, keyring })

test('from one of three voters the cluster goes on alone, with all that was acknowledged', async () => {
  const revision = await lostCluster()
  expect(await messageOf(ask([false, true, false], 'home'))).toBe('nothing thrown')
  const recovered = (await recover())!
  expect(recovered.keyring.operations.generation).toBe(2)
  expect(await openKeyring(directory.keyring, 'home', 0)).toEqual(recovered.keyring)
  expect(await readPlace(directory.place)).toEqual({ ...place, isFounder: true })
  expect(await recover()).toBeUndefined()

  const own = { ...shared, id: '2', secret: secretOf('2'), generation: 2 }
  const log = await openLoneVoter({ ...own, directory: directory.operationsLog })
  const store = await ReplicatedStore.open({ ...shared, log, viewFile: directory.view })
  expect(store.revision).toBe(revision + revisionGap)
  expect((await store.list('k')).entries).toHaveLength(30)
  expect((await store.list('mesh/')).entries.map(({ key }) => key)).toEqual(['mesh/members/2'])
  expect((await put(store, 'new', 'x')).revision).toBe(revision + revisionGap + 1)
  await store.close()
  await log.close()
}, 30_000)

test('it is refused while most voters answer, or for another name, and then nothing is kept', async () => {
  expect(await messageOf(ask([true, true, false], 'home'))).toContain('2 of 3 voters answer')
  expect(await messageOf(ask([false, true, false], 'hoem'))).toContain('not called that')
  expect(existsSync(directory.recoveryOrder)).toBe(false)
  expect(await recover()).toBeUndefined()
}, 30_000)

test('a recovery that was interrupted after its state was saved goes on from there', async () => {
  const revision = await lostCluster()
  await ask([false, true, false], 'home')
  const interrupted = { ...shared, id: '2', secret: secretOf('2'), directory, place, keyring }
  // The keyring cannot be written: its directory is in the way.
  const broken = { ...interrupted, directory: { ...directory, keyring: directory.root } }
  expect(await messageOf(recoverIfAsked(broken))).not.toBe('nothing thrown')
  expect(existsSync(`${directory.recoveryOrder}.image`)).toBe(true)
  await recover()
  const own = { ...shared, id: '2', secret: secretOf('2'), generation: 2 }
  const log = await openLoneVoter({ ...own, directory: directory.operationsLog })
  const store = await ReplicatedStore.open({ ...shared, log, viewFile: directory.view })
  expect(store.revision).toBe(revision + revisionGap)
  await store.close()
  await log.close()
}, 30_000)
