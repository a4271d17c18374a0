import { expect, test } from 'bun:test'
import { addressOf } from '../address/address.ts'
import { nameServers } from './resolver-configuration.ts'

test('name servers of a resolv.conf, as the C library takes them, without ourselves', () => {
  const text = `# nameserver 9.9.9.9
; nameserver 9.9.9.9
search example.com
  nameserver   192.168.1.1   # the router
nameserver 10.43.0.10
nameserver fe80::1%eth0
nameserver nonsense
nameserver 192.168.1.1
nameserver 1.1.1.1
nameserver 8.8.8.8`
  expect(nameServers(text, [addressOf('10.43.0.10')])).toEqual(['192.168.1.1', 'fe80::1%eth0', '1.1.1.1'])
  expect(nameServers('', [])).toEqual([])
})
