/**
 * `scripts/bench network [seconds]`: service changes in a large table, DNS, and pods on two hosts by each way beside the
 * plain route and the kernel's VXLAN. Needs root and iperf3.
 */
import { quantile } from '../../scripts/benchmark/quantile.ts'
import { NetworkLab } from '../../test/lab/network-lab.ts'
import { measureDns } from './benchmark/dns.ts'
import { measureServices } from './benchmark/services.ts'
import {
  type Load,
  measureUnderLoss,
  transferRate,
  WayBenchmark,
  type WayFigures,
  type WayName,
} from './benchmark/ways.ts'

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

const linkTimeoutMs = 20_000

const loads = (['tcp', 'udp'] as const).flatMap((protocol) =>
  [1, 8].flatMap((flows) => [0, 0.1, 1].map((lossPercent): Load => ({ protocol, flows, lossPercent }))),
)
const tcp = loads[0]!
const best = new Map<WayName, number>()
const directPairs = 5
const directRatios: number[] = []
const ways = new WayBenchmark()
try {
  for (const way of ['plain', 'route', 'vxlan', 'tunnel'] as const) {
    await ways.use(way)
    for (const load of loads) {
      const figures = await ways.measure(load, seconds)
      if (load === tcp) best.set(way, figures.gbitPerSecond)
      print(way, load, figures)
    }
  }
  // Again in pairs, since what else the machine does changes from one minute to the next.
  for (let pair = 0; pair < directPairs; pair++) {
    const rates = { plain: 0, route: 0 }
    for (const way of pair % 2 === 0 ? (['plain', 'route'] as const) : (['route', 'plain'] as const)) {
      await ways.use(way)
      rates[way] = (await ways.measure(tcp, seconds)).gbitPerSecond
    }
    directRatios.push(rates.route / rates.plain)
  }
} finally {
  await ways.remove()
}
const of = (way: WayName) => best.get(way)!
const link = await measureLink(seconds)
const direct = quantile(directRatios, 0.5).toFixed(2)
const mesh = `mesh ${of('tunnel').toFixed(2)} Gbit/s, mesh-ratio ${(of('tunnel') / of('vxlan')).toFixed(2)}`
console.log(`network: direct-ratio ${direct}, ${mesh}, link ${link.toFixed(2)} Gbit/s`)
process.exit(0)

function print(way: string, { protocol, flows, lossPercent }: Load, figures: WayFigures): void {
  const { gbitPerSecond, cpuSecondsAGbit } = figures
  const text = `${gbitPerSecond.toFixed(2)} Gbit/s, ${cpuSecondsAGbit.toFixed(2)} CPU seconds a Gbit`
  console.log(`${way}: ${protocol}, flows ${flows}, loss ${lossPercent} %: ${text}`)
}

/**
 * Gbit/s between pods of two nodes whose packets go over their link, a WebSocket: the way that is left where UDP is not.
 * UDP without a limit only fills its queue and is left out.
 */
async function measureLink(seconds: number): Promise<number> {
  const lab = await NetworkLab.open(['public', 'public'])
  try {
    await lab.start('link')
    const deadline = performance.now() + linkTimeoutMs
    while ((await lab.ways(1)).get(2)?.way !== 'link' || (await lab.ways(2)).get(1)?.way !== 'link') {
      if (performance.now() > deadline) throw new Error('the nodes were not linked')
      await Bun.sleep(50)
    }
    const [one, two] = lab.nodes
    await transferRate(one!.pod, two!.pod, '10.42.2.2', tcp, 1)
    const rates: number[] = []
    for (const load of loads.filter(({ protocol }) => protocol === 'tcp')) {
      const figures = await measureUnderLoss(two!.node, 'links', [one!.node, two!.node], load, seconds, () =>
        transferRate(one!.pod, two!.pod, '10.42.2.2', load, seconds),
      )
      print('link', load, figures)
      rates.push(figures.gbitPerSecond)
    }
    return rates[0]!
  } finally {
    await lab.stop()
    await lab.close()
  }
}
