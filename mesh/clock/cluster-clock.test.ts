import { expect, test } from 'bun:test'
import { ClusterClock, medianOffsetMs } from './cluster-clock.ts'

function clocks() {
  const machine = { nowMs: 1000, monotonicMs: 50 }
  const clock = new ClusterClock({ nowMs: () => machine.nowMs, monotonicMs: () => machine.monotonicMs })
  const pass = (ms: number) => {
    machine.nowMs += ms
    machine.monotonicMs += ms
  }
  return { clock, machine, pass }
}

test('cluster time is the machine clock and the offset', () => {
  const { clock, pass } = clocks()
  clock.offsetMs = -300
  expect(clock.nowMs()).toBe(700)
  expect(clock.skewMs).toBe(300)
  pass(10)
  expect(clock.nowMs()).toBe(710)
})

test('it is never before the newest stamp, and goes on from it at half speed until the clock has caught up', () => {
  const { clock, pass } = clocks()
  clock.follow(() => 2000)
  expect(clock.nowMs()).toBe(2000)
  expect(clock.skewMs).toBe(-1000)
  pass(500)
  expect(clock.nowMs()).toBe(2250)
  pass(1500)
  expect(clock.nowMs()).toBe(3000)
  pass(500)
  expect(clock.nowMs()).toBe(3500)
})

test('a machine clock that is set does not move what was stamped', () => {
  const { clock, machine } = clocks()
  let stampMs = 0
  clock.follow(() => stampMs)
  stampMs = clock.nowMs()
  machine.nowMs = -1_000_000
  expect(clock.nowMs()).toBe(1000)
})

test.each([
  ['alone', [], 0, 0],
  ['two: the newcomer does not move it', [5000], 0, 0],
  ['two, the wrong one leads: what was agreed on before stays', [5000], 5000, 5000],
  ['three: the leader is the wrong one', [5000, 5010], 0, 5000],
  ['three: another is the wrong one', [-9e9, 20], 0, 0],
  ['four: two and two', [10, 8000, 8010], 0, 10],
  ['five', [-7, -5, 300, 9e12], 0, 0],
])('median: %s', (_, aheadMs, presentMs, expected) => {
  expect(medianOffsetMs(aheadMs, presentMs)).toBe(expected)
})
