import { describe, expect, test } from 'bun:test'
import { addressOf, parseCidr } from '../address/address.ts'
import type { Route } from '../netlink/route.ts'
import { findOverlaps } from './overlap.ts'

const ranges = [
  { name: 'the pod range (--cluster-cidr)', cidr: '10.42.0.0/16' },
  { name: 'the service range (--service-cidr)', cidr: '10.43.0.0/16' },
]
const links = [{ index: 2, name: 'eth0', mtu: 1500, isUp: true }]
const route = (destination: string, over: Partial<Route> = {}): Route => ({
  destination: parseCidr(destination),
  link: 2,
  protocol: 3,
  ...over,
})
const find = (...routes: Route[]) => findOverlaps(ranges, routes, links)

describe('routes of the host', () => {
  test.each<[string, Route]>([
    ['the default route', route('0.0.0.0/0', { gateway: addressOf('192.168.1.1') })],
    ['another network', route('192.168.1.0/24')],
    ["Skein's own", route('10.43.0.0/16', { protocol: 83 })],
    ["a pod's", route('10.42.0.7/32')],
    ['IPv6', route('fd00::/8')],
  ])('%s is fine', (_, one) => expect(find(one)).toEqual({ errors: [], warnings: [] }))

  test('a network inside a range is an error', () => {
    expect(find(route('10.43.7.0/24')).errors).toEqual([
      'the service range (--service-cidr) 10.43.0.0/16 overlaps the route 10.43.7.0/24 of this host (device eth0): choose another range',
    ])
    expect(find(route('10.43.0.0/16')).errors).toHaveLength(1)
    expect(find(route('10.42.0.7/32', { gateway: addressOf('192.168.1.1') })).errors).toHaveLength(1)
  })

  test('a range inside a network is a warning', () => {
    const { errors, warnings } = find(route('10.0.0.0/8'))
    expect(errors).toEqual([])
    expect(warnings[0]).toContain('the pod range (--cluster-cidr) 10.42.0.0/16 lies within the route 10.0.0.0/8')
  })
})

test('ranges must not overlap each other', () => {
  const same = findOverlaps([ranges[0]!, { name: 'the node range (--node-cidr)', cidr: '10.42.128.0/20' }], [], links)
  expect(same.errors).toEqual([
    'the pod range (--cluster-cidr) 10.42.0.0/16 and the node range (--node-cidr) 10.42.128.0/20 overlap: choose others',
  ])
})
