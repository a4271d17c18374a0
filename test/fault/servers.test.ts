import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { parse } from 'yaml'
import { ClusterOfThree } from '../lab/cluster-of-three.ts'
import { NumberedWriter } from '../lab/numbered-writer.ts'
import { crashContainers, readRuntime, runningSince } from '../lab/runtime-view.ts'
import type { Server } from '../lab/server.ts'
import { until } from '../lab/until.ts'
import { deployWebDaemon } from '../lab/web-daemon.ts'

describe('what happens to servers', () => {
  let cluster: ClusterOfThree
  let writer: NumberedWriter
  let writable: Server[]

  beforeAll(async () => {
    cluster = await ClusterOfThree.open('faults')
    await deployWebDaemon(cluster.servers[0]!)
    writable = [...cluster.servers]
    writer = new NumberedWriter(() => writable, 'n')
  }, 240_000)

  afterAll(async () => {
    await writer.end()
    await cluster.close()
  }, 180_000)

  test('one is cut off and comes back: the others write on, and it catches up', async () => {
    const [first, second, third] = cluster.servers as [Server, Server, Server]
    await cluster.cutOff(third)
    writable = [first, second]
    const before = writer.acknowledged.length
    await until('writes without it', async () => writer.acknowledged.length > before + 5)
    expect((await readRuntime(third)).runningContainers).toHaveLength(1)
    await cluster.plugIn(third)
    writable = [...cluster.servers]
    await caughtUp(third)
  }, 180_000)

  test('two are cut off: reads and pods go on, what crashes is restarted, writes are refused with a reason; back, all is whole', async () => {
    const [first, second, third] = cluster.servers as [Server, Server, Server]
    await cluster.cutOff(second)
    await cluster.cutOff(third)
    writable = []
    await until('it is noticed', async () => (await first.status())?.quorum?.leader === null)
    expect(await refusedWrite(first)).toContain('no majority of the voters can be reached')
    const list = await first.kubectl(['get', '--raw', '/api/v1/namespaces/default/pods?resourceVersion=0'])
    expect((JSON.parse(list) as { items: object[] }).items).toHaveLength(3)
    const running = await runningSince(first)
    expect(Object.keys(running)).toHaveLength(1)
    await crashContainers(first)
    await until('what crashed is started again', async () => {
      const again = Object.keys(await runningSince(first))
      return again.length === 1 && !(again[0]! in running)
    })
    const begin = performance.now()
    await cluster.plugIn(second)
    await cluster.plugIn(third)
    writable = [...cluster.servers]
    const before = writer.acknowledged.length
    await until('a write', async () => writer.acknowledged.length > before)
    console.log(`writes again ${((performance.now() - begin) / 1000).toFixed(1)} s after the cables are in`)
    for (const server of cluster.servers) await caughtUp(server)
  }, 180_000)

  test('rebooted without an uplink: its pods come back from its own copy of the state', async () => {
    const third = cluster.servers[2]!
    writable = cluster.servers.slice(0, 2)
    await third.powerOff()
    await cluster.cutOff(third)
    const begin = performance.now()
    await third.start()
    await until('its pod runs', async () => {
      const view = await readRuntime(third).catch(() => undefined)
      return view?.runningContainers.length === 1
    })
    console.log(`its pod runs ${((performance.now() - begin) / 1000).toFixed(1)} s after the start`)
    await cluster.plugIn(third)
    await third.ready()
    writable = [...cluster.servers]
    await caughtUp(third)
  }, 180_000)

  test('all three lose power at once, and start in another order at other addresses', async () => {
    const [first, second, third] = cluster.servers as [Server, Server, Server]
    writable = []
    await Promise.all(cluster.servers.map((server) => server.powerOff()))
    await cluster.readdress(second, 52)
    await cluster.readdress(third, 53)
    await third.start()
    await second.start()
    const begin = performance.now()
    await Promise.all([second.ready(), third.ready()])
    console.log(`two are ready ${((performance.now() - begin) / 1000).toFixed(1)} s after the second was started`)
    await first.start()
    await cluster.whole()
    writable = [...cluster.servers]
    for (const server of cluster.servers) await caughtUp(server)
    await first.kubectl(['rollout', 'status', 'daemonset/web', '--timeout=90s'])
  }, 240_000)

  test('the first server is gone for good, and replaced', async () => {
    const [first, second, third] = cluster.servers as [Server, Server, Server]
    writable = [second, third]
    await first.powerOff()
    await until('a leader', async () => (await second.status())?.quorum?.leader != null)
    const removed = await second.skein(['node', 'remove', 's1', '--data-dir', second.dataDirectory])
    expect(removed.stderr).toBe('')
    cluster.servers.shift()
    const fourth = await cluster.addSite('s4', 4)
    await second.pack([fourth])
    await fourth.start()
    await fourth.ready()
    await fourth.writeKubeconfig()
    writable = [...cluster.servers]
    await until('three voters again', async () => {
      const voters = (await second.status())?.quorum?.voters ?? []
      return voters.length === 3 && voters.includes('s4')
    })
    await caughtUp(fourth)
  }, 240_000)

  /** Everything acknowledged so far is there. */
  async function caughtUp(server: Server): Promise<void> {
    await until(
      `${server.name} has it all`,
      async () => (await writer.missingAt(server).catch(() => ['?'])).length === 0,
    )
    expect(writer.acknowledged.length).toBeGreaterThan(0)
  }
})

/** What the API answers to a write; kubectl would ask again until it is tired. */
async function refusedWrite(server: Server): Promise<string> {
  const config = parse(await Bun.file(server.kubeconfig).text()) as { users: { user: Record<string, string> }[] }
  const user = config.users[0]!.user
  const files = ['client-certificate-data', 'client-key-data'].map((name) => `${server.directory}/${name}.pem`)
  for (const [index, name] of ['client-certificate-data', 'client-key-data'].entries()) {
    await Bun.write(files[index]!, Buffer.from(user[name]!, 'base64'), { mode: 0o600 })
  }
  const body = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'refused' } })
  const url = 'https://127.0.0.1:6443/api/v1/namespaces/default/configmaps'
  const credentials = ['--cert', files[0]!, '--key', files[1]!, '--insecure']
  const request = ['-H', 'content-type: application/json', '--data', body, url]
  return server.host.output(['curl', '--silent', '--include', '--max-time', '30', ...credentials, ...request])
}
