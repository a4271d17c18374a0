import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { ClusterOfThree } from '../lab/cluster-of-three.ts'
import { NumberedWriter } from '../lab/numbered-writer.ts'
import type { Server } from '../lab/server.ts'
import { until } from '../lab/until.ts'
import { deployWebDaemon } from '../lab/web-daemon.ts'
import { WrongClock } from '../lab/wrong-clock.ts'

describe('clocks that are wrong', () => {
  let cluster: ClusterOfThree
  let writer: NumberedWriter
  const clocks: WrongClock[] = []

  beforeAll(async () => {
    cluster = await ClusterOfThree.open('clock', {
      async prepare(server) {
        if (server.name === 's1') return
        const clock = new WrongClock(server.directory)
        await clock.set(server.name === 's3' ? '+2y' : '+0')
        server.env = clock.env
        clocks.push(clock)
      },
    })
    writer = new NumberedWriter(() => cluster.servers, 'n')
  }, 240_000)

  afterAll(async () => {
    await writer?.end()
    await cluster?.close()
  }, 180_000)

  test('two years ahead it has joined, votes, runs pods, answers kubectl, and shows ClockSkew', async () => {
    const third = cluster.servers[2]!
    expect(await third.logTail()).toContain(`"time":"${new Date().getFullYear() + 2}-`)
    await deployWebDaemon(third)
    const [name] = (await podsOf(third)).split(' ')
    expect(await third.kubectl(['exec', name!, '--', 'echo', 'hello'])).toBe('hello\n')
    for (const server of cluster.servers) {
      await server.kubectl(['wait', '--for=condition=Ready', 'node', '--all', '--timeout=60s'])
    }
    await third.kubectl(['wait', '--for=condition=ClockSkew', 'node/s3', '--timeout=60s'])
    expect(await skewOf('s1')).toBe('False')
    expect((await third.skein(['status', '--data-dir', third.dataDirectory])).stdout).toContain('clock')
    await noneMissing()
    await clocks[1]!.set('+0')
    await until('it is right again', async () => (await skewOf('s3')) === 'False', 120_000)
    await noneMissing()
  }, 360_000)

  test.each(['+1y', '-1y', '+0'])(
    'it jumps to %s while all runs: nothing breaks, nothing is lost',
    async (offset) => {
      const second = cluster.servers[1]!
      const agents = await pids()
      const pods = await podsOf(second)
      await clocks[0]!.set(offset)
      const isWrong = offset !== '+0'
      await until('it is noticed', async () => (await skewOf('s2')) === (isWrong ? 'True' : 'False'), 120_000)
      const before = writer.acknowledged.length
      await until('writes go on', async () => writer.acknowledged.length > before + 10)
      await second.kubectl(['create', 'token', 'default'])
      await second.kubectl(['wait', '--for=condition=Ready', 'node', '--all', '--timeout=10s'])
      expect(await podsOf(second)).toBe(pods)
      expect(await pids()).toEqual(agents)
      await noneMissing()
    },
    240_000,
  )

  const skewOf = (node: string) =>
    cluster.servers[0]!.kubectl([
      ...['get', 'node', node],
      ...['-o', 'jsonpath={.status.conditions[?(@.type=="ClockSkew")].status}'],
    ])

  /** Names of the running pods on a server, and how often they were restarted. */
  const podsOf = (server: Server) =>
    cluster.servers[0]!.kubectl([
      ...['get', 'pods', '--field-selector', `spec.nodeName=${server.name},status.phase=Running`],
      ...['-o', 'jsonpath={range .items[*]}{.metadata.name} {.status.containerStatuses[0].restartCount}{"\\n"}{end}'],
    ])

  const pids = () => Promise.all(cluster.servers.map(async (server) => (await server.status())?.pid))

  async function noneMissing(): Promise<void> {
    for (const server of cluster.servers) {
      await until(`${server.name} has it all`, async () => (await writer.missingAt(server)).length === 0)
    }
    expect(writer.acknowledged.length).toBeGreaterThan(0)
  }
})
