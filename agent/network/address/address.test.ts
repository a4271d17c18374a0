import { describe, expect, test } from 'bun:test'
import { addressAt, contains, formatAddress, formatCidr, overlaps, parseAddress, parseCidr } from './address.ts'

describe('addresses', () => {
  test.each([
    ['10.42.0.7', '10.42.0.7'],
    ['0.0.0.0', '0.0.0.0'],
    ['fd00:0:0:0:0:0:0:7', 'fd00::7'],
    ['::', '::'],
    ['::1', '::1'],
    ['2001:db8:0:1:0:0:0:1', '2001:db8:0:1::1'],
    ['::ffff:10.0.0.1', '::ffff:a00:1'],
    ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
  ])('%s is written %s', (text, canonical) => {
    expect(formatAddress(parseAddress(text)!)).toBe(canonical)
  })

  test.each([
    '',
    '10.0.0',
    '10.0.0.256',
    '010.0.0.1',
    '10.0.0.1.1',
    ':::',
    '1:2',
    '1::2::3',
    'g::1',
    'fe80::1%eth0',
    '1.2.3.4:1',
  ])('%p is refused', (text) => expect(parseAddress(text)).toBeUndefined())
})

describe('networks', () => {
  test('host bits are cleared', () => {
    expect(formatCidr(parseCidr('10.42.3.77/20'))).toBe('10.42.0.0/20')
    expect(formatCidr(parseCidr('fd00::ff/64'))).toBe('fd00::/64')
  })

  test.each(['10.42.0.0', '10.42.0.0/33', '10.42.0.0/', 'x/8', '10.0.0.0/8/8'])('%p is refused', (text) =>
    expect(() => parseCidr(text)).toThrow('is not a network'),
  )

  test('contains and overlaps', () => {
    expect(contains(parseCidr('10.42.0.0/16'), parseAddress('10.42.255.1')!)).toBe(true)
    expect(contains(parseCidr('10.42.0.0/16'), parseAddress('10.43.0.1')!)).toBe(false)
    expect(contains(parseCidr('0.0.0.0/0'), parseAddress('::1')!)).toBe(false)
    expect(overlaps(parseCidr('10.42.3.0/24'), parseCidr('10.42.0.0/16'))).toBe(true)
    expect(overlaps(parseCidr('10.42.0.0/16'), parseCidr('10.42.3.0/24'))).toBe(true)
    expect(overlaps(parseCidr('10.42.0.0/24'), parseCidr('10.42.1.0/24'))).toBe(false)
  })

  test('addressAt carries', () => {
    expect(formatAddress(addressAt(parseCidr('10.42.0.0/16'), 257))).toBe('10.42.1.1')
  })
})
