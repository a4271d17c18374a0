import { afterEach, beforeEach, expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../mesh/clock/clock.ts'
import { admitFounder, expel } from '../../mesh/identity/admission.ts'
import { encodeRecord, type Finding, stateKeys } from '../../mesh/identity/member.ts'
import { Membership } from '../../mesh/identity/membership.ts'
import type { PeerAddresses, PeerKey } from '../../mesh/link/links.ts'
import { silentLogger } from '../../mesh/logger/logger.ts'
import { MemoryStore } from '../../mesh/store/memory.ts'
import { nodeOptions } from '../node-options.ts'
import { type KeptMesh, PeersKeeper } from './peers-keeper.ts'
import { readRemembered } from './remembered.ts'

const self = 'a'.repeat(64)
const other = 'b'.repeat(64)
const meeting = '51.10.0.1:49737'

/** What a mesh tells of itself, and whom it was told to link. */
class TestMesh implements KeptMesh {
  readonly links = { self }
  readonly consensus = { participants: [] as PeerKey[] }
  readonly swarm = { rendezvous: [] as string[] }
  readonly remembered = { peers: new Map(), rendezvous: [] }
  finding: Finding = { rendezvous: [], listens: false, neighbours: [], usesPublicDht: false }
  linked: PeerKey[] = []
  readonly #watchers = new Set<() => void>()

  setPeers(peers: ReadonlyMap<PeerKey, PeerAddresses>): void {
    this.linked = [...peers.keys()]
  }

  onChange(changed: () => void): () => void {
    this.#watchers.add(changed)
    return () => this.#watchers.delete(changed)
  }

  get isWatched(): boolean {
    return this.#watchers.size > 0
  }

  meets(rendezvous: string[]): void {
    this.swarm.rendezvous = rendezvous
    this.finding = { ...this.finding, rendezvous }
    for (const changed of this.#watchers) changed()
  }
}

let directory: string
let store: MemoryStore
let membership: Membership
let mesh: TestMesh
let keeper: PeersKeeper
let removals: number

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'skein-peers-keeper-'))
  store = new MemoryStore({ clock: systemClock })
  membership = await Membership.open({ store, peer: 'first', clock: systemClock, log: silentLogger })
  await membership.change('made', () => admitFounder(membership, self, 'first', 0))
  mesh = new TestMesh()
  removals = 0
  keeper = new PeersKeeper({
    mesh,
    membership,
    options: nodeOptions({ name: 'first', meshListen: '10.0.0.2:6444' }).mesh,
    file: join(directory, 'peers'),
    log: silentLogger,
    removed: () => removals++,
  })
})
afterEach(async () => {
  await keeper.stop()
  membership.stop()
  await store.close()
  await rm(directory, { recursive: true })
})

/** After the next change of the membership for which that holds. */
function seen(isSo: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const unwatch = membership.onChange(() => {
      if (!isSo()) return
      unwatch()
      resolve()
    })
    if (isSo()) resolve()
  })
}

async function addSecond(): Promise<void> {
  const member = { format: 1, key: other, name: 'second', role: 'peer', number: 1, joinedMs: 0 } as const
  const changes = [{ key: stateKeys.member(other), value: encodeRecord(member) }]
  await membership.change('second joins', () => ({ changes, preconditions: [], value: undefined }))
}

test('where this node is and what it meets is announced as it changes, and remembered', async () => {
  await seen(() => membership.addresses(self).udp[0] === '10.0.0.2:6444')
  expect(membership.finding(self)).toMatchObject({ rendezvous: [] })
  await addSecond()
  mesh.meets([meeting])
  await seen(() => membership.finding(self)?.rendezvous[0] === meeting)
  await keeper.stop()
  expect(await readRemembered(join(directory, 'peers'))).toEqual({
    peers: new Map([[other, { udp: [], webSocket: [] }]]),
    rendezvous: [meeting],
  })
  expect(mesh.isWatched).toBe(false)
})

test("the members are linked, and one that was removed until it has left the log's configuration", async () => {
  await addSecond()
  expect(mesh.linked).toEqual([other])
  mesh.consensus.participants = [self, other]
  await membership.change('second leaves', () => expel(membership, 'second'))
  expect(mesh.linked).toEqual([other])
  mesh.consensus.participants = [self]
  while (mesh.linked.length > 0) await Bun.sleep(50)
  expect(removals).toBe(0)
  await membership.change('first leaves', () => expel(membership, 'first'))
  expect(removals).toBe(1)
})
