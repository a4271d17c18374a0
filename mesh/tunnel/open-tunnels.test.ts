import { expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import type { PeerAddresses, PeerKey } from '../link/links.ts'
import { MemoryLinkNetwork } from '../link/memory-links.ts'
import { silentLogger } from '../logger/logger.ts'
import { openTunnels } from './open-tunnels.ts'

function openPair() {
  const network = new MemoryLinkNetwork()
  const links = ['a', 'b'].map((key) => network.join(key))
  const [a, b] = links.map((each) => openTunnels(each, silentLogger))
  const nowhere: PeerAddresses = { udp: [], webSocket: [] }
  const peers = new Map<PeerKey, PeerAddresses>([
    ['a', nowhere],
    ['b', nowhere],
  ])
  const connect = () => {
    for (const each of links) each.setPeers(peers)
  }
  return { network, a: a!, b: b!, connect }
}

async function messageOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
    return 'no error'
  } catch (error) {
    return (error as Error).message
  }
}

test('20 MB come whole through a tunnel, and the answer after the end', async () => {
  const { a, b, connect } = openPair()
  connect()
  b.accept('digest', (tunnel, request) => {
    const hash = createHash('sha256')
    tunnel.on('data', (bytes) => hash.update(bytes as Uint8Array))
    tunnel.on('end', () => tunnel.end(Buffer.from(`${request.metadata!.name} ${hash.digest('hex')}`)))
  })
  const tunnel = await a.open('b', { purpose: 'digest', metadata: { name: 'twenty' } })
  const sent = createHash('sha256')
  for (let n = 0; n < 320; n++) {
    const bytes = Buffer.alloc(65_536, n)
    sent.update(bytes)
    if (!tunnel.write(bytes)) await new Promise<void>((resolve) => tunnel.once('drain', () => resolve()))
  }
  tunnel.end(null)
  const answer = Buffer.concat((await Array.fromAsync(tunnel as AsyncIterable<Uint8Array>)) as Uint8Array[]).toString()
  expect(answer).toBe(`twenty ${sent.digest('hex')}`)
})

test('refusals say why', async () => {
  const { a, b, connect } = openPair()
  connect()
  b.accept('guarded', () => {
    throw new Error('not for you')
  })
  expect(await messageOf(a.open('b', { purpose: 'guarded' }))).toBe('not for you')
  expect(await messageOf(a.open('b', { purpose: 'unheard' }))).toBe('tunnels for "unheard" are not served here')
  expect(await messageOf(a.open('c', { purpose: 'guarded' }, 20))).toBe('there is no link to c')
})

test('it waits for the link until the deadline', async () => {
  const { a, b, connect } = openPair()
  b.accept('echo', (tunnel) => void tunnel.pipe(tunnel))
  const opening = a.open('b', { purpose: 'echo' })
  connect()
  const tunnel = await opening
  tunnel.end(Buffer.from('hello'))
  expect(Buffer.concat(await Array.fromAsync(tunnel as AsyncIterable<Uint8Array>)).toString()).toBe('hello')
})

test('destroyed here, the other end gets the reason; a cut link ends both', async () => {
  const { network, a, b, connect } = openPair()
  connect()
  const reasons: string[] = []
  const { promise, resolve } = Promise.withResolvers<void>()
  b.accept('hold', (tunnel) => {
    tunnel.on('error', (error: Error) => {
      reasons.push(error.message)
      if (reasons.length === 2) resolve()
    })
    tunnel.resume()
  })
  const first = await a.open('b', { purpose: 'hold' })
  first.on('error', () => {})
  first.destroy(new Error('enough'))
  const second = await a.open('b', { purpose: 'hold' })
  const here = new Promise<string>((done) => second.on('error', (error: Error) => done(error.message)))
  network.cut('b')
  expect(await here).toBe('the link to b is gone')
  await promise
  expect(reasons).toEqual(['enough', 'the link to a is gone'])
})

test('200 at once', async () => {
  const { a, b, connect } = openPair()
  connect()
  b.accept('echo', (tunnel) => void tunnel.pipe(tunnel))
  const texts = await Promise.all(
    Array.from({ length: 200 }, async (_, n) => {
      const tunnel = await a.open('b', { purpose: 'echo' })
      tunnel.end(Buffer.from(`tunnel ${n}`))
      return Buffer.concat(await Array.fromAsync(tunnel as AsyncIterable<Uint8Array>)).toString()
    }),
  )
  expect(texts).toEqual(Array.from({ length: 200 }, (_, n) => `tunnel ${n}`))
})
