import { expect, test } from 'bun:test'
import { runSeeds, seedsToRun } from './run-seeds.ts'

test('10,000 seeds', () => {
  const { failures, undecided } = runSeeds(seedsToRun(10_000))
  expect(failures.map(({ seed, failure }) => `${seed}: ${failure}`)).toEqual([])
  expect(undecided).toBe(0)
}, 3_600_000)
