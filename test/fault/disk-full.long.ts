import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { ClusterOfThree } from '../lab/cluster-of-three.ts'
import { NumberedWriter } from '../lab/numbered-writer.ts'
import { readRuntime } from '../lab/runtime-view.ts'
import type { Server } from '../lab/server.ts'
import { SmallDisk } from '../lab/small-disk.ts'
import { until } from '../lab/until.ts'
import { deployWebDaemon } from '../lab/web-daemon.ts'

describe('the disk of one server is full', () => {
  let cluster: ClusterOfThree
  let disk: SmallDisk
  let writer: NumberedWriter
  let writable: Server[]

  beforeAll(async () => {
    cluster = await ClusterOfThree.open('full', {
      async prepare(server) {
        if (server.name === 's3') disk = await SmallDisk.mount(server.dataDirectory, 1500)
      },
    })
    await deployWebDaemon(cluster.servers[0]!)
    writable = [...cluster.servers]
    writer = new NumberedWriter(() => writable, 'n')
  }, 240_000)

  afterAll(async () => {
    await writer?.end()
    await disk?.free()
    await cluster?.servers[2]?.remove()
    await disk?.unmount()
    await cluster?.close()
  }, 180_000)

  test('as a follower: the others write on, its pods run on, and with room again it is whole', async () => {
    await outage()
  }, 240_000)

  test('as the leader: another one leads', async () => {
    const third = cluster.servers[2]!
    for (let attempt = 0; (await cluster.leader()) !== third; attempt++) {
      expect(attempt).toBeLessThan(20)
      const leader = await cluster.leader()
      await leader.end('SIGTERM')
      await leader.start()
      await cluster.whole()
    }
    await outage()
  }, 300_000)

  async function outage(): Promise<void> {
    const [first, second, third] = cluster.servers as [Server, Server, Server]
    writable = [first, second]
    await disk.fill()
    expect(await third.ended()).not.toBe(0)
    expect(await third.logTail()).toMatch(/no space left|disk is full/)
    const before = writer.acknowledged.length
    await until('the others write', async () => writer.acknowledged.length > before + 5)
    expect((await readRuntime(third)).runningContainers).toHaveLength(1)
    await disk.free()
    await third.start()
    await cluster.whole()
    writable = [...cluster.servers]
    for (const server of cluster.servers) {
      await until(`${server.name} has it all`, async () => (await writer.missingAt(server)).length === 0)
    }
    expect((await readRuntime(third)).runningContainers).toHaveLength(1)
  }
})
