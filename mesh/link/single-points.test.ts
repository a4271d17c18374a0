import { expect, test } from 'bun:test'
import { describeSinglePoint, type Findable, singlePoints } from './single-points.ts'

/** `name: rendezvous,...; flags`, flags of: public=ADDRESS, listens, dht, near=NAME,... */
function node(text: string): Findable {
  const [name, rest = ''] = text.split(':', 2) as [string, string?]
  const [rendezvous = '', ...flags] = rest.split(';').map((part) => part.trim())
  const partOf = (flag: string) => flags.find((one) => one.startsWith(`${flag}=`))?.slice(flag.length + 1)
  return {
    name,
    key: name,
    rendezvous: rendezvous === '' ? [] : rendezvous.split(','),
    publicAddress: partOf('public'),
    listens: flags.includes('listens'),
    neighbours: partOf('near')?.split(',') ?? [],
    usesPublicDht: flags.includes('dht'),
  }
}

test.each([
  ['one node', ['a'], []],
  ['two behind NAT and one rendezvous', ['a: R', 'b: R'], ['if R dies, a and b cannot find each other again']],
  ['two rendezvous', ['a: R,S', 'b: R,S'], []],
  ['a rendezvous and the public DHT', ['a: R; dht', 'b: R; dht'], []],
  ['on one local network', ['a: R; near=b', 'b: R'], []],
  ['one public member', ['a: P', 'b: P', 'p: ; public=P'], ['if p dies, a and b cannot find each other again']],
  ['two public members', ['a: P,Q', 'b: P,Q', 'p: ; public=P', 'q: ; public=Q'], []],
  [
    'one that listens for WebSockets only',
    ['a', 'b', 'w: ; listens'],
    ['if w dies, a and b cannot find each other again'],
  ],
  [
    'two sites, one rendezvous',
    ['a: R; near=b', 'b: R', 'c: R; near=d', 'd: R'],
    ['if R dies, c and d cannot find a and b again'],
  ],
  [
    'a bridge between two rendezvous',
    ['a: R', 'b: R,S', 'c: S'],
    [
      'if b dies, a and c cannot find each other again',
      'if R dies, a cannot find b and c again',
      'if S dies, c cannot find a and b again',
    ],
  ],
  [
    'a public member that has UDP only, and one whose network blocks UDP',
    ['p: ; public=P', 'u', 'w: P; listens'],
    ['if w dies, p and u cannot find each other again'],
  ],
  ['apart already: nobody is to blame', ['a: R', 'b: S'], []],
])('%s', (_what, texts, expected) => {
  expect(singlePoints(texts.map(node)).map(describeSinglePoint)).toEqual(expected)
})

test('a rendezvous that is no member is told apart from members', () => {
  const [point] = singlePoints([node('a: R'), node('b: R')])
  expect(point).toEqual({ name: 'R', isMember: false, groups: [['a'], ['b']] })
})
