import { afterAll, beforeAll, expect, test } from 'bun:test'
import { addressOf, formatAddress, formatCidr, parseCidr } from '../address/address.ts'
import { Namespace } from '../testing/namespace.ts'
import { RouteNetlink, skeinRouteProtocol } from './route.ts'

let namespace: Namespace
let netlink: RouteNetlink

beforeAll(() => {
  namespace = new Namespace('route')
  netlink = namespace.enter(() => new RouteNetlink())
})
afterAll(() => {
  netlink.close()
  namespace.remove()
})

const loopback = () => netlink.links().find((link) => link.name === 'lo')!

test('links are listed with name, MTU and state', () => {
  expect(loopback()).toMatchObject({ mtu: 65536, isUp: true })
})

test('a link is set up', () => {
  namespace.sh('ip link add v0 type veth peer name v1')
  const link = () => netlink.links().find((link) => link.name === 'v0')!
  expect(link().isUp).toBe(false)
  netlink.setUp(link().index)
  expect(link().isUp).toBe(true)
  namespace.sh('ip link del v0')
})

test('an address is added and removed, each as often as one likes', () => {
  const address = { link: loopback().index, address: addressOf('10.43.0.1'), prefixLength: 32 }
  netlink.addAddress(address)
  netlink.addAddress(address)
  expect(namespace.sh('ip -4 addr show lo')).toContain('10.43.0.1/32')
  expect(netlink.addresses().map((found) => `${formatAddress(found.address)}/${found.prefixLength}`)).toContain(
    '10.43.0.1/32',
  )
  netlink.removeAddress(address)
  netlink.removeAddress(address)
  expect(namespace.sh('ip -4 addr show lo')).not.toContain('10.43.0.1')
})

test('routes are made, replaced, listed and removed', () => {
  namespace.sh(
    'ip link add v0 type veth peer name v1; ip addr add 192.168.7.1/24 dev v0; ip link set v0 up; ip link set v1 up',
  )
  const route = {
    destination: parseCidr('10.42.3.0/24'),
    gateway: addressOf('192.168.7.9'),
    protocol: skeinRouteProtocol,
    mtu: 1400,
  }
  netlink.replaceRoute(route)
  netlink.replaceRoute({ ...route, gateway: addressOf('192.168.7.8') })
  expect(namespace.sh('ip route show 10.42.3.0/24')).toContain('via 192.168.7.8 dev v0 proto 83 mtu 1400')
  const listed = netlink.routes().find((found) => formatCidr(found.destination) === '10.42.3.0/24')!
  expect(formatAddress(listed.gateway!)).toBe('192.168.7.8')
  expect(listed).toMatchObject({ protocol: skeinRouteProtocol, mtu: 1400 })
  netlink.removeRoute(route)
  netlink.removeRoute(listed)
  netlink.removeRoute(listed)
  expect(namespace.sh('ip route show 10.42.3.0/24')).toBe('')
})

test('IPv6 addresses and routes too', () => {
  const lo = loopback().index
  netlink.addAddress({ link: lo, address: addressOf('fd00:43::1'), prefixLength: 128 })
  netlink.replaceRoute({ destination: parseCidr('fd00:43::/112'), link: lo, protocol: skeinRouteProtocol })
  expect(namespace.sh('ip -6 route show fd00:43::/112')).toContain('dev lo proto 83')
})

test("the kernel's refusal names the route", () => {
  const route = {
    destination: parseCidr('10.9.0.0/16'),
    gateway: addressOf('172.31.0.1'),
    protocol: skeinRouteProtocol,
  }
  expect(() => netlink.replaceRoute(route)).toThrow('route 10.9.0.0/16: Network is unreachable')
})
