import { expect, test } from 'bun:test'
import type { Pod } from '../../../api/schema/generated/types/core-v1.ts'
import { nameOf } from '../object/meta.ts'
import { SchedulingQueue } from './queue.ts'

// Expectations from pkg/scheduler/backend/queue/scheduling_queue_test.go.

const pod = (name: string, priority = 0, extra: Partial<Pod['spec']> = {}, generation = 1): Pod => ({
  metadata: { name, uid: name, namespace: 'default', generation },
  spec: { priority, containers: [], ...extra },
})

function takeAll(queue: SchedulingQueue, nowMs: number): string[] {
  const names: string[] = []
  for (let taken = queue.take(nowMs); taken; taken = queue.take(nowMs)) names.push(nameOf(taken))
  return names
}

test('by priority, then in order', () => {
  const queue = new SchedulingQueue()
  queue.set(pod('a'), 1)
  queue.set(pod('b', 5), 2)
  queue.set(pod('c'), 3)
  expect(takeAll(queue, 4)).toEqual(['b', 'a', 'c'])
})

test('an unschedulable pod waits for an event that its plugins care for, and for its back-off', () => {
  const queue = new SchedulingQueue()
  queue.set(pod('a'), 0)
  queue.take(0)
  queue.fail('a', new Set(['NodeResourcesFit']), 0)
  queue.happened('namespace updated', 100)
  expect(queue.nextMs(5000)).toBeUndefined()
  queue.happened('pod deleted', 200)
  expect(queue.nextMs(200)).toBe(800)
  expect(takeAll(queue, 999)).toEqual([])
  expect(takeAll(queue, 1000)).toEqual(['a'])
  // The second back-off is twice as long.
  queue.fail('a', new Set(['NodeResourcesFit']), 1000)
  queue.happened('node added', 1000)
  expect(queue.nextMs(1000)).toBe(2000)
})

test('one that nothing woke is tried again after five minutes', () => {
  const queue = new SchedulingQueue()
  queue.set(pod('a'), 0)
  queue.take(0)
  queue.fail('a', new Set(['NodeAffinity']), 0)
  queue.wakeForgotten(299_000)
  expect(takeAll(queue, 299_000)).toEqual([])
  queue.wakeForgotten(301_000)
  expect(takeAll(queue, 301_000)).toEqual(['a'])
})

test('gates hold a pod; its own change wakes it; a status does not', () => {
  const queue = new SchedulingQueue()
  queue.set(pod('a', 0, { schedulingGates: [{ name: 'g' }] }), 0)
  expect(takeAll(queue, 0)).toEqual([])
  queue.set(pod('a'), 1)
  expect(takeAll(queue, 1)).toEqual(['a'])
  queue.fail('a', new Set(['TaintToleration']), 1)
  queue.set(pod('a'), 2)
  expect(queue.nextMs(5000)).toBeUndefined()
  queue.set(pod('a', 0, {}, 2), 5000)
  expect(takeAll(queue, 5000)).toEqual(['a'])
})

test('a pod that is gone is not given out', () => {
  const queue = new SchedulingQueue()
  queue.set(pod('a'), 0)
  queue.delete('a')
  expect(takeAll(queue, 0)).toEqual([])
  expect([queue.size, queue.nextMs(0)]).toEqual([0, undefined])
})
