import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { cp, mkdir } from 'node:fs/promises'
import { dataDirectoryAt } from '../../agent/data-directory.ts'
import { clusterKeyPair } from '../../mesh/identity/cluster-key.ts'
import { formatToken, parseToken, tokenKeyPair } from '../../mesh/identity/token.ts'
import { Lab } from '../lab/lab.ts'
import type { Server } from '../lab/server.ts'
import { until } from '../lab/until.ts'

const rendezvousPort = 49737
const rendezvous = ['--rendezvous', `51.10.0.10:${rendezvousPort}`, '--dht', 'none']

/** Joining and finding each other again, with the built executable: no pods. */
describe('a cluster behind NATs', () => {
  let lab: Lab
  let first: Server
  let second: Server
  let third: Server
  let fourth: Server

  beforeAll(async () => {
    lab = await Lab.forTest('join')
    const equipment = { flags: rendezvous, images: [] }
    await lab.rendezvous('meet', 10, rendezvousPort)
    first = await lab.publicServer('s1', 1, equipment)
    second = (await lab.siteServer('s2', 2, 'plain', equipment)).server
    third = (await lab.siteServer('s3', 3, 'plain', equipment)).server
    // They are told nothing but the token: its ways lead to the rendezvous.
    fourth = (await lab.siteServer('s4', 4, 'plain', { images: [] })).server
    await first.start()
    await first.ready()
  }, 120_000)

  afterAll(async () => {
    await lab.close()
  }, 120_000)

  test('who has no good token is told why in one line, and nothing is changed', async () => {
    const [good, revoked] = [await first.token(), await first.token()]
    await first.ask('token', 'revoke', tokenKeyPair(parseToken(revoked)).publicKey.toString('hex'))
    const expired = await first.token('--ttl', '1s')
    await until('a token is over', async () => {
      const tokens = JSON.parse(await first.ask('token', 'list', '--output', 'json')) as { fault: string }[]
      return tokens.some(({ fault }) => fault.includes('expired'))
    })
    const cut = 'the join token is cut or was changed on its way: copy it again, whole'
    const { clusterKey, secret, ways } = parseToken(good)
    const cases: [string, string][] = [
      ['hello', 'that is no join token (they begin with skein1.): make one by skein token create on a member'],
      ['skein1.hello', cut],
      [good.slice(0, -3), cut],
      [revoked, 'the token was revoked: make a new one by skein token create'],
      [expired, 'make a new one by skein token create'],
      [formatToken({ clusterKey, secret: '00'.repeat(16), ways }), 'a member answered and does not know the token'],
      [formatToken({ clusterKey: otherKey, secret, ways }), 'is not of the cluster that gave the token'],
    ]
    for (const [token, message] of cases) expect(await refusal(second, 's2', token)).toContain(message)
    expect(await first.nodeNames()).toEqual(['s1'])
  }, 240_000)

  test('two behind different NATs join by the packed executable alone', async () => {
    await first.pack([second, third])
    for (const server of [second, third]) {
      const begin = performance.now()
      await server.start()
      await until(`${server.name} is a member`, async () => (await server.status())?.node === server.name)
      console.log(`${server.name} is a member ${((performance.now() - begin) / 1000).toFixed(1)} s after its start`)
    }
    const begin = performance.now()
    await allReady([first, second, third])
    console.log(`all three are Ready ${((performance.now() - begin) / 1000).toFixed(1)} s later`)
    expect(await third.nodeNames()).toEqual(['s1', 's2', 's3'])
    await until('three voters', async () => (await third.status())?.quorum?.voters.length === 3)
  }, 120_000)

  test("a member's key on another host, while the member runs", async () => {
    const { nodeKey } = dataDirectoryAt(second.dataDirectory)
    const copy = `${fourth.directory}/copy`
    await mkdir(`${copy}/identity`, { recursive: true, mode: 0o700 })
    await cp(nodeKey, dataDirectoryAt(copy).nodeKey)
    const token = await first.token()
    const message = 'the key of this data directory is that of member s2, which runs: a copy of a member cannot join'
    expect(await refusal(fourth, 's4', token, copy)).toContain(message)
    expect(await first.nodeNames()).toEqual(['s1', 's2', 's3'])
  }, 60_000)

  test('with the first server off, a fourth joins through the others', async () => {
    await second.pack([fourth])
    await first.end('SIGTERM')
    const begin = performance.now()
    await fourth.start()
    await until('s4 is a member', async () => (await fourth.status())?.node === 's4')
    console.log(`s4 is a member ${((performance.now() - begin) / 1000).toFixed(1)} s after its start`)
    await allReady([second, third, fourth])
    expect(await fourth.nodeNames()).toEqual(['s1', 's2', 's3', 's4'])
  }, 120_000)

  test('a name that is taken by a member that runs is refused, with a proposal', async () => {
    const token = await second.token('--uses', '1')
    const message = 'a member named s3 runs already: choose another name, such as --name s3-2'
    expect(await refusal(first, 's3', token, `${first.directory}/other`)).toContain(message)
    expect(await second.nodeNames()).toEqual(['s1', 's2', 's3', 's4'])
  }, 60_000)

  test('all stopped, and started in another order at other addresses: whole again', async () => {
    await Promise.all([second, third, fourth].map((server) => server.end('SIGTERM')))
    const segment = await lab.segment()
    await segment.readdress(second.host, 2, 77)
    await segment.readdress(third.host, 3, 78)
    await third.start()
    await second.start()
    const begin = performance.now()
    await first.start()
    await fourth.start()
    await allReady([first, second, third, fourth])
    console.log(`whole ${((performance.now() - begin) / 1000).toFixed(1)} s after the third of four was started`)
    expect((await first.status())?.links?.every(({ state }) => state === 'connected')).toBe(true)
  }, 120_000)

  test('a node that is removed is cut off and told; its name is free', async () => {
    await second.ask('node', 'remove', 's4')
    await until('s4 ends', async () => (await fourth.status()) === undefined)
    expect(await fourth.logTail()).toContain('this node was taken out of its cluster')
    expect(await first.nodeNames()).toEqual(['s1', 's2', 's3'])
  }, 60_000)

  test('a rebuilt server of the same name takes the place of the old one, when it is told to; its token is used up', async () => {
    const token = await second.token('--uses', '1')
    const before = await keyOf(second, 's3')
    await third.remove()
    await until('it is away', async () => (await stateOf(second, 's3')) === 'away')
    expect(await refusal(third, 's3', token)).toContain(
      'a member named s3 is there and gone at the moment: start with --replace to take its place, or with another name, such as --name s3-2',
    )
    await third.start(['--replace', '--join', token])
    await third.ready()
    expect(await second.nodeNames()).toEqual(['s1', 's2', 's3'])
    expect(await keyOf(second, 's3')).not.toBe(before)
    await until('three voters', async () => (await second.status())?.quorum?.voters.length === 3)
    expect(await refusal(fourth, 's5', token, `${fourth.directory}/fresh`)).toContain(
      'the token was for one node, which joined: make a new one by skein token create',
    )
    expect(await second.nodeNames()).toEqual(['s1', 's2', 's3'])
  }, 180_000)

  test("a member that is told another cluster's token goes into no other cluster", async () => {
    await third.end('SIGTERM')
    const { secret, ways } = parseToken(await second.token())
    const args = ['--join', formatToken({ clusterKey: otherKey, secret, ways })]
    const begun = await third.skein(['start', '--data-dir', third.dataDirectory, ...args], { timeoutMs: 30_000 })
    expect(begun.stderr.trim().split('\n').at(-1)).toContain(
      "this node is in cluster skein already, and the token of --join is another cluster's",
    )
    expect(begun.exitCode).toBe(1)
    await third.start()
    await third.ready()
  }, 90_000)
})

