/**
 * Three voters in one process, each with its own directory and every write fsynced; the network takes no time.
 *
 *     scripts/bench voter-log
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../clock/clock.ts'
import { silentLogger } from '../logger/logger.ts'
import { MemoryNetwork } from './memory-transport.ts'
import { VoterLog } from './voter-log.ts'

const ids = ['1', '2', '3']
const valueBytes = 256
const seconds = 3

const directory = mkdtempSync(join(process.env.BENCH_DIRECTORY ?? tmpdir(), 'skein-voter-log-bench-'))
const network = new MemoryNetwork()
const logs = new Map<string, VoterLog>()
for (const id of ids) {
  const log = await VoterLog.open({
    directory: join(directory, id),
    seed: new Uint8Array(32).fill(7),
    generation: 1,
    secret: new Uint8Array(32).fill(Number(id)),
    cluster: 'bench',
    id,
    voters: ids,
    transport: network.transport(id),
    openReplication: () => Promise.reject(new Error('nobody lags here')),
    clock: systemClock,
    random: Math.random,
    logger: silentLogger,
  })
  await log.subscribe(0, async () => {})
  logs.set(id, log)
}
let leader: VoterLog | undefined
while (leader === undefined) {
  await Bun.sleep(50)
  leader = [...logs.values()].find(({ leadership }) => leadership.role === 'leader')
}
const follower = [...logs.values()].find((log) => log !== leader)!

async function measure(log: VoterLog, clients: number): Promise<string> {
  const latencies: number[] = []
  const until = performance.now() + seconds * 1000
  const client = async () => {
    for (let startMs = performance.now(); startMs < until; startMs = performance.now()) {
      await log.propose(new Uint8Array(valueBytes))
      latencies.push(performance.now() - startMs)
    }
  }
  await Promise.all(Array.from({ length: clients }, client))
  latencies.sort((a, b) => a - b)
  const quantile = (q: number) => latencies[Math.floor(q * (latencies.length - 1))]!.toFixed(2)
  return `${Math.round(latencies.length / seconds)}/s p50 ${quantile(0.5)} ms p99 ${quantile(0.99)} ms`
}

const figures: string[] = []
for (const clients of process.argv[2] === undefined ? [1, 64, 256, 1000] : [Number(process.argv[2])]) {
  const atLeader = await measure(leader, clients)
  const atFollower = await measure(follower, clients)
  console.log(`${clients} clients: at the leader ${atLeader}; at a follower ${atFollower}`)
  figures.push(`${clients} clients ${atLeader}`)
}
const rssMb = Math.round(process.memoryUsage.rss() / 1e6)
console.log(`voter-log: ${figures.join(', ')}, rss ${rssMb} MB`)
for (const log of logs.values()) await log.close()
rmSync(directory, { recursive: true, force: true })
process.exit(0)
