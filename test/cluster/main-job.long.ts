import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { Lab } from '../lab/lab.ts'
import { MainJob, mainJob, mainJobOutage } from '../lab/main-job.ts'
import { NumberedWriter } from '../lab/numbered-writer.ts'
import { until } from '../lab/until.ts'

const maxRounds = 8

/** The power of whichever server leads is cut again and again, until it was the public one's turn and a NATed one's. */
describe('the main job, each kind of server losing its power in turn', () => {
  let lab: Lab
  let job: MainJob
  let writer: NumberedWriter | undefined

  beforeAll(async () => {
    lab = await Lab.forTest('turns')
    job = new MainJob(lab)
    await job.openHosts()
  }, 60_000)

  afterAll(async () => {
    await writer?.end()
    await job.close()
    await lab.close()
  }, 120_000)

  for (const step of mainJob.slice(0, mainJob.indexOf(mainJobOutage[0]!))) {
    test(step.title, async () => console.log(await step.run(job)), 240_000)
  }

  test('nothing acknowledged is lost, nobody elsewhere sees a break, whichever server leads and loses its power', async () => {
    writer = new NumberedWriter(() => job.servers, 'n')
    const [publicServer] = job.servers
    const turns = new Set<boolean>()
    for (let round = 0; turns.size < 2; round++) {
      expect(round).toBeLessThan(maxRounds)
      const leader = await job.leader()
      turns.add(leader === publicServer)
      const others = job.clients.filter((_, index) => job.servers[index] !== leader)
      for (const step of mainJobOutage) console.log(await step.run(job))
      expect(others.map(({ closes }) => closes)).toEqual([0, 0])
      for (const server of job.servers) {
        await until(`${server.name} has it all`, async () => (await writer!.missingAt(server)).length === 0)
      }
      await spreadAnew()
    }
    expect(writer.acknowledged.length).toBeGreaterThan(0)
  }, 1_800_000)

  /** One room a server again, and people who come anew. */
  async function spreadAnew(): Promise<void> {
    const [server] = job.servers
    await server!.kubectl(['delete', 'configmap', 'written-after'])
    await server!.kubectl(['scale', 'deployment/chat', '--replicas=0'])
    await server!.kubectl(['wait', 'pod', '-l', 'app=chat', '--for=delete', '--timeout=60s'])
    await server!.kubectl(['scale', 'deployment/chat', '--replicas=3'])
    await server!.kubectl(['rollout', 'status', 'deployment/chat', '--timeout=90s'])
    await job.close()
    await job.openClients()
  }
})
