import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { DelayBox } from '../lab/delay-box.ts'
import { Host } from '../lab/host.ts'
import { Lab } from '../lab/lab.ts'
import { leaderOf } from '../lab/leader.ts'
import { NumberedWriter } from '../lab/numbered-writer.ts'
import type { Server } from '../lab/server.ts'
import { manifests } from '../lab/thin-path.ts'
import { until } from '../lab/until.ts'

/** To the hub in the middle: twice that between two sites. */
const uplink = { roundTripMs: 50, lossPercent: 0.5 }
const quietMs = 60_000

describe('three sites, 100 ms and 1 % loss from each other', () => {
  let lab: Lab
  let hub: Host
  const boxes: DelayBox[] = []
  let servers: [Server, Server, Server]
  let writer: NumberedWriter
  let writable: Server[]

  beforeAll(async () => {
    lab = await Lab.forTest('distant')
    hub = await Host.create(`skein-distant-${process.pid}-hub`)
    await hub.output(['sysctl', '-qw', 'net.ipv4.ip_forward=1'])
    servers = [await site(1), await site(2), await site(3)]
    const [first, ...others] = servers
    await first.start()
    await first.ready()
    await first.pack(others)
    const begin = performance.now()
    await Promise.all(others.map((server) => server.start()))
    await Promise.all(servers.map((server) => server.ready()))
    console.log(`all ready ${((performance.now() - begin) / 1000).toFixed(1)} s after the start of the copies`)
    for (const server of servers) await server.writeKubeconfig()
    await until('three voters', async () => (await first.status())?.quorum?.voters.length === 3)
    writable = servers
    writer = new NumberedWriter(() => writable, 'n')
  }, 240_000)

  afterAll(async () => {
    await writer?.end()
    await lab?.close()
    for (const box of boxes) await box.remove()
    await hub?.remove()
  }, 120_000)

  test('pods, services, exec and logs work through every server', async () => {
    await servers[1].kubectl(['apply', '-f', '-'], { stdin: manifests })
    await servers[1].kubectl(['rollout', 'status', 'deployment/web', '--timeout=90s'])
    const address = await servers[2].kubectl(['get', 'service', 'web', '-o', 'jsonpath={.spec.clusterIP}'])
    const pods = (await servers[0].kubectl(['get', 'pods', '-l', 'app=web', '-o', 'name'])).trim().split('\n')
    for (const server of servers) {
      expect(await server.host.output(['curl', '-s', '--max-time', '20', `http://${address}/`])).toContain('nginx 1')
      for (const pod of pods) {
        expect(await server.kubectl(['exec', pod, '--', 'cat', '/etc/settings/colour'])).toBe('green')
        expect(await server.kubectl(['logs', pod, '--tail=1'])).not.toBe('')
      }
    }
  }, 240_000)

  test('a minute of writes: no election, no link given up, nothing lost', async () => {
    const term = (await servers[0].status())?.quorum?.term
    const before = writer.acknowledged.length
    await Bun.sleep(quietMs)
    console.log(`${writer.acknowledged.length - before} writes by one client in ${quietMs / 1000} s`)
    for (const server of servers) {
      expect((await server.status())?.quorum?.term).toBe(term)
      await server.kubectl(['wait', '--for=condition=Ready', 'node', '--all', '--timeout=10s'])
    }
    await noneMissing(servers)
  }, 180_000)

  test("the leader's server loses its power: writes go on, and it comes back whole", async () => {
    const leader = await leaderOf(servers)
    const rest = servers.filter((server) => server !== leader)
    writable = rest
    await leader.powerOff()
    // The cut took the way to the hub along: a new one, as a machine that boots has it.
    const begin = performance.now()
    const before = writer.acknowledged.length
    await until('writes go on', async () => writer.acknowledged.length > before)
    console.log(`a write was acknowledged ${((performance.now() - begin) / 1000).toFixed(1)} s after the cut`)
    await plug(leader, servers.indexOf(leader) + 1)
    await leader.start()
    await leader.ready()
    writable = servers
    await noneMissing(servers)
  }, 240_000)

  async function site(number: number): Promise<Server> {
    const server = await lab.server(`s${number}`, { flags: ['--dht', 'none'] })
    await plug(server, number)
    return server
  }

  async function plug({ host }: Server, number: number): Promise<void> {
    const ends = [`51.20.${number}.2/30`, `51.20.${number}.1/30`] as const
    await boxes[number - 1]?.remove()
    boxes[number - 1] = await DelayBox.join(
      { host, address: ends[0] },
      { host: hub, address: ends[1] },
      uplink,
      `slow${number}`,
    )
    await host.output(['ip', 'route', 'replace', 'default', 'via', `51.20.${number}.1`])
  }

  async function noneMissing(of: readonly Server[]): Promise<void> {
    for (const server of of) {
      await until(`${server.name} has it all`, async () => (await writer.missingAt(server)).length === 0)
    }
    expect(writer.acknowledged.length).toBeGreaterThan(0)
  }
})
