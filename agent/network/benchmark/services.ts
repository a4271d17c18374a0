import { silentLogger } from '../../../mesh/logger/logger.ts'
import type { Frontend, NodeFacts } from '../services/frontend.ts'
import { removeServiceRules, ServiceRules } from '../services/service-rules.ts'
import { Namespace } from '../testing/namespace.ts'

const facts: NodeFacts = {
  nodeName: 'one',
  family: 'IPv4',
  podCidr: '10.42.0.0/24',
  clusterCidrs: ['10.42.0.0/16'],
  serviceCidr: '10.43.0.0/16',
  ownServiceAddresses: [],
}
const instance = 'benchmark'

/** One service of three endpoints; `turn` moves the last of them. */
function frontend(index: number, turn: number): Frontend {
  const endpoint = (number: number) => ({
    address: `10.42.${((index + number) >> 8) & 255}.${(index + number) & 255}`,
    port: 8080 + (number === 2 ? turn % 50 : 0),
    isLocal: number === 0,
  })
  const address = `10.43.${index >> 8}.${index & 255}`
  return { address, protocol: 'tcp', port: 80, endpoints: [0, 1, 2].map(endpoint), scope: 'cluster' }
}

export interface ServiceFigures {
  services: number
  /** The whole table at once, as at start. */
  rebuildMs: number
  /** One service among all, from `set` to in force. */
  changesMs: number[]
}

/** Times changes in a table of so many services, in a network namespace of its own. */
export async function measureServices(services: number, changes: number): Promise<ServiceFigures> {
  const namespace = new Namespace('bench')
  const leave = namespace.stay()
  try {
    const rules = await ServiceRules.open({ facts, instance, log: { ...silentLogger, error: console.error } })
    for (let index = 0; index < services; index++) rules.set(`s${index}`, [frontend(index, 0)])
    const start = performance.now()
    await rules.apply()
    const rebuildMs = performance.now() - start
    const durations: number[] = []
    for (let turn = 1; turn <= changes; turn++) {
      const index = (turn * 7919) % services
      const before = performance.now()
      rules.set(`s${index}`, [frontend(index, turn)])
      await rules.apply()
      durations.push(performance.now() - before)
    }
    await rules.stop()
    await removeServiceRules({ instance, log: silentLogger })
    return { services, rebuildMs, changesMs: durations }
  } finally {
    leave()
    namespace.remove()
  }
}
