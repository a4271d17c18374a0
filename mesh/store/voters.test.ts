import { afterAll } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../clock/clock.ts'
import { MemoryNetwork } from '../log/memory-transport.ts'
import { VoterLog } from '../log/voter-log.ts'
import { silentLogger } from '../logger/logger.ts'
import { storeContract } from './contract.ts'
import { ReplicatedStore } from './replicated.ts'

const root = mkdtempSync(join(tmpdir(), 'skein-store-voters-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const ids = ['1', '2', '3']
const shared = { clock: systemClock, logger: silentLogger }

/** The store of one of three voters, which need not be the leader. */
storeContract('ReplicatedStore over three voters', async () => {
  const directory = mkdtempSync(join(root, 'contract-'))
  const network = new MemoryNetwork()
  const logs = await Promise.all(
    ids.map((id) =>
      VoterLog.open({
        ...shared,
        id,
        voters: ids,
        cluster: 'k',
        seed: new Uint8Array(32).fill(7),
        generation: 1,
        secret: new Uint8Array(32).fill(Number(id)),
        random: Math.random,
        directory: join(directory, id),
        transport: network.transport(id),
        openReplication: () => Promise.reject(new Error('nobody lags here')),
        tickMs: 10,
      }),
    ),
  )
  const store = await ReplicatedStore.open({ log: logs[1]!, viewFile: join(directory, 'view.sqlite'), ...shared })
  return {
    store,
    async dispose() {
      for (const log of logs) await log.close()
    },
  }
})
