/** `scripts/test --long chaos`: 1,000 seeds, or those from SKEIN_SEED on (SKEIN_SEEDS of them), of SKEIN_STEPS steps. */
import { test } from 'bun:test'
import { Chaos } from './chaos.ts'

const first = Number(process.env.SKEIN_SEED ?? 1000)
const steps = Number(process.env.SKEIN_STEPS ?? 100)
const count = Number(process.env.SKEIN_SEEDS ?? 1000)

for (let seed = first; seed < first + count; seed++) {
  test(
    `after failures at random the state is as specified, seed ${seed}`,
    async () => void (await Chaos.run(seed, steps)),
    3_600_000,
  )
}
