import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { keyPair } from 'hypercore-crypto'
import { systemClock } from '../clock/clock.ts'
import { expel } from '../identity/admission.ts'
import { clusterKeyPair } from '../identity/cluster-key.ts'
import { JoinRefused, joinCluster } from '../identity/join.ts'
import { createKeyring, type Keyring } from '../identity/keyring.ts'
import { stateKeys } from '../identity/member.ts'
import { Membership } from '../identity/membership.ts'
import type { NodeKey } from '../identity/node-key.ts'
import { JoinService } from '../identity/serve-joins.ts'
import { formatToken, parseToken } from '../identity/token.ts'
import { createToken, revokeToken } from '../identity/token-service.ts'
import { type Logger, silentLogger } from '../logger/logger.ts'
import { MemoryStore } from '../store/memory.ts'
import { WebSocketJoinDialler } from './join-dialler.ts'
import { WebSocketListener } from './listener.ts'

const nodeKey = (seed: number): NodeKey => ({ format: 1, seed: Buffer.alloc(32, seed).toString('hex') })
const publicKey = (seed: number) => keyPair(Buffer.alloc(32, seed)).publicKey.toString('hex')

let keyring: Keyring
let offsetMs = 0
const clock = { ...systemClock, nowMs: () => Date.now() + offsetMs }

/** A member that takes nodes in, over a real WebSocket. */
class TestMember {
  readonly alive = new Set<string>()
  readonly membership: Membership
  readonly listener: WebSocketListener

  constructor(membership: Membership) {
    this.membership = membership
    const service = new JoinService({
      ...{ keyring, membership, clock, log: silentLogger },
      isAlive: (key) => this.alive.has(key),
      settings: { clusterCidr: '10.42.0.0/16' },
      checkName: (name) => {
        if (name === '') throw new Error('a name is needed')
      },
    })
    const nobody = { isAllowed: () => false, accept: () => {} }
    const guests = {
      keyPair: clusterKeyPair(keyring),
      isAllowed: (key: Buffer) => service.isKnownToken(key.toString('hex')),
      accept: service.accept.bind(service),
    }
    const keys = keyPair(Buffer.alloc(32, 1))
    this.listener = new WebSocketListener({
      ...nobody,
      host: '127.0.0.1',
      port: 0,
      keyPair: keys,
      guests,
      log: silentLogger,
    })
  }

  async token(ttlMs = 60_000, uses = 1): Promise<string> {
    const ways = { members: [`127.0.0.1:${this.listener.port}`], rendezvous: [] }
    const key = clusterKeyPair(keyring).publicKey.toString('hex')
    return (await createToken(this.membership, key, ways, { ttlMs, uses }, clock.nowMs())).text
  }
}

let store: MemoryStore
let member: TestMember

beforeAll(async () => {
  keyring = await createKeyring('test', Date.now())
})

beforeEach(async () => {
  offsetMs = 0
  store = new MemoryStore({ clock })
  const membership = await Membership.open({ store, peer: 'first', clock, log: silentLogger })
  member = new TestMember(membership)
})

afterEach(async () => {
  member.membership.stop()
  await member.listener.close()
  await store.close()
})

function join(
  text: string,
  name: string,
  seed: number,
  more: { replace?: boolean; timeoutMs?: number; firstPauseMs?: number; log?: Logger } = {},
) {
  return joinCluster({
    token: parseToken(text),
    nodeKey: nodeKey(seed),
    name,
    replace: more.replace ?? false,
    diallers: [new WebSocketJoinDialler()],
    log: more.log ?? silentLogger,
    signal: AbortSignal.timeout(more.timeoutMs ?? 20_000),
    firstPauseMs: more.firstPauseMs ?? 10,
  })
}

async function refusal(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
    return 'joined'
  } catch (error) {
    return `${error instanceof JoinRefused ? '' : 'not refused: '}${(error as Error).message}`
  }
}

const names = () => member.membership.members.map(({ name, number }) => `${name} ${number}`)

test('nodes join by a token for two, and get what a peer needs', async () => {
  const token = await member.token(60_000, 2)
  const joined = await join(token, 'node-2', 2)
  expect(joined.member).toMatchObject({ name: 'node-2', number: 0, key: publicKey(2) })
  expect(joined.keyring).toEqual(keyring)
  expect(joined.settings).toEqual({ clusterCidr: '10.42.0.0/16' })
  const [first, second] = await Promise.all([join(token, 'node-3', 3), refusal(join(token, 'node-2', 2))])
  expect(first.member.number).toBe(1)
  expect(first.members.map(({ member }) => member.name)).toContain('node-2')
  // The same node again, its answer lost: the same place, no further use.
  expect(second).toBe('joined')
  expect(names()).toEqual(['node-2 0', 'node-3 1'])
})

