import { afterEach, beforeEach, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isReason } from '../../api/client/client.ts'
import { type LocalApi, startLocalApi } from '../../api/client/local-api.ts'
import { configmaps, namespaces, services } from '../../api/schema/generated/resources.ts'
import { systemClock } from '../../mesh/clock/clock.ts'
import { MemoryNetwork } from '../../mesh/log/memory-transport.ts'
import { VoterLog } from '../../mesh/log/voter-log.ts'
import { silentLogger } from '../../mesh/logger/logger.ts'
import { ReplicatedStore } from '../../mesh/store/replicated.ts'

// The API's promises where they are hardest to keep: requests through three nodes at once, over three voters.

const ids = ['1', '2', '3']
const shared = { clock: systemClock, logger: silentLogger }

interface Peer {
  id: string
  log: VoterLog
  api: LocalApi
  stop(): Promise<void>
}

let directory: string
let network: MemoryNetwork
let peers: Peer[]

async function openPeer(id: string): Promise<Peer> {
  const log = await VoterLog.open({
    ...{ ...shared, id, voters: ids, cluster: 'k', generation: 1, random: Math.random, tickMs: 10 },
    seed: new Uint8Array(32).fill(7),
    secret: new Uint8Array(32).fill(Number(id)),
    directory: join(directory, id),
    transport: network.transport(id),
    openReplication: () => Promise.reject(new Error('nobody lags here')),
  })
  const store = await ReplicatedStore.open({ ...shared, log, viewFile: join(directory, `${id}.sqlite`) })
  const api = await startLocalApi({ store, clock: systemClock, log: silentLogger, peer: id })
  const stop = async () => {
    await api.stop()
    await store.close()
    await log.close()
  }
  return { id, log, api, stop }
}

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'skein-api-voters-'))
  network = new MemoryNetwork()
  peers = await Promise.all(ids.map(openPeer))
  await peers[0]!.api
    .client('test')
    .resource(namespaces)
    .create({ metadata: { name: 'default' } })
  await Promise.all(peers.map(({ api }) => api.registry.refresh()))
}, 60_000)

afterEach(async () => {
  await Promise.all(peers.map(({ stop }) => stop()))
  rmSync(directory, { recursive: true, force: true })
}, 60_000)

test('1,000 Services created through three nodes at once: no address and no port twice', async () => {
  const create = async (n: number) => {
    const all = peers[n % 3]!.api.client('test').resource(services, 'default')
    const service = { metadata: { name: `s${n}` }, spec: { type: 'NodePort', ports: [{ port: 80 }] } }
    // Many at once: who loses five times is told so, as is who comes while the leader is late: they try again as a
    // client would.
    for (;;) {
      try {
        return await all.create(service)
      } catch (error) {
        if (isReason(error, 'AlreadyExists')) return await all.get(service.metadata.name)
        if (!['Conflict', 'ServiceUnavailable', 'Timeout'].some((reason) => isReason(error, reason))) throw error
      }
    }
  }
  const made = await Promise.all(Array.from({ length: 1000 }, (_, n) => create(n)))
  expect(new Set(made.map((service) => service.spec!.clusterIP)).size).toBe(1000)
  expect(new Set(made.map((service) => service.spec!.ports![0]!.nodePort)).size).toBe(1000)
}, 120_000)

test("creates racing a namespace's delete leave nothing behind", async () => {
  const spaces = peers[0]!.api.client('test').resource(namespaces)
  for (let round = 0; round < 5; round++) {
    const name = `doomed-${round}`
    await spaces.create({ metadata: { name } })
    await Promise.all(peers.map(({ api }) => api.registry.refresh()))
    const creating = peers.flatMap(({ api, id }) =>
      Array.from({ length: 10 }, (_, n) =>
        api
          .client('test')
          .resource(configmaps, name)
          .create({ metadata: { name: `m${id}-${n}` } }),
      ),
    )
    const settled = Promise.allSettled(creating)
    await spaces.delete(name)
    const outcomes = await settled
    for (const outcome of outcomes) {
      if (outcome.status === 'fulfilled') continue
      expect(['Forbidden', 'NotFound']).toContain(outcome.reason.reason)
    }
    // What was created counts as long as the namespace is there; once it is gone nothing may be.
    const gone = await spaces.get(name).then(
      () => false,
      (error) => isReason(error, 'NotFound'),
    )
    const { items } = await peers[1]!.api.client('test').resource(configmaps, name).list()
    if (gone) expect(items).toEqual([])
    else {
      const created = outcomes.filter(({ status }) => status === 'fulfilled').length
      expect(items).toHaveLength(created)
    }
  }
}, 60_000)

test('while the leader dies: no request is done twice, none is answered with its own conflict', async () => {
  const writes = 60
  const begun = Promise.withResolvers<void>()
  /** Counts in an object that nobody else writes: a write done twice, or its own conflict, would show. */
  const count = async (peer: Peer) => {
    const all = peer.api.client('test').resource(configmaps, 'default')
    let current = await all.create({ metadata: { name: `count-${peer.id}` }, data: { n: '0' } })
    for (let n = 1; n <= writes; n++) {
      if (n === writes / 3) begun.resolve()
      await all.create({ metadata: { name: `made-${peer.id}-${n}` } })
      current = await all.update({ ...current, data: { n: `${Number(current.data!.n) + 1}` } })
    }
    return current.data!.n
  }
  const leader = peers.find(({ log }) => log.leadership.role === 'leader')!
  const others = peers.filter((peer) => peer !== leader)
  const counting = Promise.all(others.map(count))
  await begun.promise
  network.cut(leader.id)
  expect(await counting).toEqual(others.map(() => `${writes}`))
  const [one, two] = others as [Peer, Peer]
  for (const peer of others) {
    const seen = await (peer === one ? two : one).api
      .client('test')
      .resource(configmaps, 'default')
      .get(`count-${peer.id}`)
    expect(seen.data!.n).toBe(`${writes}`)
  }
  expect(others.filter(({ log }) => log.leadership.role === 'leader')).toHaveLength(1)
  network.heal(leader.id)
}, 120_000)
