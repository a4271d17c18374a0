import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { Lab } from '../lab/lab.ts'
import { MainJob, mainJob } from '../lab/main-job.ts'

describe('the main job: three servers, two NATs, one file', () => {
  let lab: Lab
  let job: MainJob

  beforeAll(async () => {
    lab = await Lab.forTest('job')
    job = new MainJob(lab)
    await job.openHosts()
  }, 60_000)

  afterAll(async () => {
    await job.close()
    await lab.close()
  }, 120_000)

  for (const step of mainJob) {
    test(step.title, async () => {
      const seen = await step.run(job)
      console.log(seen)
      expect(seen).not.toBe('')
    }, 240_000)
  }

  test('who chats with a pod of a server that went on sees no break', () => {
    const breaks = job.clients.map(({ closes }) => closes)
    expect(breaks.filter((count) => count === 0).length).toBeGreaterThanOrEqual(2)
  })
})
