/** `scripts/bench node`: from an empty directory and warm to /readyz and to the first container, and what a node at rest takes. */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { Lab } from '../lab/lab.ts'
import type { Server } from '../lab/server.ts'
import { images } from '../lab/thin-path.ts'

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, rest: { type: 'string', default: '30' } },
})
const rounds = Number(values.rounds)
const restSeconds = Number(values.rest)
const clockTicksPerSecond = 100

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

/** Resident megabytes, and seconds of CPU so far. */
function processUse(pid: number): { rssMb: number; cpuSeconds: number } {
  const rssKb = Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1])
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  return { rssMb: rssKb / 1024, cpuSeconds: (Number(fields[11]) + Number(fields[12])) / clockTicksPerSecond }
}

function containerdPid(server: Server): number {
  const { stdout } = Bun.spawnSync(['pgrep', '-f', `containerd --config ${server.dataDirectory}/`])
  return Number(stdout.toString().trim().split('\n')[0])
}

async function measureRest(server: Server) {
  const pids = { agent: (await server.status())!.pid, containerd: containerdPid(server) }
  const before = { agent: processUse(pids.agent), containerd: processUse(pids.containerd) }
  await Bun.sleep(restSeconds * 1000)
  const after = { agent: processUse(pids.agent), containerd: processUse(pids.containerd) }
  const share = (name: 'agent' | 'containerd') =>
    ((after[name].cpuSeconds - before[name].cpuSeconds) / restSeconds) * 100
  return { after, agentCpu: share('agent'), containerdCpu: share('containerd') }
}

function median(numbers: number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!
}

const cold: Start[] = []
const warm: Start[] = []
let rest: Awaited<ReturnType<typeof measureRest>> | undefined
for (let round = 0; round < rounds; round++) {
  const lab = await Lab.forTest('bench')
  try {
    const server = await lab.server('server-1')
    cold.push(await measureStart(server, 'cold'))
    await server.end('SIGTERM')
    warm.push(await measureStart(server, 'warm'))
    if (round === rounds - 1) rest = await measureRest(server)
  } finally {
    await lab.close()
  }
}
const seconds = (ms: number) => (ms / 1000).toFixed(2)
const column = (starts: Start[], key: keyof Start) => seconds(median(starts.map((start) => start[key])))
console.log(`median of ${rounds}      to ready    to first container Running`)
console.log(`cold             ${column(cold, 'readyMs')} s      ${column(cold, 'containerMs')} s`)
console.log(`warm             ${column(warm, 'readyMs')} s      ${column(warm, 'containerMs')} s`)
const { after, agentCpu, containerdCpu } = rest!
console.log(`at rest, 2 pods, over ${restSeconds} s:`)
console.log(`  agent          ${after.agent.rssMb.toFixed(0)} MB   ${agentCpu.toFixed(1)} % of a core`)
console.log(`  containerd     ${after.containerd.rssMb.toFixed(0)} MB   ${containerdCpu.toFixed(1)} % of a core`)
const rssMb = after.agent.rssMb + after.containerd.rssMb
console.log(`node: ready ${column(cold, 'readyMs')} s, warm ${column(warm, 'readyMs')} s, rss ${rssMb.toFixed(0)} MB`)
process.exit(0)
