/** `scripts/bench udx`: one stream between two hosts on a veth pair, ours on Bun beside the original on Node, in turn. */
import { parseArgs } from 'node:util'
import { Peer, type PeerKind } from '../../mesh/udx/interop/peer.ts'
import { output } from '../lab/command.ts'
import { Host } from '../lab/host.ts'

const { values } = parseArgs({
  options: { pairs: { type: 'string', default: '5' }, megabytes: { type: 'string', default: '500' } },
})
const pairs = Number(values.pairs)
const bytes = Number(values.megabytes) * 1e6

interface Run {
  megabytesPerSecond: number
  /** Both ends together. */
  cpuSecondsPerGb: number
  retransmits: number
}

async function measure(kind: PeerKind, left: Host, right: Host): Promise<Run> {
  const a = await Peer.start(kind, left.command([]))
  const b = await Peer.start(kind, right.command([]))
  try {
    const [{ port: portA }, { port: portB }] = await Promise.all([
      a.call('bind', { socket: 0, host: '51.20.0.1' }),
      b.call('bind', { socket: 0, host: '51.20.0.2' }),
    ])
    await Promise.all([a.call('stream', { stream: 1 }), b.call('stream', { stream: 2 })])
    await a.call('connect', { stream: 1, socket: 0, remote: 2, port: portB, host: '51.20.0.2' })
    await b.call('connect', { stream: 2, socket: 0, remote: 1, port: portA, host: '51.20.0.1' })
    const before = await Promise.all([a.call('state', { stream: 1 }), b.call('state', { stream: 2 })])
    const { ms } = await a.call('write', { stream: 1, bytes })
    const after = await Promise.all([a.call('state', { stream: 1 }), b.call('state', { stream: 2 })])
    const micros = (state: { cpu: { user: number; system: number } }) => state.cpu.user + state.cpu.system
    const cpuMicros = micros(after[0]) + micros(after[1]) - micros(before[0]) - micros(before[1])
    return {
      megabytesPerSecond: bytes / 1e6 / (ms / 1000),
      cpuSecondsPerGb: cpuMicros / 1e6 / (bytes / 1e9),
      retransmits: after[0].retransmits,
    }
  } finally {
    await Promise.all([a.stop(), b.stop()])
  }
}

function median(numbers: number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!
}

const left = await Host.create(`skn-udx-${process.pid}-a`)
const right = await Host.create(`skn-udx-${process.pid}-b`)
try {
  const link = ['ip', 'link', 'add', 'eth0', 'netns', left.name, 'type', 'veth', 'peer', 'name', 'eth0']
  await output([...link, 'netns', right.name])
  for (const [host, address] of [
    [left, '51.20.0.1/24'],
    [right, '51.20.0.2/24'],
  ] as const) {
    await host.output(['ip', 'addr', 'add', address, 'dev', 'eth0'])
    await host.output(['ip', 'link', 'set', 'eth0', 'up'])
  }
  const runs: Record<PeerKind, Run[]> = { bun: [], node: [] }
  for (let pair = 0; pair < pairs; pair++) {
    for (const kind of ['bun', 'node'] as const) runs[kind].push(await measure(kind, left, right))
  }
  console.log('veth, one stream        MB/s    CPU s/GB    retransmits   (medians)')
  for (const kind of ['bun', 'node'] as const) {
    const speed = median(runs[kind].map((run) => run.megabytesPerSecond)).toFixed(0)
    const cpu = median(runs[kind].map((run) => run.cpuSecondsPerGb)).toFixed(2)
    const retransmits = median(runs[kind].map((run) => run.retransmits))
    const name = kind === 'bun' ? 'ours, Bun to Bun' : 'native, Node to Node'
    console.log(`${name.padEnd(20)} ${speed.padStart(7)} ${cpu.padStart(11)} ${String(retransmits).padStart(14)}`)
  }
  const ratios = runs.bun.map((run, index) => run.megabytesPerSecond / runs.node[index]!.megabytesPerSecond)
  console.log(`udx: ratio ${median(ratios).toFixed(2)}`)
} finally {
  await left.remove()
  await right.remove()
}
process.exit(0)
