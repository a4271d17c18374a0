/**
 * `scripts/bench network [seconds]`: service changes in a large table, DNS, and pods on two hosts by each way beside the
 * plain route and the kernel's VXLAN. Needs root and iperf3.
 */
import { quantile } from '../../scripts/benchmark/quantile.ts'
import { measureDns } from './benchmark/dns.ts'
import { measureServices } from './benchmark/services.ts'
import { type Load, WayBenchmark, type WayName } from './benchmark/ways.ts'

const seconds = Number(process.argv[2] ?? 2)
if (Bun.which('iperf3') === null) {
  console.error('iperf3 is missing: install the package iperf3')
  process.exit(2)
}

const { services, rebuildMs, changesMs } = await measureServices(10_000, 200)
const change = `one change ${quantile(changesMs, 0.5).toFixed(1)} ms (median), ${quantile(changesMs, 0.99).toFixed(1)} ms (p99)`
console.log(`${services} services: whole table ${rebuildMs.toFixed(0)} ms; ${change}`)
const { queriesPerSecond, queriesPerSecondOfCore } = await measureDns(seconds, 100)
console.log(`DNS: ${queriesPerSecond.toFixed(0)} queries/s, ${queriesPerSecondOfCore.toFixed(0)} for a second of CPU`)

const tcp: Load = { protocol: 'tcp', flows: 1, lossPercent: 0 }
const loads: Load[] = [
  tcp,
  { ...tcp, lossPercent: 0.1 },
  { ...tcp, lossPercent: 1 },
  { ...tcp, flows: 8 },
  { ...tcp, flows: 8, lossPercent: 1 },
  { ...tcp, protocol: 'udp' },
]
const best = new Map<WayName, number>()
const ways = new WayBenchmark()
try {
  for (const way of ['route', 'vxlan', 'tunnel'] as const) {
    await ways.use(way)
    for (const load of loads) {
      const { gbitPerSecond, cpuSecondsAGbit } = await ways.measure(load, seconds)
      const { protocol, flows, lossPercent } = load
      if (load === tcp) best.set(way, gbitPerSecond)
      const figures = `${gbitPerSecond.toFixed(2)} Gbit/s, ${cpuSecondsAGbit.toFixed(2)} CPU seconds a Gbit`
      console.log(`${way}: ${protocol}, flows ${flows}, loss ${lossPercent} %: ${figures}`)
    }
  }
} finally {
  await ways.remove()
}
const of = (way: WayName) => best.get(way)!
// The direct way is the plain route itself; traffic over the link waits for the mesh's links.
const ratio = (of('tunnel') / of('vxlan')).toFixed(2)
console.log(
  `network: direct-ratio 1.00, mesh ${of('tunnel').toFixed(2)} Gbit/s, mesh-ratio ${ratio}, link not measured`,
)
process.exit(0)
