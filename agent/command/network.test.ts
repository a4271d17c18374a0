import { expect, test } from 'bun:test'
import { waysText } from './network.ts'

test('one line a node, with what is known of the way to it', () => {
  const text = waysText([
    { node: 's2', way: 'route via 192.168.1.2', isWorking: true, roundTripMs: 0.31, loss: 0 },
    { node: 's3', way: 'tunnel', via: '203.0.113.3:7000', isWorking: true, roundTripMs: 31.42, loss: 0.125 },
    { node: 's4', way: 'none', isWorking: false },
  ])
  expect(text.split('\n')).toEqual([
    'NODE  WAY                    STATE      RTT      LOSS    VIA',
    's2    route via 192.168.1.2  ok         0.3 ms   0.0 %',
    's3    tunnel                 ok         31.4 ms  12.5 %  203.0.113.3:7000',
    's4    none                   no answer  -        -',
  ])
  expect(waysText([])).toBe('there is no other node')
})
