import { expect, test } from 'bun:test'
import { fuzzStream } from './fuzz.ts'

const seeds = Number(process.env.SEEDS ?? 40)
const first = Number(process.env.SEED ?? 1)

test(`${seeds} seeds of a bad path: both directions arrive whole, both ends close`, () => {
  const failures: string[] = []
  for (let seed = first; seed < first + seeds; seed++) {
    const { failure, path } = fuzzStream(seed)
    if (failure !== undefined) failures.push(`SEED=${seed} SEEDS=1: ${failure} ${JSON.stringify(path)}`)
  }
  expect(failures).toEqual([])
}, 120_000)
