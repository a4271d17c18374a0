import { readdirSync, writeFileSync } from 'node:fs'
import { type Outcome, simulate } from './simulation.ts'

const seedsDirectory = new URL('seeds/', import.meta.url).pathname

/** Seeds that failed once: they are run again for ever. */
export function keptSeeds(): number[] {
  return readdirSync(seedsDirectory)
    .filter((name) => name.endsWith('.txt'))
    .map((name) => Number.parseInt(name, 10))
}

/** `SEED` runs that one, `SEEDS` that many, counted from `FIRST_SEED` (1). */
export function seedsToRun(defaultCount: number): number[] {
  const { SEED, SEEDS, FIRST_SEED } = process.env
  if (SEED !== undefined) return [Number(SEED)]
  return Array.from({ length: Number(SEEDS ?? defaultCount) }, (_, offset) => Number(FIRST_SEED ?? 1) + offset)
}

/** Runs the seeds; a failing one is printed and kept as a file that says why. */
export function runSeeds(seeds: readonly number[]): { failures: Outcome[]; seen: Outcome['seen']; undecided: number } {
  const failures: Outcome[] = []
  const seen = { elections: 0, commits: 0, configurations: 0, snapshots: 0, fed: 0, answered: 0 }
  let undecided = 0
  for (const seed of seeds) {
    const outcome = simulate(seed)
    for (const what of Object.keys(seen) as (keyof typeof seen)[]) seen[what] += outcome.seen[what]
    if (outcome.isUndecided) undecided++
    if (outcome.failure === undefined) continue
    failures.push(outcome)
    console.error(`seed ${seed}: ${outcome.failure}\nagain: SEED=${seed} bun test mesh/raft/simulator`)
    writeFileSync(`${seedsDirectory}${seed}.txt`, `${outcome.stack}\n`)
  }
  return { failures, seen, undecided }
}
