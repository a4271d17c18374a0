/** `scripts/test --long control-chaos`: 50 seeds over three voters, or those from SKEIN_SEED on (SKEIN_SEEDS of them). */
import { test } from 'bun:test'
import { runQuorumChaos } from './control-chaos.ts'

const first = Number(process.env.SKEIN_SEED ?? 100)
const count = Number(process.env.SKEIN_SEEDS ?? 50)

for (let seed = first; seed < first + count; seed++) {
  test(
    `over three voters, leaders killed, the state is as specified, seed ${seed}`,
    () => runQuorumChaos(seed, 60),
    600_000,
  )
}
