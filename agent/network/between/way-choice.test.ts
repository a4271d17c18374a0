import { describe, expect, test } from 'bun:test'
import { addressOf, parseCidr } from '../address/address.ts'
import type { PathFigures } from '../tunnel/tunnel.ts'
import type { OwnNetwork, Way, WayKind } from './peer.ts'
import { type PeerView, WayChoice, workingWays } from './way-choice.ts'

const networks: OwnNetwork[] = [{ link: 2, cidr: parseCidr('192.168.1.0/24'), address: addressOf('192.168.1.1') }]
const path = (address: string, observed: string, isAlive = true): PathFigures => ({
  ...{ address, port: 7000, isAlive, roundTripMs: 1, mtu: undefined, pings: 1, pongs: 1 },
  observed: { address: observed, port: 7000 },
})
const view = (addresses: string[], paths: PathFigures[], isLinked = true): PeerView => ({
  ...{ addresses: addresses.map(addressOf), paths, isLinked, tunnelLink: 9 },
})
const kindsOf = (one: PeerView, forced?: WayKind) => [...workingWays(one, networks, forced).keys()]

describe('working ways', () => {
  test('a neighbour that answers from its address: all', () => {
    const neighbour = view(['192.168.1.9'], [path('192.168.1.9', '192.168.1.1')])
    expect(kindsOf(neighbour)).toEqual(['route', 'vxlan', 'tunnel', 'link'])
    expect(workingWays(neighbour, networks).get('route')).toEqual({
      kind: 'route',
      gateway: addressOf('192.168.1.9'),
      link: 2,
    })
    expect(kindsOf(neighbour, 'tunnel')).toEqual(['tunnel'])
  })

  test('another site with the same numbers is no neighbour: nobody answers there', () => {
    expect(kindsOf(view(['192.168.1.9'], []))).toEqual(['link'])
    expect(kindsOf(view(['192.168.1.9'], [path('192.168.1.9', '192.168.1.1', false)]))).toEqual(['link'])
    expect(kindsOf(view(['192.168.1.1'], [path('203.0.113.5', '203.0.113.1')]))).toEqual(['tunnel', 'link'])
  })

  test('across a router VXLAN; across a NAT on either side not', () => {
    expect(kindsOf(view(['172.16.0.3'], [path('172.16.0.3', '192.168.1.1')]))).toEqual(['vxlan', 'tunnel', 'link'])
    expect(kindsOf(view(['172.16.0.3'], [path('172.16.0.3', '203.0.113.1')]))).toEqual(['tunnel', 'link'])
    expect(kindsOf(view(['172.16.0.3'], [path('203.0.113.3', '192.168.1.1')]))).toEqual(['tunnel', 'link'])
  })

  test('nothing', () => {
    expect(kindsOf(view([], [], false))).toEqual([])
  })
})

