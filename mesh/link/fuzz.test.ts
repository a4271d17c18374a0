import { expect, test } from 'bun:test'
import { fuzzLink } from './fuzz.ts'

test('30 seeds of connections that come and go, and of ends that restart: nothing lost, doubled or out of order', () => {
  const failures: string[] = []
  let wayChanges = 0
  for (let seed = 1; seed <= 30; seed++) {
    const result = fuzzLink(seed)
    wayChanges += result.wayChanges
    if (result.failure !== undefined) failures.push(`SEED=${seed}: ${result.failure}`)
  }
  expect(failures).toEqual([])
  expect(wayChanges).toBeGreaterThan(1000)
}, 60_000)
