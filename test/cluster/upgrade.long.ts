import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { copyFile, mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { knownFeatureLevel } from '../../mesh/log/feature-level.ts'
import { ClusterOfThree } from '../lab/cluster-of-three.ts'
import { NumberedWriter } from '../lab/numbered-writer.ts'
import { buildRelease } from '../lab/other-release.ts'
import { runningSince } from '../lab/runtime-view.ts'
import type { Server } from '../lab/server.ts'
import { until } from '../lab/until.ts'
import { deployWebDaemon } from '../lab/web-daemon.ts'

/** An earlier state of this repository, with the formats of release 0.1. */
const before = '1ad037d'
const today = resolve(import.meta.dir, '../../dist/skein')

/** One server after the other gets a newer executable, while pods run and a client writes. */
describe('a rolling upgrade', () => {
  let folder: string
  let old: string
  let future: string
  let cluster: ClusterOfThree
  let writer: NumberedWriter
  let writable: Server[]

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'skein-releases-'))
    old = await buildRelease(join(folder, 'old'), { commit: before })
    const change = {
      file: 'mesh/log/feature-level.ts',
      from: `knownFeatureLevel = ${knownFeatureLevel}`,
      to: `knownFeatureLevel = ${knownFeatureLevel + 1}`,
    }
    future = await buildRelease(join(folder, 'future'), { change })
    cluster = await ClusterOfThree.open('upgrade', { executable: old })
    await deployWebDaemon(cluster.servers[0]!)
    writable = [...cluster.servers]
    writer = new NumberedWriter(() => writable, 'n')
  }, 1_200_000)

  afterAll(async () => {
    await writer?.end()
    await cluster?.close()
    await rm(folder, { recursive: true, force: true })
  }, 180_000)

  test('from an earlier commit to today, pods running', () => roll(today), 300_000)

  test('to a release that means more by its entries: the level goes up when the last server has it', async () => {
    await roll(future)
    for (const server of cluster.servers) {
      await until(`${server.name} has the level`, async () => (await levelOf(server)) === knownFeatureLevel + 1)
    }
  }, 300_000)

  test('the release before is refused from then on, and changes nothing', async () => {
    const third = cluster.servers[2]!
    writable = cluster.servers.slice(0, 2)
    await third.end('SIGTERM')
    await replaceExecutable(third, today)
    await third.start()
    expect(await third.ended()).not.toBe(0)
    expect(await third.logTail()).toContain('upgrade this node')
    await replaceExecutable(third, future)
    await third.start()
    await third.ready()
    writable = [...cluster.servers]
    await caughtUp(third)
  }, 180_000)

  /** As docs/operations.md says it: followers first, the leader last. */
  async function roll(executable: string): Promise<void> {
    const leader = await cluster.leader()
    for (const server of [...cluster.servers.filter((other) => other !== leader), leader]) {
      const running = await runningSince(server)
      writable = cluster.servers.filter((other) => other !== server)
      await replaceExecutable(server, executable)
      await server.end('SIGTERM')
      await server.start()
      await server.ready()
      writable = [...cluster.servers]
      expect(await runningSince(server)).toEqual(running)
      await caughtUp(server)
      const acknowledged = writer.acknowledged.length
      await until('writes go on', async () => writer.acknowledged.length > acknowledged)
    }
  }

  /** Everything acknowledged so far is there. */
  async function caughtUp(server: Server): Promise<void> {
    await until(
      `${server.name} has it all`,
      async () => (await writer.missingAt(server).catch(() => ['?'])).length === 0,
    )
    expect(writer.acknowledged.length).toBeGreaterThan(0)
  }
})

async function replaceExecutable(server: Server, executable: string): Promise<void> {
  await copyFile(executable, `${server.executable}.new`)
  await rename(`${server.executable}.new`, server.executable)
}

async function levelOf(server: Server): Promise<number> {
  const metrics = await server.kubectl(['get', '--raw', '/metrics'])
  return Number(/^skein_feature_level (\d+)/m.exec(metrics)?.[1])
}