describe('the choice', () => {
  const all: Record<WayKind, Way> = {
    route: { kind: 'route', gateway: addressOf('192.168.1.9'), link: 2 },
    vxlan: { kind: 'vxlan', remote: addressOf('192.168.1.9') },
    tunnel: { kind: 'tunnel', link: 9 },
    link: { kind: 'link', link: 9 },
  }
  const ways = (...kinds: WayKind[]) => new Map(kinds.map((kind) => [kind, all[kind]]))

  const update = (choice: WayChoice, working: Map<WayKind, Way>, peer: readonly WayKind[], nowMs: number) =>
    choice.update(working, peer, true, nowMs)

  test('the best that both offer, at once in the beginning', () => {
    const choice = new WayChoice(0)
    update(choice, ways('route', 'tunnel', 'link'), [], 0)
    expect(choice.way).toBeUndefined()
    expect(choice.offered).toEqual(['route', 'tunnel', 'link'])
    update(choice, ways('route', 'tunnel', 'link'), ['link'], 100)
    expect(choice.way?.kind).toBe('link')
    update(choice, ways('route', 'tunnel', 'link'), ['tunnel', 'link'], 200)
    expect(choice.way?.kind).toBe('tunnel')
    update(choice, ways('route', 'tunnel', 'link'), ['route', 'tunnel', 'link'], 300)
    expect(choice.way?.kind).toBe('route')
  })

  test('one that fails is left at once, and taken again when it has worked for a while', () => {
    const peer: WayKind[] = ['tunnel', 'link']
    const choice = new WayChoice(0)
    update(choice, ways('tunnel', 'link'), peer, 0)
    update(choice, ways('link'), peer, 10_000)
    expect(choice.way?.kind).toBe('link')
    update(choice, ways('tunnel', 'link'), peer, 11_000)
    update(choice, ways('tunnel', 'link'), peer, 13_900)
    expect(choice.way?.kind).toBe('link')
    update(choice, ways('tunnel', 'link'), peer, 14_000)
    expect(choice.way?.kind).toBe('tunnel')
  })

  test('one that fails again and again has to work for longer, until it has been good', () => {
    const peer: WayKind[] = ['tunnel', 'link']
    const choice = new WayChoice(0)
    let nowMs = 10_000
    const msUntilTaken = () => {
      update(choice, ways('link'), peer, nowMs)
      const from = nowMs
      while (choice.way?.kind !== 'tunnel') {
        nowMs += 100
        update(choice, ways('tunnel', 'link'), peer, nowMs)
      }
      return nowMs - from - 100
    }
    update(choice, ways('tunnel', 'link'), peer, 0)
    expect([msUntilTaken(), msUntilTaken(), msUntilTaken()]).toEqual([3000, 6000, 12_000])
    nowMs += 60_000
    expect(msUntilTaken()).toBe(3000)
  })

  test('where nothing else works what has just begun to is taken', () => {
    const choice = new WayChoice(0)
    update(choice, ways('tunnel'), ['tunnel', 'link'], 0)
    update(choice, ways(), ['tunnel', 'link'], 10_000)
    expect([choice.way?.kind, choice.isWorking, choice.offered.length]).toEqual(['tunnel', false, 0])
    update(choice, ways('link'), ['tunnel', 'link'], 10_100)
    expect([choice.way?.kind, choice.isWorking]).toEqual(['link', true])
  })

  describe('a way that looks well and carries nothing', () => {
    const peer: WayKind[] = ['vxlan', 'tunnel', 'link']
    const seen = ways('vxlan', 'tunnel', 'link')
    /** The kinds that are taken, one a second. */
    const kinds = (choice: WayChoice, fromMs: number, toMs: number, carries: readonly (WayKind | undefined)[]) => {
      const taken: (WayKind | undefined)[] = []
      for (let nowMs = fromMs; nowMs < toMs; nowMs += 100) {
        choice.update(seen, peer, carries.includes(choice.way?.kind), nowMs)
        if (nowMs % 1000 === 0) taken.push(choice.way?.kind)
      }
      return taken
    }

    test('is left after two seconds, and tried again later, ever less often', () => {
      const choice = new WayChoice(0)
      expect(kinds(choice, 0, 5000, ['tunnel'])).toEqual(['vxlan', 'vxlan', 'vxlan', 'tunnel', 'tunnel'])
      const taken = kinds(choice, 5000, 120_000, ['tunnel']).join(' ')
      expect(taken.match(/vxlan( vxlan)*/g)).toHaveLength(3)
      expect(kinds(choice, 120_000, 400_000, ['tunnel', 'vxlan']).at(-1)).toBe('vxlan')
    })

    test('that it stops to carry is noticed', () => {
      const choice = new WayChoice(0)
      expect(new Set(kinds(choice, 0, 20_000, ['vxlan', 'tunnel']))).toEqual(new Set(['vxlan']))
      expect(kinds(choice, 20_000, 22_000, ['tunnel'])).toEqual(['vxlan', 'tunnel'])
    })

    test('where no way answers probes, they say nothing', () => {
      const choice = new WayChoice(0)
      expect(kinds(choice, 0, 10_000, []).at(-1)).toBe('vxlan')
      expect(new Set(kinds(choice, 10_000, 60_000, []))).toEqual(new Set(['vxlan']))
    })
  })

  test('both sides agree, whoever sees the failure first', () => {
    const [one, other] = [new WayChoice(0), new WayChoice(0)]
    const both = (oneSees: Map<WayKind, Way>, otherSees: Map<WayKind, Way>, nowMs: number) => {
      update(one, oneSees, other.offered, nowMs)
      update(other, otherSees, one.offered, nowMs)
      update(one, oneSees, other.offered, nowMs)
      expect(one.way).toEqual(other.way)
    }
    both(ways('route', 'tunnel'), ways('route', 'tunnel'), 0)
    expect(one.way?.kind).toBe('route')
    both(ways('route', 'tunnel'), ways('tunnel'), 9000)
    expect(one.way?.kind).toBe('tunnel')
    both(ways('route', 'tunnel'), ways('route', 'tunnel'), 10_000)
    expect(one.way?.kind).toBe('tunnel')
    both(ways('route', 'tunnel'), ways('route', 'tunnel'), 13_000)
    expect(one.way?.kind).toBe('route')
  })
})
