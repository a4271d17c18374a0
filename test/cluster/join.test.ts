import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
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
    const used = await tokenOf(first)
    const revoked = await tokenOf(first)
    const tokens = JSON.parse((await skein(first, 'token', 'list', '--output', 'json')).stdout) as { id: string }[]
    for (const { id } of tokens) await skein(first, 'token', 'revoke', id)
    const expired = await tokenOf(first, '--ttl', '1s')
    await Bun.sleep(1100)
    const cases: [string, string][] = [
      ['skein1.hello', 'the join token is cut or was changed on its way: copy it again, whole'],
      [used.slice(0, -3), 'the join token is cut or was changed on its way: copy it again, whole'],
      [revoked, 'the token was revoked'],
      [expired, 'the token expired at'],
    ]
    for (const [token, message] of cases) {
      const args = ['start', '--name', 's2', '--data-dir', second.dataDirectory, ...rendezvous, '--join', token]
      const { exitCode, stderr } = await second.skein(args, { timeoutMs: 20_000 })
      expect(stderr.trim().split('\n').at(-1)).toContain(message)
      expect(exitCode).toBe(1)
    }
    expect(await nodeNames(first)).toEqual(['s1'])
  }, 90_000)

  test('two behind different NATs join by the packed executable alone', async () => {
    await pack(first, [second, third])
    for (const server of [second, third]) {
      const begin = performance.now()
      await server.start()
      await until(`${server.name} is a member`, async () => (await server.status())?.node === server.name)
      console.log(`${server.name} is a member ${((performance.now() - begin) / 1000).toFixed(1)} s after its start`)
    }
    await allReady([first, second, third])
    expect(await nodeNames(third)).toEqual(['s1', 's2', 's3'])
    await until('three voters', async () => (await third.status())?.quorum?.voters.length === 3)
  }, 120_000)

  test('with the first server off, a fourth joins through the others', async () => {
    await pack(second, [fourth])
    await first.end('SIGTERM')
    const begin = performance.now()
    await fourth.start()
    await until('s4 is a member', async () => (await fourth.status())?.node === 's4')
    console.log(`s4 is a member ${((performance.now() - begin) / 1000).toFixed(1)} s after its start`)
    await allReady([second, third, fourth])
    expect(await nodeNames(fourth)).toEqual(['s1', 's2', 's3', 's4'])
  }, 120_000)

  test('a name that is taken by a member that runs is refused, with a proposal', async () => {
    const data = `${first.directory}/other`
    const token = await tokenOf(second)
    const listen = ['--mesh-listen', '127.0.0.1:7777']
    const args = ['start', '--name', 's3', '--data-dir', data, ...listen, ...rendezvous, '--join', token]
    const { exitCode, stderr } = await first.skein(args, { timeoutMs: 30_000 })
    expect(stderr.trim().split('\n').at(-1)).toContain('--name s3-2')
    expect(exitCode).toBe(1)
  }, 60_000)

  test('all stopped, and started in another order at other addresses: whole again', async () => {
    await Promise.all([second, third, fourth].map((server) => server.end('SIGTERM')))
    await readdress(second, 2, 77)
    await readdress(third, 3, 78)
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
    expect((await skein(second, 'node', 'remove', 's4')).exitCode).toBe(0)
    await until('s4 ends', async () => (await fourth.status()) === undefined)
    expect(await fourth.logTail()).toContain('this node was taken out of its cluster')
    expect(await nodeNames(first)).toEqual(['s1', 's2', 's3'])
  }, 60_000)
})

function skein(server: Server, ...args: string[]) {
  return server.skein([...args, '--data-dir', server.dataDirectory])
}

async function tokenOf(server: Server, ...flags: string[]): Promise<string> {
  const { stdout, stderr } = await skein(server, 'token', 'create', ...flags)
  if (!stdout.startsWith('skein1.')) throw new Error(stderr)
  return stdout.trim()
}

async function pack(server: Server, others: Server[]): Promise<void> {
  for (const other of others) {
    const { exitCode, stderr } = await skein(server, 'pack', '--out', other.executable)
    if (exitCode !== 0) throw new Error(stderr)
  }
}

async function nodeNames(server: Server): Promise<string[]> {
  const { stdout } = await skein(server, 'node', 'list', '--output', 'json')
  return (JSON.parse(stdout) as { name: string }[]).map(({ name }) => name)
}

async function allReady(servers: Server[]): Promise<void> {
  await Promise.all(servers.map((server) => server.ready()))
}

/** The site's router gives the server another address. */
async function readdress({ host }: Server, site: number, number: number): Promise<void> {
  await host.output(['ip', 'addr', 'flush', 'dev', 'eth0'])
  await host.output(['ip', 'addr', 'add', `192.168.${site}.${number}/24`, 'dev', 'eth0'])
  await host.output(['ip', 'route', 'replace', 'default', 'via', `192.168.${site}.1`])
}
