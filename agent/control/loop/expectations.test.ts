import { expect, test } from 'bun:test'
import type { KubernetesObject } from '../object/types.ts'
import { Expectations } from './expectations.ts'

/** An informer that has come as far as told. */
class Seen {
  resourceVersion = '1'
  objects = new Map<string, KubernetesObject>()
  get(key: string): KubernetesObject | undefined {
    return this.objects.get(key)
  }
}

test('a key waits until its informer has come as far as the last of its writes', () => {
  const expectations = new Expectations()
  const pods = new Seen()
  expect(expectations.areMet('a', 0)).toBe(true)
  expectations.written('a', pods, { metadata: { resourceVersion: '7' } }, 0)
  expectations.written('a', pods, { metadata: { resourceVersion: '5' } }, 0)
  pods.resourceVersion = '6'
  expect(expectations.areMet('a', 1)).toBe(false)
  expect(expectations.areMet('b', 1)).toBe(true)
  pods.resourceVersion = '7'
  expect(expectations.areMet('a', 2)).toBe(true)
})

test('a deletion is seen when the object is marked, gone, or another one', () => {
  const pods = new Seen()
  const cases: [KubernetesObject | undefined, boolean][] = [
    [{ metadata: { uid: 'x' } }, false],
    [{ metadata: { uid: 'x', deletionTimestamp: 't' } }, true],
    [{ metadata: { uid: 'y' } }, true],
    [undefined, true],
  ]
  for (const [object, isMet] of cases) {
    const expectations = new Expectations()
    if (object) pods.objects.set('p', object)
    else pods.objects.delete('p')
    expectations.deleted('a', pods, 'p', 'x', 0)
    expect(expectations.areMet('a', 1)).toBe(isMet)
  }
})

test('after five minutes nothing is waited for any longer', () => {
  const expectations = new Expectations()
  expectations.written('a', new Seen(), { metadata: { resourceVersion: '7' } }, 0)
  expect(expectations.areMet('a', 299_999)).toBe(false)
  expect(expectations.areMet('a', 300_000)).toBe(true)
})
