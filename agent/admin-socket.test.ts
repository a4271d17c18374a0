import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AdminHandlers, AdminRefusal, askAdmin, serveAdmin, streamAdmin } from './admin-socket.ts'

const root = mkdtempSync(join(tmpdir(), 'skein-admin-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

async function serving(handlers: AdminHandlers, use: (path: string) => Promise<void>): Promise<void> {
  const path = join(root, 'admin.sock')
  const served = serveAdmin(path, handlers)
  try {
    await use(path)
  } finally {
    await served.stop()
  }
}

const failureOf = (promise: Promise<unknown>): Promise<Error> =>
  promise.then(
    () => new Error('nothing was thrown'),
    (error) => error,
  )

test('a request is answered by JSON, on a socket that only its owner may use', async () => {
  const echo = async (request: unknown) => ({ request })
  await serving({ echo }, async (path) => {
    expect(await askAdmin(path, 'echo', { a: [1, 'ü'] })).toEqual({ request: { a: [1, 'ü'] } })
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })
})

test('a refusal comes as it was said, another error as an error', async () => {
  const refuse = async () => {
    throw new AdminRefusal('the node is not empty')
  }
  const fail = () => Promise.reject(new TypeError('broken'))
  await serving({ refuse, fail }, async (path) => {
    expect(await failureOf(askAdmin(path, 'refuse'))).toEqual(new AdminRefusal('the node is not empty'))
    const broken = await failureOf(askAdmin(path, 'fail'))
    expect(broken).not.toBeInstanceOf(AdminRefusal)
    expect(broken.message).toBe('broken')
  })
})

test('what the node does not know, and no node at all, are said', async () => {
  await serving({}, async (path) => {
    expect((await failureOf(askAdmin(path, 'toString'))).message).toContain('/v1/toString')
    expect((await failureOf(askAdmin(path, 'large', 'x'.repeat(2_000_000)))).name).toBe('AdminRefusal')
  })
  expect((await failureOf(askAdmin(join(root, 'none.sock'), 'echo'))).name).toBe('NoNodeRuns')
})

test('a stream is read no faster than asked for, and ends with its reader', async () => {
  let made = 0
  const { promise: ended, resolve } = Promise.withResolvers<string>()
  async function* endless() {
    try {
      for (;;) yield new Uint8Array(65_536).fill(++made)
    } finally {
      resolve('ended')
    }
  }
  await serving({ endless }, async (path) => {
    for await (const chunk of streamAdmin(path, 'endless')) {
      expect(chunk[0]).toBe(1)
      break
    }
    expect(await ended).toBe('ended')
    expect(made).toBeLessThan(1000)
  })
})

test('a stream that breaks off is an error, not an end', async () => {
  async function* breaking() {
    yield new Uint8Array(100_000)
    throw new Error('the disk is gone')
  }
  await serving({ breaking }, async (path) => {
    const read = (async () => {
      for await (const _ of streamAdmin(path, 'breaking'));
    })()
    expect((await failureOf(read)).message).toBe('the disk is gone')
  })
})
