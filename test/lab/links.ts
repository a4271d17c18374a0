import { join } from 'node:path'
import { output } from './command.ts'
import { Host } from './host.ts'
import { LineProcess } from './line-process.ts'

const program = join(import.meta.dir, '../../mesh/link/test/link-host.ts')

export interface BulkFigures {
  idleP99Ms: number
  bulkP99Ms: number
  bulkMaxMs: number
  megabitsPerSecond: number
}

/**
 * Two hosts joined by 20 Mbit/s each way, with 400 ms of queue as home routers have: control messages each 20 ms, first
 * alone, then beside a bulk transfer. Throws when a byte is lost.
 */
export async function measureControlBesideBulk(way: 'udp' | 'websocket', bytes: number): Promise<BulkFigures> {
  const prefix = `skn-links-${process.pid}`
  const hosts = [await Host.create(`${prefix}-a`), await Host.create(`${prefix}-b`)] as const
  const processes: LineProcess[] = []
  try {
    const [left, right] = hosts
    const pair = ['ip', 'link', 'add', 'eth0', 'netns', left.name, 'type', 'veth', 'peer', 'name', 'eth0']
    await output([...pair, 'netns', right.name])
    for (const [index, host] of hosts.entries()) {
      await host.output(['ip', 'addr', 'add', `51.21.0.${index + 1}/24`, 'dev', 'eth0'])
      await host.output(['ip', 'link', 'set', 'eth0', 'up'])
      const queue = ['rate', '20mbit', 'burst', '16kb', 'latency', '400ms']
      await host.output(['tc', 'qdisc', 'add', 'dev', 'eth0', 'root', 'tbf', ...queue])
      processes.push(new LineProcess(host.command([process.execPath, program])))
    }
    const [a, b] = processes as [LineProcess, LineProcess]
    const [one, other] = await Promise.all([
      a.call('start', { host: '51.21.0.1' }),
      b.call('start', { host: '51.21.0.2' }),
    ])
    await a.call('know', { node: 0, key: other.key, url: way === 'udp' ? '' : other.url })
    await b.call('know', { node: 0, key: one.key, url: '' })
    if (way === 'udp') {
      await Promise.all([a.call('udx', udxOf(other, '51.21.0.2', true)), b.call('udx', udxOf(one, '51.21.0.1', false))])
    }
    const status = await a.call('opened', { node: 0 })
    if (status.way !== way) throw new Error(`the link goes by ${status.way}, not by ${way}`)
    await a.call('probe', { node: 0, ms: 1000, everyMs: 20 })
    await b.call('latencies', { node: 0 })
    await a.call('probe', { node: 0, ms: 5000, everyMs: 20 })
    const idle = await b.call('latencies', { node: 0 })
    return { idleP99Ms: percentile(idle.latenciesMs, 0.99), ...(await transfer(a, b, bytes)) }
  } finally {
    for (const one of processes) await one.stop()
    for (const host of hosts) await host.remove()
  }
}

async function transfer(a: LineProcess, b: LineProcess, bytes: number): Promise<Omit<BulkFigures, 'idleP99Ms'>> {
  const startedMs = performance.now()
  let isDone = false
  const whole = Promise.all([a.call('bulk', { node: 0, bytes }), b.call('received', { node: 0, bytes })])
  const done = whole.finally(() => {
    isDone = true
  })
  while (!isDone) await a.call('probe', { node: 0, ms: 500, everyMs: 20 })
  const [sent, received] = await done
  const seconds = (performance.now() - startedMs) / 1000
  if (received.hash !== sent.hash) throw new Error('what came is not what was sent')
  const { latenciesMs } = await b.call('latencies', { node: 0 })
  return {
    bulkP99Ms: percentile(latenciesMs, 0.99),
    bulkMaxMs: Math.max(...latenciesMs),
    megabitsPerSecond: (bytes * 8) / 1e6 / seconds,
  }
}

function udxOf(peer: { key: string; udpPort: number }, remoteHost: string, isInitiator: boolean) {
  const [localId, remoteId] = isInitiator ? [1, 2] : [2, 1]
  return { node: 0, key: peer.key, isInitiator, localId, remoteId, remoteHost, remotePort: peer.udpPort }
}

function percentile(values: number[], fraction: number): number {
  if (values.length === 0) throw new Error('no control message came')
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))]!
}

export interface IdleFigures {
  rssMb: number
  /** Of one core. */
  cpuPercent: number
}

/** One process with so many links that nobody uses, half by UDP and half by WebSocket, seen for a while. */
export async function measureIdleLinks(count: number, seconds: number): Promise<IdleFigures> {
  const [hub, peers] = [new LineProcess([process.execPath, program]), new LineProcess([process.execPath, program])]
  try {
    const host = '127.0.0.1'
    const self = await hub.call('start', { host })
    for (let index = 0; index < count; index++) {
      const peer = await peers.call('start', { host })
      const isUdp = index % 2 === 0
      await peers.call('know', { node: index, key: self.key, url: isUdp ? '' : self.url })
      await hub.call('know', { node: 0, key: peer.key, url: '' })
      if (isUdp) {
        const ids = { hub: 2 * index + 1, peer: 2 * index + 2 }
        const of = (remote: { key: string; udpPort: number }) => ({
          key: remote.key,
          remoteHost: host,
          remotePort: remote.udpPort,
        })
        await Promise.all([
          hub.call('udx', { node: 0, isInitiator: true, localId: ids.hub, remoteId: ids.peer, ...of(peer) }),
          peers.call('udx', { node: index, isInitiator: false, localId: ids.peer, remoteId: ids.hub, ...of(self) }),
        ])
      }
      await peers.call('opened', { node: index })
    }
    await Bun.sleep(3000)
    const before = await hub.call('usage')
    await Bun.sleep(seconds * 1000)
    const { links } = await hub.call('status', { node: 0 })
    const connected = links.filter(({ state }: { state: string }) => state === 'connected').length
    if (connected !== count) throw new Error(`${connected} of ${count} links are there`)
    const after = await hub.call('usage')
    const micros = ({ cpuMicros }: { cpuMicros: { user: number; system: number } }) => cpuMicros.user + cpuMicros.system
    return { rssMb: after.rssBytes / 1e6, cpuPercent: ((micros(after) - micros(before)) / 1e6 / seconds) * 100 }
  } finally {
    await Promise.all([hub.stop(), peers.stop()])
  }
}
