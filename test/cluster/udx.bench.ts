/**
 * `scripts/bench udx`: one stream between two hosts, on a veth pair and on a path of 20 ms that loses 1 %; ours on Bun
 * beside the original on Node, in turn.
 */
import { parseArgs } from 'node:util'
import { type PeerKind, startPeer } from '../../mesh/udx/interop/test-peer.ts'
import { output } from '../lab/command.ts'
import { DelayBox } from '../lab/delay-box.ts'
import { Host } from '../lab/host.ts'

const { values } = parseArgs({
  options: {
    pairs: { type: 'string', default: '5' },
    megabytes: { type: 'string', default: '500' },
    'lossy-megabytes': { type: 'string', default: '200' },
  },
})
const pairs = Number(values.pairs)

interface Path {
  name: string
  bytes: number
  addresses: readonly [string, string]
}

const veth: Path = { name: 'veth', bytes: Number(values.megabytes) * 1e6, addresses: ['51.20.0.1', '51.20.0.2'] }
const lossy: Path = {
  name: '20 ms, 1 % lost',
  bytes: Number(values['lossy-megabytes']) * 1e6,
  addresses: ['51.20.1.1', '51.20.1.2'],
}

interface Run {
  megabytesPerSecond: number
  /** Both ends together. */
  cpuSecondsPerGb: number
  retransmits: number
}

async function measure(kind: PeerKind, path: Path): Promise<Run> {
  const [addressA, addressB] = path.addresses
  const a = await startPeer(kind, left.command([]))
  const b = await startPeer(kind, right.command([]))
  try {
    const [{ port: portA }, { port: portB }] = await Promise.all([
      a.call('bind', { socket: 0, host: addressA }),
      b.call('bind', { socket: 0, host: addressB }),
    ])
    await Promise.all([a.call('stream', { stream: 1 }), b.call('stream', { stream: 2 })])
    await a.call('connect', { stream: 1, socket: 0, remote: 2, port: portB, host: addressB })
    await b.call('connect', { stream: 2, socket: 0, remote: 1, port: portA, host: addressA })
    const before = await Promise.all([a.call('state', { stream: 1 }), b.call('state', { stream: 2 })])
    const { ms } = await a.call('write', { stream: 1, bytes: path.bytes })
    const after = await Promise.all([a.call('state', { stream: 1 }), b.call('state', { stream: 2 })])
    const micros = (state: { cpu: { user: number; system: number } }) => state.cpu.user + state.cpu.system
    const cpuMicros = micros(after[0]) + micros(after[1]) - micros(before[0]) - micros(before[1])
    return {
      megabytesPerSecond: path.bytes / 1e6 / (ms / 1000),
      cpuSecondsPerGb: cpuMicros / 1e6 / (path.bytes / 1e9),
      retransmits: after[0].retransmits,
    }
  } finally {
    await Promise.all([a.stop(), b.stop()])
  }
}

function median(numbers: number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!
}

/** In turn, so that whatever else the machine does hits both alike. Prints medians; gives the ratio of each pair. */
async function compare(path: Path): Promise<number[]> {
  const runs: Record<PeerKind, Run[]> = { bun: [], node: [] }
  for (let pair = 0; pair < pairs; pair++) {
    for (const kind of ['bun', 'node'] as const) runs[kind].push(await measure(kind, path))
  }
  console.log(`${`${path.name}, one stream`.padEnd(27)}    MB/s    CPU s/GB    retransmits   (medians)`)
  for (const kind of ['bun', 'node'] as const) {
    const speed = median(runs[kind].map((run) => run.megabytesPerSecond)).toFixed(0)
    const cpu = median(runs[kind].map((run) => run.cpuSecondsPerGb)).toFixed(2)
    const retransmits = median(runs[kind].map((run) => run.retransmits))
    const name = kind === 'bun' ? 'ours, Bun to Bun' : 'native, Node to Node'
    console.log(`${name.padEnd(27)} ${speed.padStart(7)} ${cpu.padStart(11)} ${String(retransmits).padStart(14)}`)
  }
  return runs.bun.map((run, index) => run.megabytesPerSecond / runs.node[index]!.megabytesPerSecond)
}

const left = await Host.create(`skn-udx-${process.pid}-a`)
const right = await Host.create(`skn-udx-${process.pid}-b`)
let box: DelayBox | undefined
try {
  const link = ['ip', 'link', 'add', 'eth0', 'netns', left.name, 'type', 'veth', 'peer', 'name', 'eth0']
  await output([...link, 'netns', right.name])
  for (const [index, host] of [left, right].entries()) {
    await host.output(['ip', 'addr', 'add', `${veth.addresses[index]}/24`, 'dev', 'eth0'])
    await host.output(['ip', 'link', 'set', 'eth0', 'up'])
  }
  box = await DelayBox.join(
    { host: left, address: `${lossy.addresses[0]}/24` },
    { host: right, address: `${lossy.addresses[1]}/24` },
    { roundTripMs: 20, lossPercent: 1 },
  )
  const onLossy = await compare(lossy)
  console.log(`20 ms, 1 % lost: ratio ${median(onLossy).toFixed(2)}`)
  const onVeth = await compare(veth)
  console.log(`udx: ratio ${median(onVeth).toFixed(2)}`)
} finally {
  await box?.remove()
  await left.remove()
  await right.remove()
}
process.exit(0)
