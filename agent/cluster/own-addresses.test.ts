import { expect, test } from 'bun:test'
import { nodeOptions } from '../node-options.ts'
import { reachableAt } from './own-addresses.ts'

const at = (flags: object, addresses: string[]) => reachableAt(nodeOptions({ name: 'a', ...flags }).mesh, addresses)

test('listening everywhere: every address of the machine, what is advertised first', () => {
  expect(at({ advertise: ['shop.example.com', '51.10.0.9:7000'] }, ['192.168.1.10', '10.0.0.2'])).toEqual({
    udp: ['shop.example.com:6444', '51.10.0.9:7000', '192.168.1.10:6444', '10.0.0.2:6444'],
    webSocket: [
      'ws://shop.example.com:6444/skein',
      'ws://51.10.0.9:7000/skein',
      'ws://192.168.1.10:6444/skein',
      'ws://10.0.0.2:6444/skein',
    ],
  })
})

test('listening on one address: that one', () => {
  expect(at({ meshListen: '10.0.0.2:7946' }, ['192.168.1.10', '10.0.0.2']).udp).toEqual(['10.0.0.2:7946'])
})

test('IPv6 addresses stand in brackets', () => {
  expect(at({ meshListen: '[::]:6444', advertise: ['2001:db8::9'] }, ['2001:db8::1', '10.0.0.2']).udp).toEqual([
    '[2001:db8::9]:6444',
    '[2001:db8::1]:6444',
    '10.0.0.2:6444',
  ])
})
