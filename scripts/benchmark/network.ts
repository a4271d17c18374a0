/** `scripts/bench network`: service changes in a large table, and DNS. Short single runs: orders of magnitude. */
import { measureDns } from './network-dns.ts'
import { measureServices } from './network-services.ts'

const { services, rebuildMs, changeMsMedian, changeMsP99 } = await measureServices(10_000, 200)
console.log(
  `${services} services: whole table ${rebuildMs.toFixed(0)} ms; one change ${changeMsMedian.toFixed(1)} ms (median), ${changeMsP99.toFixed(1)} ms (p99)`,
)
const { sent, answered, queriesPerSecond, queriesPerSecondOfCore } = await measureDns(3, 100)
console.log(
  `DNS: ${queriesPerSecond.toFixed(0)} queries/s, ${queriesPerSecondOfCore.toFixed(0)} a second of CPU; ${sent - answered} of ${sent} unanswered`,
)
process.exit(0)
