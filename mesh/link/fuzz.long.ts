import { expect, test } from 'bun:test'
import { fuzzLink } from './fuzz.ts'

test('2,000 seeds of connections that come and go, and of ends that restart', () => {
  const failures: string[] = []
  for (let seed = 1; seed <= 2000; seed++) {
    const { failure } = fuzzLink(seed)
    if (failure !== undefined) failures.push(`SEED=${seed}: ${failure}`)
  }
  expect(failures).toEqual([])
}, 3_600_000)
