import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { ClusterOfThree } from '../lab/cluster-of-three.ts'
import { NumberedWriter } from '../lab/numbered-writer.ts'
import type { Server } from '../lab/server.ts'
import { until } from '../lab/until.ts'

/** A cluster of one that became three (that is how they are opened), grown to five voters, and taken back to one. */
describe('growth', () => {
  let cluster: ClusterOfThree
  let writer: NumberedWriter
  let writable: Server[]

  beforeAll(async () => {
    cluster = await ClusterOfThree.open('growth')
    writable = [cluster.servers[0]!]
    writer = new NumberedWriter(() => writable, 'n')
  }, 240_000)

  afterAll(async () => {
    await writer?.end()
    await cluster?.close()
  }, 240_000)

  test('five servers: five vote when five are asked for', async () => {
    const [first] = cluster.servers
    const more = [await cluster.addSite('s4', 4), await cluster.addSite('s5', 5)]
    await first!.pack(more)
    await Promise.all(more.map((server) => server.start()))
    await cluster.whole()
    for (const server of more) await server.writeKubeconfig()
    expect(await votersOf(first!)).toHaveLength(3)
    await first!.ask('node', 'voters', '5')
    // A member becomes the fourth or fifth voter two minutes after it joined.
    await until('five voters', async () => (await votersOf(first!)).length === 5, 240_000)
    writable = cluster.servers
    await noneMissing()
  }, 500_000)

  test('two of five die at once: the others write on', async () => {
    const [second, third] = cluster.servers.slice(1, 3) as [Server, Server]
    writable = cluster.servers.filter((server) => server !== second && server !== third)
    await Promise.all([second.powerOff(), third.powerOff()])
    const before = writer.acknowledged.length
    await until('writes go on', async () => writer.acknowledged.length > before + 3)
    await Promise.all([second.start(), third.start()])
    await cluster.whole()
    writable = cluster.servers
    await noneMissing()
  }, 240_000)

  test('back to three voters, three servers, one server: nothing is lost', async () => {
    const [first] = cluster.servers
    await first!.ask('node', 'voters', '3')
    await until('three voters', async () => (await votersOf(first!)).length === 3)
    writable = [first!]
    for (let count = 5; count > 1; count--) {
      const last = cluster.servers[count - 1]!
      await first!.ask('node', 'remove', last.name)
      expect(await last.ended()).not.toBe(0)
      cluster.servers.length = count - 1
      const wanted = count - 1 >= 3 ? 3 : 1
      await until(`${wanted} of ${count - 1} vote`, async () => {
        const voters = await votersOf(first!)
        return voters.length === wanted && voters.every((name) => cluster.servers.some((left) => left.name === name))
      })
      const before = writer.acknowledged.length
      await until('writes go on', async () => writer.acknowledged.length > before)
    }
    expect(await votersOf(first!)).toEqual(['s1'])
    await noneMissing()
  }, 300_000)

  async function votersOf(server: Server): Promise<string[]> {
    return (await server.status())?.quorum?.voters ?? []
  }

  async function noneMissing(): Promise<void> {
    for (const server of cluster.servers) {
      await until(`${server.name} has it all`, async () => (await writer.missingAt(server)).length === 0)
    }
    expect(writer.acknowledged.length).toBeGreaterThan(0)
  }
})
