/**
 * `scripts/bench network [seconds]`: service changes in a large table, DNS, and pods on two hosts by each way beside the
 * plain route and the kernel's VXLAN. Needs root, iperf3 and dnsperf.
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
  warmUpSeconds,
} from './benchmark/ways.ts'

const seconds = Number(process.argv[2] ?? 2)
for (const tool of ['iperf3', 'dnsperf']) {
  if (Bun.which(tool) !== null) continue
  console.error(`${tool} is missing: install the package ${tool}`)
  process.exit(2)
}

const { services, rebuildMs, changesMs } = await measureServices(10_000, 200)
const change = `one change ${quantile(changesMs, 0.5).toFixed(1)} ms (median), ${quantile(changesMs, 0.99).toFixed(1)} ms (p99)`
console.log(`${services} services: whole table ${rebuildMs.toFixed(0)} ms; ${change}`)
const dns = await measureDns(seconds)
const dnsFigures = `${dns.queriesPerSecond.toFixed(0)} queries/s, ${dns.lost} lost, ${dns.queriesPerCpuSecond.toFixed(0)} for a second of CPU`
console.log(`DNS by dnsperf, the server on one core: ${dnsFigures}`)

const linkTimeoutMs = 20_000

const loads = (['tcp', 'udp'] as const).flatMap((protocol) =>
  [1, 8].flatMap((flows) => [0, 0.1, 1].map((lossPercent): Load => ({ protocol, flows, lossPercent }))),
)
const tcp = loads[0]!
const pairs = 5
const rates: Record<WayName, number[]> = { plain: [], route: [], vxlan: [], tunnel: [] }
const ways = new WayBenchmark()
try {
  for (const way of ['plain', 'route', 'vxlan', 'tunnel'] as const) {
    await ways.use(way)
    for (const load of loads) {
      print(way, load, await ways.measure(load, seconds))
    }
  }
  // Again in pairs, since what else the machine does changes from one minute to the next.
  for (const [one, other] of [
    ['plain', 'route'],
    ['vxlan', 'tunnel'],
  ] as const) {
    for (let turn = 0; turn < pairs; turn++) {
      for (const way of turn % 2 === 0 ? [one, other] : [other, one]) {
        await ways.use(way)
        rates[way].push((await ways.measure(tcp, seconds)).gbitPerSecond)
      }
    }
    const text = [one, other].map((way) => `${way} ${rates[way].map((rate) => rate.toFixed(2)).join(' ')}`)
    console.log(`in pairs, Gbit/s: ${text.join('; ')}`)
  }
} finally {
  await ways.remove()
}
const link = await measureLink(seconds)
const ratio = (one: WayName, other: WayName) =>
  quantile(
    rates[one].map((rate, turn) => rate / rates[other][turn]!),
    0.5,
  ).toFixed(2)
const mesh = `mesh ${quantile(rates.tunnel, 0.5).toFixed(2)} Gbit/s, mesh-ratio ${ratio('tunnel', 'vxlan')}`
console.log(`network: direct-ratio ${ratio('route', 'plain')}, ${mesh}, link ${link.toFixed(2)} Gbit/s`)
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
    await transferRate(one!.pod, two!.pod, '10.42.2.2', tcp, warmUpSeconds)
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
