import { expect, test } from 'bun:test'
import { fuzzStream } from './fuzz.ts'

test('1,000 seeds of a bad path', () => {
  const failures: string[] = []
  for (let seed = 1; seed <= 1000; seed++) {
    const { failure, path } = fuzzStream(seed)
    if (failure !== undefined) failures.push(`SEED=${seed} SEEDS=1: ${failure} ${JSON.stringify(path)}`)
  }
  expect(failures).toEqual([])
}, 3_600_000)
