import { expect, test } from 'bun:test'
import { startTestServer } from '../../test/kubectl/test-server.ts'
import { InFlight } from './in-flight.ts'

test('each kind of request has its own room; leaving twice counts once', () => {
  const inFlight = new InFlight(2, 1, 1)
  const leave = inFlight.enter('read')
  inFlight.enter('read')
  inFlight.enter('write')
  expect(() => inFlight.enter('read')).toThrow('too many requests')
  expect(() => inFlight.enter('write')).toThrow('too many requests')
  leave()
  leave()
  expect(inFlight.reading).toBe(1)
  inFlight.enter('read')
  expect(() => inFlight.enter('read')).toThrow(
    expect.objectContaining({ code: 429, details: { retryAfterSeconds: 1 } }),
  )
})

test('watches that ended, were cut or were refused leave no room taken', async () => {
  const t = await startTestServer()
  const path = '/api/v1/configmaps?watch=1'
  const controllers = Array.from({ length: 20 }, () => new AbortController())
  const responses = await Promise.all(controllers.map(({ signal }) => t.fetch(path, { signal })))
  const figure = async () =>
    Number(/apiserver_longrunning_requests (\d+)/.exec(await (await t.fetch('/metrics')).text())![1])
  expect(await figure()).toBe(20)
  for (const [index, controller] of controllers.entries()) {
    if (index % 2 === 0) controller.abort()
    else await responses[index]!.body!.cancel()
  }
  await (await t.fetch(`${path}&timeoutSeconds=1`)).text()
  expect((await t.fetch(`${path}&labelSelector=%3D`)).status).toBe(400)
  while ((await figure()) > 0) await Bun.sleep(5)
  await t.stop()
})
