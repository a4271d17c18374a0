import { afterEach, expect, test } from 'bun:test'
import { introduce, LinkCase, linked, linkedBy, nowhere, show, transfer } from '../lab/link-case.ts'
import type { NatKind } from '../lab/nat-lab.ts'
import type { RemotePeer } from '../lab/remote-peer.ts'

// Every way in which two nodes may be placed, with the whole link: figures are printed, and judged by people.
let links: LinkCase
afterEach(async () => {
  await links.close()
})

const megabyte = 1024 * 1024
const timeoutMs = 900_000

async function open(left: NatKind, right: NatKind): Promise<[RemotePeer, RemotePeer]> {
  links = await LinkCase.open()
  return links.sites(left, right)
}

test(
  'plain/plain: direct',
  async () => {
    const [a, b] = await open('plain', 'plain')
    const first = await linked(a, b)
    const { longestPauseMs } = await transfer(a, b, 64 * megabyte)
    show('plain/plain', { ...first, longestPauseMs })
    expect(first.way).toBe('udp')
  },
  timeoutMs,
)

test.each([
  ['random', 'plain'],
  ['plain', 'random'],
] as const)(
  '%s/%s: relayed at once, direct as soon as the birthday punch succeeds, the transfer goes on',
  async (left, right) => {
    const [a, b] = await open(left, right)
    const first = await linked(a, b)
    a.send(b.key, 512 * megabyte)
    const [direct] = await Promise.all([
      a.next('link', ({ peer, way }) => peer === b.key && way === 'udp'),
      b.next('link', ({ peer, way }) => peer === a.key && way === 'udp'),
    ])
    const received = await b.next('received', () => true)
    expect(received).toMatchObject({ bytes: 512 * megabyte, isWhole: true })
    const { longestPauseMs } = received
    show(`${left}/${right}`, { ...first, directAfterMs: direct.afterMs, longestPauseMs })
  },
  timeoutMs,
)

test(
  '200 tunnels at once, each with its own megabyte',
  async () => {
    const [a, b] = await open('plain', 'plain')
    await linked(a, b)
    for (let count = 0; count < 200; count++) a.sendByTunnel(b.key, megabyte)
    const received = new Set<{ bytes: number; isWhole: boolean }>()
    await b.next('received', (one) => received.add(one).size === 200, 800_000)
    for (const one of received) expect(one).toMatchObject({ bytes: megabyte, isWhole: true })
  },
  timeoutMs,
)

test(
  'a tunnel of 1 GB through a relayed link, which becomes a direct one midway',
  async () => {
    const [a, b] = await open('random', 'plain')
    const { way } = await linked(a, b)
    expect(way).toBe('relayed')
    a.sendByTunnel(b.key, 1024 * megabyte)
    const direct = await a.next('link', (link) => link.peer === b.key && link.way === 'udp')
    const received = await b.next('received', () => true, 800_000)
    expect(received).toMatchObject({ bytes: 1024 * megabyte, isWhole: true })
    expect(received.wayChanges).toBeGreaterThan(0)
    const { longestPauseMs, wayChanges } = received
    show('1 GB by a tunnel', { directAfterMs: direct.afterMs, longestPauseMs, wayChanges })
  },
  timeoutMs,
)

test(
  'random/random: relayed',
  async () => {
    const [a, b] = await open('random', 'random')
    const first = await linked(a, b)
    const { longestPauseMs } = await transfer(a, b, 64 * megabyte)
    show('random/random', { ...first, longestPauseMs })
    expect(first.way).toBe('relayed')
  },
  timeoutMs,
)

test(
  'random/random with a public member and no other rendezvous: it relays',
  async () => {
    links = await LinkCase.open()
    const { peer: member, addresses } = await links.member([])
    const bootstrap = addresses.udp
    const a = await links.peer((await links.lab.site('a', 11, 'random')).host, { bootstrap })
    const b = await links.peer((await links.lab.site('b', 12, 'random')).host, { bootstrap })
    introduce([
      [a, nowhere],
      [b, nowhere],
      [member, addresses],
    ])
    await linkedBy('udp', a, member)
    const first = await linked(a, b)
    await transfer(a, b, 16 * megabyte)
    show('random/random by a member', first)
    expect(first.way).toBe('relayed')
  },
  timeoutMs,
)

test.each([
  ['one side', [true, false]],
  ['both sides', [true, true]],
] as const)(
  'UDP blocked on %s: by WebSocket to a member, and through it to each other',
  async (what, isBlocked) => {
    links = await LinkCase.open()
    const [a, b] = await links.blockedSites(isBlocked)
    const first = await linked(a, b)
    const { longestPauseMs } = await transfer(a, b, 64 * megabyte)
    show(`UDP blocked on ${what}`, { ...first, longestPauseMs })
    expect(first.way).toBe('relayed')
  },
  timeoutMs,
)

test(
  'a node gets another address while it sends, and while it receives',
  async () => {
    links = await LinkCase.open()
    const bootstrap = [await links.rendezvous()]
    const { host } = await links.lab.site('a', 11, 'plain')
    const a = await links.peer(host, { bootstrap })
    const b = await links.peer((await links.lab.site('b', 12, 'plain')).host, { bootstrap })
    introduce([
      [a, nowhere],
      [b, nowhere],
    ])
    await linked(a, b)
    for (const [from, to, before, after] of [
      [a, b, 2, 3],
      [b, a, 3, 4],
    ] as const) {
      from.send(to.key, 512 * megabyte)
      await to.next('progress', () => true)
      await links.lab.moveHost(host, 11, before, after)
      const received = await to.next('received', () => true)
      expect(received).toMatchObject({ bytes: 512 * megabyte, isWhole: true })
      const { longestPauseMs, wayChanges } = received
      show(`address change of the one that ${from === a ? 'sends' : 'receives'}`, { longestPauseMs, wayChanges })
      expect(wayChanges).toBeGreaterThan(0)
    }
  },
  timeoutMs,
)

test(
  'two nodes on one network without anything else: found by multicast',
  async () => {
    links = await LinkCase.open()
    const [a, b] = await links.localNetwork()
    const first = await linked(a, b)
    await transfer(a, b, 64 * megabyte)
    show('multicast', first)
    expect(first.way).toBe('udp')
  },
  timeoutMs,
)
