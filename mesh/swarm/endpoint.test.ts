import { expect, test } from 'bun:test'
import { hostOf, isGlobal, parseEndpoint, resolveEndpoints, textOf } from './endpoint.ts'

test.each([
  ['51.10.0.1:49737', { host: '51.10.0.1', port: 49737 }],
  ['meet.example.org:1', { host: 'meet.example.org', port: 1 }],
  ['[2001:db8::1]:65535', { host: '2001:db8::1', port: 65535 }],
  ['meet', { host: 'meet', port: 7 }],
  ['2001:db8::9', { host: '2001:db8::9', port: 7 }],
])('%s is read, and written alike', (text, endpoint) => {
  expect(parseEndpoint(text, 7)).toEqual(endpoint)
  expect(parseEndpoint(textOf(endpoint))).toEqual(endpoint)
})

test.each(['', ':1', 'a:0', 'a:65536', 'a:b', '2001:db8::1:1', 'http://a:1', 'a b:1', 'a'])('%p is refused', (text) => {
  expect(() => parseEndpoint(text)).toThrow('is no address: write HOST:PORT')
})

test.each([
  ['51.10.0.1:49737', '51.10.0.1'],
  ['[2001:db8::1]:65535', '2001:db8::1'],
  ['nonsense:', 'nonsense'],
  ['', ''],
])('the host of %p, which another node may have made up', (text, host) => {
  expect(hostOf(text)).toBe(host)
})

test('only what has an IPv4 address is resolved, each once', async () => {
  const endpoints = ['127.0.0.1:1', '127.0.0.1:1', '[::1]:2', 'nonsense', 'no-such-host.invalid:3']
  expect(await resolveEndpoints(endpoints)).toEqual([{ host: '127.0.0.1', port: 1 }])
})

test.each([
  ['51.10.0.1', true],
  ['8.8.8.8', true],
  ['172.15.0.1', true],
  ['172.16.0.1', false],
  ['192.168.1.1', false],
  ['10.0.0.1', false],
  ['100.64.0.1', false],
  ['169.254.1.1', false],
  ['127.0.0.1', false],
  ['192.0.2.2', false],
  ['198.18.0.1', false],
  ['203.0.113.5', false],
  ['239.1.1.1', false],
  ['::1', false],
  ['meet.example.org', false],
])('%s is global: %p', (host, expected) => {
  expect(isGlobal(host)).toBe(expected)
})
