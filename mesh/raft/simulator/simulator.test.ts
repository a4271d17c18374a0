import { expect, test } from 'bun:test'
import { keptSeeds, runSeeds, seedsToRun } from './run-seeds.ts'
import { Simulation, simulate } from './simulation.ts'

test('no seed breaks a safety property, loses an answered write, reads an old value or stays without a leader', () => {
  const { failures, seen, undecided } = runSeeds([...keptSeeds(), ...seedsToRun(200)])
  expect(failures.map(({ seed, failure }) => `${seed}: ${failure}`)).toEqual([])
  expect(undecided).toBe(0)
  if (process.env.SEED !== undefined) return
  for (const [what, count] of Object.entries(seen)) expect(`${what} ${count > 50}`).toBe(`${what} true`)
}, 60_000)

test('a seed gives the same run each time', () => {
  const [first, second] = [new Simulation(11), new Simulation(11)]
  first.run()
  second.run()
  expect(second.history).toEqual(first.history)
  expect(simulate(11)).toEqual(simulate(11))
})
