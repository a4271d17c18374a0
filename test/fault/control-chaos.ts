import { Chaos } from '../../agent/control/simulation/chaos.ts'
import { QuorumCluster } from './quorum-cluster.ts'

/** Slower than over a store in memory: writes go through three processes. */
const speed = 30

/** The chaos of `agent/control/simulation`, over three voters whose leader is killed, with kill -9, at least once. */
export async function runQuorumChaos(seed: number, steps: number): Promise<void> {
  await Chaos.run(seed, steps, ({ nodes, fateOf }) => QuorumCluster.start({ nodes, fateOf, speed }))
}