const otherKey = clusterKeyPair({ clusterSeed: '07'.repeat(32) }).publicKey.toString('hex')

/** The last line of a start that ends by itself, without success and without a trace in the data directory. */
async function refusal(server: Server, name: string, token: string, data = server.dataDirectory): Promise<string> {
  const place = ['--name', name, '--data-dir', data, '--mesh-listen', '0.0.0.0:7777', ...rendezvous]
  const { exitCode, stderr } = await server.skein(['start', ...place, '--join', token], { timeoutMs: 60_000 })
  const line = stderr.trim().split('\n').at(-1) ?? ''
  expect({ exitCode, line }).toMatchObject({ exitCode: 1 })
  const directory = dataDirectoryAt(data)
  expect([directory.keyring, directory.place].filter(existsSync)).toEqual([])
  return line
}

async function listed(server: Server, name: string): Promise<{ key: string; state: string } | undefined> {
  const nodes = JSON.parse(await server.ask('node', 'list', '--output', 'json')) as {
    name: string
    key: string
    state: string
  }[]
  return nodes.find((node) => node.name === name)
}

const keyOf = async (server: Server, name: string) => (await listed(server, name))?.key
const stateOf = async (server: Server, name: string) => (await listed(server, name))?.state

async function allReady(servers: Server[]): Promise<void> {
  await Promise.all(servers.map((server) => server.ready()))
}
