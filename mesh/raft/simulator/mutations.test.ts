import { expect, test } from 'bun:test'
import { mutations } from './mutations.ts'
import { simulate } from './simulation.ts'

const maxSeeds = 3000

for (const mutation of mutations) {
  test(`noticed: ${mutation.name}`, () => {
    let seed = 1
    while (seed <= maxSeeds && simulate(seed, mutation).failure === undefined) seed++
    expect(seed).toBeLessThanOrEqual(maxSeeds)
  }, 60_000)
}
