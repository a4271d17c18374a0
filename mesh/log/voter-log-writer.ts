/** Test program: three voters in one process; prints the number of each proposal once it is acknowledged. */
import { join } from 'node:path'
import { systemClock } from '../clock/clock.ts'
import { silentLogger } from '../logger/logger.ts'
import { MemoryNetwork } from './memory-transport.ts'
import { VoterLog } from './voter-log.ts'

const directory = process.argv[2]!
const ids = ['1', '2', '3']
const network = new MemoryNetwork()
const logs: VoterLog[] = []
for (const id of ids) {
  const log = await VoterLog.open({
    directory: join(directory, id),
    seed: new Uint8Array(32).fill(7),
    generation: 1,
    secret: new Uint8Array(32).fill(Number(id)),
    cluster: 'k',
    id,
    voters: ids,
    transport: network.transport(id),
    openReplication: () => Promise.reject(new Error('nobody lags here')),
    clock: systemClock,
    random: Math.random,
    logger: silentLogger,
    tickMs: 20,
  })
  await log.subscribe(0, async () => {})
  logs.push(log)
}
for (let number = 1; ; number++) {
  await Promise.all(logs.map((log) => log.propose(Buffer.from(`${number}`))))
  process.stdout.write(`${number}\n`)
}
