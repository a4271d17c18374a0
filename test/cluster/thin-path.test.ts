import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { Lab } from '../lab/lab.ts'
import type { Server } from '../lab/server.ts'
import { thinPath } from '../lab/thin-path.ts'

describe('the thin path, on one server with real containers', () => {
  let lab: Lab
  let server: Server

  beforeAll(async () => {
    lab = await Lab.forTest('thin')
    server = await lab.server('server-1')
    await server.start()
    await server.ready()
    await server.writeKubeconfig()
  }, 120_000)

  afterAll(async () => {
    await lab.close()
  }, 60_000)

  for (const step of thinPath) {
    test(step.title, async () => {
      expect(await step.run(server)).not.toBe('')
    }, 180_000)
  }
})
