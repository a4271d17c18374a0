import { afterAll, beforeAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import { ClusterOfThree } from '../lab/cluster-of-three.ts'
import { LineProcess } from '../lab/line-process.ts'
import { until } from '../lab/until.ts'

// Three servers of the executable, and clients that create, update, patch and delete through two of them while the
// third one, which leads, is killed.

const rounds = 5
const program = join(import.meta.dir, 'counting-client.ts')

interface Seen {
  /** Writes that were answered as done. */
  done: number
  /** Writes of which nobody knows whether they were done: 504. */
  unknown: number
  /** Answered as not done, and asked again. */
  refused: number
  slowestMs: number
  violations: string[]
}

let cluster: ClusterOfThree

beforeAll(async () => {
  cluster = await ClusterOfThree.open('killed', { images: [] })
}, 240_000)
afterAll(() => cluster?.close(), 180_000)

test(`the leader is killed ${rounds} times: no request is done twice, none is answered with its own conflict`, async () => {
  const total = { done: 0, unknown: 0, refused: 0, slowestMs: 0 }
  for (let round = 0; round < rounds; round++) {
    const leader = await cluster.leader()
    const others = cluster.servers.filter((server) => server !== leader)
    const clients = others.map(
      ({ host, kubeconfig, name }) =>
        new LineProcess(host.command([process.execPath, program, kubeconfig, `r${round}-${name}`])),
    )
    try {
      const seen = () => Promise.all(clients.map((client): Promise<Seen> => client.call('seen')))
      const written = (before: number) => async () => (await seen()).every(({ done }) => done >= before + 50)
      await until('writes', written(0))
      await leader.end('SIGKILL')
      const before = Math.max(...(await seen()).map(({ done }) => done))
      await until('writes without it', written(before))
      await leader.start()
      await cluster.whole()
      const ended = await Promise.all(clients.map((client): Promise<Seen> => client.call('end')))
      expect(ended.flatMap(({ violations }) => violations)).toEqual([])
      for (const { done, unknown, refused, slowestMs } of ended) {
        total.done += done
        total.unknown += unknown
        total.refused += refused
        total.slowestMs = Math.max(total.slowestMs, slowestMs)
      }
    } finally {
      await Promise.all(clients.map((client) => client.stop()))
    }
  }
  const { done, unknown, refused, slowestMs } = total
  console.log(`${done} writes, ${unknown} of unknown outcome, ${refused} refused and tried again`)
  console.log(`the slowest was answered after ${(slowestMs / 1000).toFixed(2)} s`)
}, 900_000)
