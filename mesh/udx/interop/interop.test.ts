import { afterEach, describe, expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import type { LineProcess } from '../../../test/lab/line-process.ts'
import { type PeerKind, startPeer } from './test-peer.ts'

const peers: LineProcess[] = []
afterEach(async () => {
  for (const peer of peers.splice(0)) await peer.stop()
})

async function start(kind: PeerKind): Promise<LineProcess> {
  const peer = await startPeer(kind)
  peers.push(peer)
  return peer
}

/** What `write` of that many bytes sends. */
function digestOf(bytes: number): string {
  const chunk = Buffer.from(Array.from({ length: 64 * 1024 }, (_, index) => (index * 7 + (index >> 8)) % 251))
  const hash = createHash('sha256')
  for (let left = bytes; left > 0; left -= chunk.length)
    hash.update(left < chunk.length ? chunk.subarray(0, left) : chunk)
  return hash.digest('hex')
}

/** Two peers with a socket each and connected streams 1 (left) and 2 (right). */
async function pair(left: PeerKind, right: PeerKind) {
  const [a, b] = await Promise.all([start(left), start(right)])
  const [{ port: portA }, { port: portB }] = await Promise.all([
    a.call('bind', { socket: 0 }),
    b.call('bind', { socket: 0 }),
  ])
  // A stream that changes its socket is still answered at the old one: its firewall lets that in.
  await Promise.all([a.call('stream', { stream: 1, allow: true }), b.call('stream', { stream: 2 })])
  await a.call('connect', { stream: 1, socket: 0, remote: 2, port: portB })
  await b.call('connect', { stream: 2, socket: 0, remote: 1, port: portA })
  return { a, b, portA, portB }
}

const matrix: [PeerKind, PeerKind][] = [
  ['bun', 'node'],
  ['node', 'bun'],
  ['bun', 'bun'],
]

describe.each(matrix)('UDX from %s to %s', (left, right) => {
  test('100 MB arrive as they were, and both ends close well', async () => {
    const { a, b } = await pair(left, right)
    const bytes = 100 * 1024 * 1024 + 12_345
    expect(await a.call('write', { stream: 1, bytes })).toMatchObject({ isFlushed: true })
    await a.call('end', { stream: 1 })
    expect(await b.call('received', { stream: 2 })).toEqual({ bytes, digest: digestOf(bytes) })
    await b.call('end', { stream: 2 })
    expect(await a.call('closed', { stream: 1 })).toEqual({ failure: null })
    expect(await b.call('closed', { stream: 2 })).toEqual({ failure: null })
    await Promise.all([a.call('close', { socket: 0 }), b.call('close', { socket: 0 })])
  }, 60_000)

  test('both directions at once, and the path is found to carry 1500', async () => {
    const { a, b } = await pair(left, right)
    const bytes = 10 * 1024 * 1024
    await Promise.all([a.call('write', { stream: 1, bytes }), b.call('write', { stream: 2, bytes })])
    expect((await a.call('state', { stream: 1 })).mtu).toBeGreaterThanOrEqual(1400)
    await Promise.all([a.call('end', { stream: 1 }), b.call('end', { stream: 2 })])
    const expected = { bytes, digest: digestOf(bytes) }
    expect(await Promise.all([a.call('received', { stream: 1 }), b.call('received', { stream: 2 })])).toEqual([
      expected,
      expected,
    ])
  }, 60_000)

  test('unordered messages', async () => {
    const { a, b } = await pair(left, right)
    expect(await a.call('message', { stream: 1, text: 'hello' })).toEqual({ isSent: true })
    // A reliable byte behind it, so that there is something to wait for.
    await a.call('write', { stream: 1, bytes: 1 })
    expect(await b.call('messages', { stream: 2 })).toEqual({ messages: ['hello'] })
  })

  test('a destroyed stream resets its peer', async () => {
    const { a, b } = await pair(left, right)
    await a.call('write', { stream: 1, bytes: 1000 })
    await a.call('destroy', { stream: 1 })
    expect(await b.call('closed', { stream: 2 })).toEqual({ failure: 'ECONNRESET' })
  })

  test('the sender moves to another socket in the middle of a transfer', async () => {
    const { a, b, portB } = await pair(left, right)
    const bytes = 20 * 1024 * 1024
    await a.call('bind', { socket: 1 })
    const writing = a.call('write', { stream: 1, bytes })
    await a.call('change', { stream: 1, socket: 1, remote: 2, port: portB })
    await writing
    await a.call('end', { stream: 1 })
    expect(await b.call('received', { stream: 2 })).toEqual({ bytes, digest: digestOf(bytes) })
  }, 60_000)

  test('through a relay of the other kind', async () => {
    const [a, b, relay] = await Promise.all([start(left), start(right), start(left === 'bun' ? right : left)])
    const bind = async (peer: LineProcess) => (await peer.call('bind', { socket: 0 })).port as number
    const [portA, portB, portRelay] = await Promise.all([bind(a), bind(b), bind(relay)])
    await Promise.all([
      a.call('stream', { stream: 1 }),
      b.call('stream', { stream: 2 }),
      relay.call('stream', { stream: 3 }),
      relay.call('stream', { stream: 4 }),
    ])
    await relay.call('connect', { stream: 3, socket: 0, remote: 1, port: portA })
    await relay.call('connect', { stream: 4, socket: 0, remote: 2, port: portB })
    await relay.call('relay', { from: 3, to: 4 })
    await relay.call('relay', { from: 4, to: 3 })
    await a.call('connect', { stream: 1, socket: 0, remote: 3, port: portRelay })
    await b.call('connect', { stream: 2, socket: 0, remote: 4, port: portRelay })
    const bytes = 5 * 1024 * 1024
    await a.call('write', { stream: 1, bytes })
    await a.call('end', { stream: 1 })
    expect(await b.call('received', { stream: 2 })).toEqual({ bytes, digest: digestOf(bytes) })
  }, 60_000)
})
