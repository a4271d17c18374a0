import type { ImportRule } from './import-graph.ts'

/** The top folders; whatever else is imported is a package. */
export const areas = ['agent', 'api', 'mesh', 'scripts', 'test', 'package.json']

/** What any part may use of the mesh: interfaces without a word of consensus or storage in them. */
const common = ['mesh/logger', 'mesh/clock', 'mesh/thread', 'mesh/memory']

/** Types and constants of Kubernetes' kinds, and the way to the cluster: all that the roles of the agent may see. */
const cluster = ['api/client', 'api/schema']

/** The architecture's arrows: agent -> api -> mesh/store (its interface), agent -> mesh. */
export const importRules: readonly ImportRule[] = [
  // The process wires everything; only the roles below are held on a shorter line.
  { from: 'agent', to: ['api', 'mesh', 'package.json'] },
  { from: 'agent/control', to: [...common, ...cluster] },
  { from: 'agent/worker', to: [...common, ...cluster, 'api/server/pod-streams.ts', 'agent/network', 'agent/payload'] },
  { from: 'agent/network', to: [...common, ...cluster, 'mesh/link', 'mesh/tunnel', 'agent/payload'] },
  { from: 'api', to: [...common, 'mesh/store/store.ts', 'mesh/identity', 'mesh/tunnel'] },
  { from: 'mesh', to: [] },
  // Consensus as a pure state machine: its own folder and nothing else.
  { from: 'mesh/raft', to: [], packages: [] },
]

/** Tests, benches, `test-*.ts`, simulations and simulators, which only tests run, may also use what stands in for the other side, the test runner, and what test/ offers. */
export const testRules: readonly ImportRule[] = importRules.map((rule) => ({
  ...rule,
  to: [...rule.to, ...(rule.from === 'mesh/raft' ? [] : ['mesh/store', 'mesh/log', 'test', 'scripts/benchmark'])],
  ...(rule.packages ? { packages: [...rule.packages, 'bun:test', 'node:fs', 'node:path'] } : {}),
}))
