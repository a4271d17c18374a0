import { expect, test } from 'bun:test'
import { chooseDht, parseDht } from './dht-choice.ts'

test('--dht is public, none or HOST:PORT, and anything else is said to be wrong', () => {
  expect(parseDht(undefined)).toBeUndefined()
  expect(parseDht('public')).toBe('public')
  expect(parseDht('none')).toBe('none')
  expect(parseDht('meet.example.org:49737')).toEqual({ host: 'meet.example.org:49737' })
  for (const wrong of ['', 'yes', 'host', 'host:', 'a b:1', 'https://host:1']) {
    expect(() => parseDht(wrong)).toThrow('neither public, none nor HOST:PORT')
  }
})

const one = ['51.10.0.1:49737']
const four = [1, 2, 3, 4].map((number) => `51.10.0.${number}:49737`)

test.each([
  [undefined, false, [], 'public', /no member is publicly reachable/],
  [undefined, false, one, 'none', /through 51\.10\.0\.1:49737$/],
  [undefined, false, four, 'none', /51\.10\.0\.3:49737 and 1 more$/],
  [undefined, true, [], 'none', /this node, which is public$/],
  ['none', false, [], 'none', /local network and at known addresses only/],
  ['none', false, one, 'none', /51\.10\.0\.1/],
  ['none', true, [], 'none', /this node/],
  ['public', true, one, 'public', /public DHT too/],
  [{ host: 'meet:1' }, false, [], { host: 'meet:1' }, /at meet:1$/],
] as const)('asked for %p, public %p, meeting points %p: %p', (asked, isPublic, meetingPoints, dht, line) => {
  const choice = chooseDht({ asked, isPublic, meetingPoints })
  expect(choice.dht).toEqual(dht)
  expect(choice.line).toMatch(line)
})
