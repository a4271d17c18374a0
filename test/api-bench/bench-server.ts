/**
 * The API server of `scripts/bench api`, a process of its own: `bench-server.ts memory|durable`. Prints where it is as
 * one line of JSON once the pods are there, and ends at SIGTERM.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pods } from '../../api/schema/generated/resources.ts'
import { systemClock } from '../../mesh/clock/clock.ts'
import { MemoryNetwork } from '../../mesh/log/memory-transport.ts'
import { VoterLog } from '../../mesh/log/voter-log.ts'
import { silentLogger } from '../../mesh/logger/logger.ts'
import { ReplicatedStore } from '../../mesh/store/replicated.ts'
import type { Store } from '../../mesh/store/store.ts'
import { startTestServer } from '../kubectl/test-server.ts'
import { benchPod, benchToken, type ServedBench, smallPod } from './bench-pod.ts'

/** As a server alone has it: one voter, its log and its view on disk, every commit after an fsync. */
async function durableStore(directory: string): Promise<{ store: Store; close(): Promise<void> }> {
  const shared = { clock: systemClock, logger: silentLogger }
  const log = await VoterLog.open({
    ...{ ...shared, id: '1', voters: ['1'], cluster: 'bench', generation: 1, random: Math.random, tickMs: 100 },
    seed: new Uint8Array(32).fill(7),
    secret: new Uint8Array(32).fill(1),
    directory: join(directory, 'log'),
    transport: new MemoryNetwork().transport('1'),
    openReplication: () => Promise.reject(new Error('there is nobody to lag')),
  })
  const store = await ReplicatedStore.open({ ...shared, log, viewFile: join(directory, 'view.sqlite') })
  return { store, close: () => log.close() }
}

const directory = mkdtempSync(join(tmpdir(), 'skein-bench-store-'))
const durable = process.argv[2] === 'durable' ? await durableStore(directory) : undefined
const user = { name: 'bench', groups: ['system:masters'] }
const t = await startTestServer({ tokens: new Map([[benchToken, user]]) }, durable?.store)
const podCount = Number(process.argv[3])
const makePods = async (namespace: string, make: typeof benchPod) => {
  const all = t.client.resource(pods, namespace)
  for (let index = 0; index < podCount; index += 200) {
    const some = Array.from({ length: 200 }, (_, n) => all.create(make({ name: `pod-${index + n}` })))
    await Promise.all(some)
  }
}
await makePods('default', benchPod)
await makePods('kube-public', smallPod)
const served: ServedBench = { port: t.server.ports[0]!, ca: t.authority.certificatePem }
console.log(JSON.stringify(served))
process.on('SIGTERM', async () => {
  await t.stop()
  await durable?.close()
  rmSync(directory, { recursive: true, force: true })
  process.exit(0)
})