describe('who does not get in is told why, and changes nothing', () => {
  test('expired', async () => {
    const token = await member.token(1000)
    offsetMs = 5000
    expect(await refusal(join(token, 'node-2', 2))).toContain('the token expired at')
  })

  test('used up', async () => {
    const token = await member.token()
    await join(token, 'node-2', 2)
    expect(await refusal(join(token, 'node-3', 3))).toContain('the token was for one node, which joined')
    expect(names()).toEqual(['node-2 0'])
  })

  test('two at once with a token for one: one gets in', async () => {
    const token = await member.token()
    const outcomes = await Promise.all([2, 3, 4].map((seed) => refusal(join(token, `node-${seed}`, seed))))
    expect(outcomes.filter((outcome) => outcome === 'joined')).toHaveLength(1)
    expect(member.membership.members).toHaveLength(1)
  })

  test('revoked', async () => {
    const token = await member.token()
    await revokeToken(member.membership, member.membership.tokens[0]!.key.slice(0, 8))
    expect(await refusal(join(token, 'node-2', 2))).toContain('the token was revoked')
  })

  test('a guessed secret, also of a token that was never made: said by the joining end, after some tries', async () => {
    const token = parseToken(await member.token())
    const guessed = formatToken({ ...token, secret: '00'.repeat(16) })
    expect(await refusal(join(guessed, 'node-2', 2))).toStartWith('a member answered and does not know the token')
    expect(names()).toEqual([])
  })

  test('of another cluster than that of who answers', async () => {
    const token = parseToken(await member.token())
    const foreign = formatToken({ ...token, clusterKey: publicKey(9) })
    expect(await refusal(join(foreign, 'node-2', 2))).toContain('is not of the cluster that gave the token')
    expect(names()).toEqual([])
  })

  test('a token that becomes known a moment later lets in', async () => {
    const token = await member.token()
    const key = stateKeys.token(member.membership.tokens[0]!.key)
    const { value } = (await store.get(key))!
    const write = (present: Uint8Array | null) =>
      member.membership.change('test', () => ({
        changes: [{ key, value: present }],
        preconditions: [],
        value: undefined,
      }))
    await write(null)
    const { promise: wasSaid, resolve } = Promise.withResolvers<string>()
    const joining = refusal(join(token, 'node-2', 2, { log: { ...silentLogger, warn: (message) => resolve(message) } }))
    await wasSaid
    await write(value)
    expect(await joining).toBe('joined')
  })

  test('nobody answers: it goes on trying, and says so once', async () => {
    const token = parseToken(await member.token())
    const nowhere = formatToken({ ...token, ways: { members: ['127.0.0.1:1'], rendezvous: [] } })
    const said: string[] = []
    const log = { ...silentLogger, warn: (message: string) => said.push(message) }
    expect(await refusal(join(nowhere, 'node-2', 2, { log, timeoutMs: 600 }))).toStartWith('not refused: ')
    expect(said).toHaveLength(1)
    expect(said[0]).toContain('cannot join yet, and goes on trying: ws://127.0.0.1:1/skein/join cannot be reached')
  })

  test("a member's key from another host", async () => {
    const token = await member.token(60_000, 5)
    await join(token, 'node-2', 2)
    member.alive.add(publicKey(2))
    expect(await refusal(join(token, 'node-2', 2))).toContain('a copy of a member cannot join')
  })

  test('a name taken: alive, gone, and replaced', async () => {
    const token = await member.token(60_000, 5)
    await join(token, 'node-2', 2)
    member.alive.add(publicKey(2))
    expect(await refusal(join(token, 'node-2', 3))).toContain('such as --name node-2-2')
    member.alive.delete(publicKey(2))
    expect(await refusal(join(token, 'node-2', 3))).toContain('start with --replace to take its place')
    const replaced = await join(token, 'node-2', 3, { replace: true })
    expect(replaced.member.number).toBe(0)
    expect(member.membership.member(publicKey(2))).toBeUndefined()
    expect(names()).toEqual(['node-2 0'])
  })

  test('a name that cannot be', async () => {
    expect(await refusal(join(await member.token(), '', 2))).toBe('a name is needed')
  })
})

test('a removed member leaves its name and number to others', async () => {
  const token = await member.token(60_000, 5)
  await join(token, 'node-2', 2)
  await join(token, 'node-3', 3)
  await member.membership.change('removed', () => expel(member.membership, 'node-2'))
  await join(token, 'node-2', 4)
  expect(names()).toEqual(['node-2 0', 'node-3 1'])
})
