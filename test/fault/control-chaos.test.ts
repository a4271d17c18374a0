import { test } from 'bun:test'
import { runQuorumChaos } from './control-chaos.ts'

test.each([0, 1])(
  'over three voters, leaders killed, the state is as specified after quiet, seed %p',
  (seed) => runQuorumChaos(seed, 40),
  600_000,
)
