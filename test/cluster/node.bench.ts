/**
 * `scripts/bench node`: from an empty directory and warm to /readyz and to the first container, what a node at rest takes
 * alone and as one of three, and how long nobody can write when the leader is killed.
 */
import { parseArgs } from 'node:util'
import { ClusterOfThree } from '../lab/cluster-of-three.ts'
import { Lab } from '../lab/lab.ts'
import { serverUse } from '../lab/process-use.ts'
import type { Server } from '../lab/server.ts'
import { images } from '../lab/thin-path.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    rest: { type: 'string', default: '30' },
    failovers: { type: 'string', default: '5' },
  },
})
const rounds = Number(values.rounds)
const failovers = Number(values.failovers)
const restSeconds = Number(values.rest)

interface Start {
  readyMs: number
  /** From the start to the first container Running; kubectl's own 0.1 s included. */
  containerMs: number
}

async function measureStart(server: Server, pod: string): Promise<Start> {
  const begin = performance.now()
  await server.start()
  await server.ready()
  const readyMs = performance.now() - begin
  await server.writeKubeconfig()
  await server.kubectl(['run', pod, `--image=${images.tools}`, '--image-pull-policy=Never', '--', 'sleep', '3600'])
  await server.kubectl(['wait', `pod/${pod}`, '--for=jsonpath={.status.phase}=Running', '--timeout=60s'])
  return { readyMs, containerMs: performance.now() - begin }
}

interface Rest {
  agentMb: number
  containerdMb: number
  /** Percent of a core. */
  agentCpu: number
  containerdCpu: number
}

/** What servers take over the seconds of rest, all at once. */
async function measureRest(servers: Server[]): Promise<Rest[]> {
  const before = await Promise.all(servers.map(serverUse))
  await Bun.sleep(restSeconds * 1000)
  const afterwards = await Promise.all(servers.map(serverUse))
  return afterwards.map((after, index) => {
    const share = (name: 'agent' | 'containerd') =>
      ((after[name].cpuSeconds - before[index]![name].cpuSeconds) / restSeconds) * 100
    return {
      ...{ agentMb: after.agent.rssMb, containerdMb: after.containerd.rssMb },
      ...{ agentCpu: share('agent'), containerdCpu: share('containerd') },
    }
  })
}

/** From kill -9 of the leader's agent to the next acknowledged write at another node; kubectl's own 0.1 s included. */
async function measureFailover(cluster: ClusterOfThree, round: number): Promise<number> {
  const leader = await cluster.leader()
  const other = cluster.servers.find((server) => server !== leader)!
  const kubectl = ['kubectl', '--kubeconfig', other.kubeconfig, '--request-timeout=2s', 'create', 'configmap']
  await leader.end('SIGKILL')
  const begin = performance.now()
  for (let attempt = 0; ; attempt++) {
    const { exitCode } = await other.host.run([...kubectl, `failover-${round}-${attempt}`])
    if (exitCode === 0) break
  }
  const tookMs = performance.now() - begin
  await leader.start()
  await cluster.whole()
  return tookMs
}

async function measureThree(): Promise<{ rest: Rest[]; failoverMs: number[] }> {
  const cluster = await ClusterOfThree.open('bench')
  try {
    const rest = await measureRest(cluster.servers)
    const failoverMs: number[] = []
    for (let round = 0; round < failovers; round++) failoverMs.push(await measureFailover(cluster, round))
    return { rest, failoverMs }
  } finally {
    await cluster.close()
  }
}

function median(numbers: number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!
}

const cold: Start[] = []
const warm: Start[] = []
let alone: Rest | undefined
for (let round = 0; round < rounds; round++) {
  const lab = await Lab.forTest('bench')
  try {
    const server = await lab.server('server-1')
    cold.push(await measureStart(server, 'cold'))
    await server.end('SIGTERM')
    warm.push(await measureStart(server, 'warm'))
    if (round === rounds - 1) [alone] = await measureRest([server])
  } finally {
    await lab.close()
  }
}
const seconds = (ms: number) => (ms / 1000).toFixed(2)
const column = (starts: Start[], key: keyof Start) => seconds(median(starts.map((start) => start[key])))
console.log(`median of ${rounds}      to ready    to first container Running`)
console.log(`cold             ${column(cold, 'readyMs')} s      ${column(cold, 'containerMs')} s`)
console.log(`warm             ${column(warm, 'readyMs')} s      ${column(warm, 'containerMs')} s`)
const three = await measureThree()
console.log(`at rest over ${restSeconds} s          agent            containerd`)
const restLine = (name: string, rest: Rest) =>
  `${name.padEnd(26)}${rest.agentMb.toFixed(0)} MB  ${rest.agentCpu.toFixed(1)} %      ${rest.containerdMb.toFixed(0)} MB  ${rest.containerdCpu.toFixed(1)} %`
console.log(restLine('one node, 2 pods', alone!))
for (const [index, rest] of three.rest.entries()) console.log(restLine(`server ${index + 1} of three`, rest))
const failoverSeconds = three.failoverMs.map(seconds)
console.log(`leader killed, until the next write: ${failoverSeconds.join(', ')} s`)
const rssMb = alone!.agentMb + alone!.containerdMb
console.log(
  `node: ready ${column(cold, 'readyMs')} s, rss ${rssMb.toFixed(0)} MB, failover ${seconds(median(three.failoverMs))} s`,
)
process.exit(0)
