import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { ClusterOfThree } from '../lab/cluster-of-three.ts'
import { LineProcess } from '../lab/line-process.ts'
import type { Server } from '../lab/server.ts'
import { until } from '../lab/until.ts'

const lifetime = '12s'
const renewals = 50
const program = join(import.meta.dir, 'connecting-client.ts')

interface Seen {
  /** Connections, each with a request of its own. */
  answered: number
  failures: string[]
  /** Different certificates. */
  certificates: number
}

describe(`serving certificates that live ${lifetime}`, () => {
  let cluster: ClusterOfThree
  const clients: LineProcess[] = []

  beforeAll(async () => {
    const flags = ['--rendezvous', '51.10.0.10:49737', '--dht', 'none', '--certificate-lifetime', lifetime]
    cluster = await ClusterOfThree.open('certs', { images: [], flags })
    for (const { host, kubeconfig } of cluster.servers) {
      clients.push(new LineProcess(host.command([process.execPath, program, kubeconfig])))
    }
  }, 240_000)

  afterAll(async () => {
    for (const client of clients) await client.stop()
    await cluster?.close()
  }, 180_000)

  const seen = (): Promise<Seen[]> => Promise.all(clients.map((client) => client.call('seen')))

  test(`${renewals} renewals under load: no connection is refused`, async () => {
    await until('they are renewed', async () => sum(await seen()) >= renewals + clients.length, 600_000)
    const facts = await seen()
    const answered = facts.reduce((total, each) => total + each.answered, 0)
    console.log(`${sum(facts) - clients.length} renewals, ${answered} connections`)
    expect(facts.flatMap(({ failures }) => failures)).toEqual([])
  }, 660_000)

  test('the quorum is gone: renewals go on, and no connection is refused', async () => {
    const [first, second, third] = cluster.servers as [Server, Server, Server]
    await Promise.all([clients[1], clients[2]].map((client) => client!.stop()))
    clients.splice(1)
    await cluster.cutOff(second)
    await cluster.cutOff(third)
    await until('it is noticed', async () => (await first.status())?.quorum?.leader === null)
    const [before] = await seen()
    await until('renewals', async () => (await seen())[0]!.certificates >= before!.certificates + 5, 180_000)
    const [after] = await seen()
    console.log(`${after!.certificates - before!.certificates} renewals without a quorum`)
    expect(after!.failures).toEqual([])
    expect((await first.status())?.quorum?.leader).toBe(null)
  }, 300_000)
})

const sum = (facts: Seen[]) => facts.reduce((total, { certificates }) => total + certificates, 0)
