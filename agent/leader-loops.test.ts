import { expect, test } from 'bun:test'
import { silentLogger } from '../mesh/logger/logger.ts'
import type { Leadership } from '../mesh/raft/effects.ts'
import { LeaderLoops } from './leader-loops.ts'

function recorded() {
  const events: string[] = []
  const loops = new LeaderLoops((term) => {
    events.push(`start ${term}`)
    return {
      ready: async () => {},
      stop: async () => {
        events.push(`stop ${term}`)
      },
    }
  }, silentLogger)
  return { events, loops }
}

const leader = (term: number): Leadership => ({ role: 'leader', term, leader: 'me' })
const follower = (term: number): Leadership => ({ role: 'follower', term, leader: 'other' })

test('loops run in the terms that this node leads, one set at a time', async () => {
  const { events, loops } = recorded()
  await loops.follow(follower(1))
  await loops.follow(leader(2))
  await loops.follow(leader(2))
  await loops.follow(follower(3))
  void loops.follow(leader(4))
  await loops.follow(leader(5))
  await loops.stop()
  expect(events).toEqual(['start 2', 'stop 2', 'start 4', 'stop 4', 'start 5', 'stop 5'])
})

test('after stop nothing starts any more', async () => {
  const { events, loops } = recorded()
  await loops.stop()
  await loops.follow(leader(7))
  expect(events).toEqual([])
})

test('loops that do not start are told, and end with the term', async () => {
  const events: string[] = []
  const loops = new LeaderLoops(
    () => ({
      ready: () => Promise.reject(new Error('no')),
      stop: async () => {
        events.push('stop')
      },
    }),
    silentLogger,
  )
  await loops.follow(leader(1))
  await loops.follow(follower(2))
  expect(events).toEqual(['stop'])
})
