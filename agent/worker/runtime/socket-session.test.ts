import { afterEach, beforeEach, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Http2Server, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SocketSession } from './socket-session.ts'

let directory: string
let session: SocketSession
const unhandled: unknown[] = []
const note = (error: unknown) => unhandled.push(error)

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'skein-session-'))
  session = new SocketSession(join(directory, 's'))
  unhandled.length = 0
  process.on('unhandledRejection', note)
})
afterEach(() => {
  process.off('unhandledRejection', note)
  session.close()
  rmSync(directory, { recursive: true })
})

async function serve(): Promise<{ end(): Promise<void> }> {
  const sessions = new Set<ServerHttp2Session>()
  const server: Http2Server = createServer()
  server.on('session', (one) => sessions.add(one))
  server.on('stream', (stream: ServerHttp2Stream) => {
    stream.respond({ ':status': 200 })
    stream.end('here')
  })
  await new Promise<void>((resolve) => server.listen(join(directory, 's'), resolve))
  return {
    async end() {
      for (const one of sessions) one.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function ask(): Promise<string> {
  const stream = await session.request('GET', '/', {}, {})
  let text = ''
  stream.setEncoding('utf8')
  for await (const part of stream) text += part
  return text
}

test('every call settles while the socket is away, and works once it is back', async () => {
  const calls = Array.from({ length: 20 }, () => ask())
  for (const result of await Promise.allSettled(calls)) expect(result.status).toBe('rejected')
  const first = await serve()
  expect(await Promise.all([ask(), ask()])).toEqual(['here', 'here'])
  await first.end()
  for (let i = 0; i < 5; i++) await ask().catch(() => {})
  const second = await serve()
  expect(await ask()).toBe('here')
  await second.end()
  await Bun.sleep(20)
  expect(unhandled).toEqual([])
})

test('calls after close are refused', async () => {
  session.close()
  await expect(ask()).rejects.toThrow('the connection is closed')
})
