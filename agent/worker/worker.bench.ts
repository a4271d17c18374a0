/**
 * `scripts/bench worker`: from an empty directory and warm to the first container Running, 30 pods at once from create
 * to Running, and what the process takes at rest. The process holds the API too (a store in memory), as an agent does.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { pods } from '../../api/schema/generated/resources.ts'
import { quantile } from '../../scripts/benchmark/quantile.ts'
import { insideNamespace, stateDirectoryOf, TestNode } from './test-node.ts'

const { values } = parseArgs({
  options: { pods: { type: 'string', default: '30,110' }, rest: { type: 'string', default: '10' } },
})
const steps = values.pods.split(',').map(Number)
const restMs = Number(values.rest) * 1000

if (!insideNamespace) {
  const command = ['unshare', '--net', '--mount', '--propagation', 'private', process.execPath, import.meta.path]
  const env = { ...process.env, SKEIN_WORKER_NAMESPACE: '1' }
  process.exit(
    Bun.spawnSync([...command, ...process.argv.slice(2)], { env, stdio: ['ignore', 'inherit', 'inherit'] }).exitCode,
  )
}

const isRunning = (pod: { status?: { phase?: string } }) => pod.status?.phase === 'Running'
const containers = [{ name: 'main', image: 'skein.local/busybox:1', command: ['sleep', '86400'] }]
const spec = { containers, terminationGracePeriodSeconds: 0 }

async function runPod(node: TestNode, name: string): Promise<number> {
  const beganMs = performance.now()
  await node.createPod(name, spec)
  await node.podWhen(name, isRunning, 120_000)
  return performance.now() - beganMs
}

async function removeAll(node: TestNode): Promise<void> {
  const resource = node.client.resource(pods, 'default')
  for (const { metadata } of (await resource.list()).items) {
    await resource.delete(metadata!.name!, { gracePeriodSeconds: 0 })
  }
  while (node.worker.status().pods > 0) await Bun.sleep(20)
}

/** Resident megabytes and share of a core while nothing happens. */
async function rest(): Promise<{ rssMb: number; cpuPercent: number }> {
  Bun.gc(true)
  const before = process.cpuUsage()
  const beganMs = performance.now()
  await Bun.sleep(restMs)
  const { user, system } = process.cpuUsage(before)
  const cpuPercent = (user + system) / 10 / (performance.now() - beganMs)
  return { rssMb: process.memoryUsage.rss() / 1e6, cpuPercent }
}

interface CpuUse {
  agent: number
  containerd: number
  /** What containerd ran and waited for: network plugins, and shims' first processes. */
  plugins: number
  shims: number
  /** What shims ran and waited for. */
  runc: number
}

/** Seconds of CPU so far, by who used them. */
function cpuUse(node: TestNode): CpuUse {
  const { user, system } = process.cpuUsage()
  const use: CpuUse = { agent: (user + system) / 1e6, containerd: 0, plugins: 0, shims: 0, runc: 0 }
  const socket = join(stateDirectoryOf(node.directory), 'containerd.sock')
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    let [words, figures] = ['', '']
    try {
      words = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      figures = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '')
    } catch {
      continue
    }
    // Fields 14 to 17 of proc(5), in hundredths of a second.
    const [own = 0, ownSystem = 0, waited = 0, waitedSystem = 0] = figures.split(' ').slice(11, 15).map(Number)
    if (Number(pid) === node.worker.status().runtimePid) {
      use.containerd += (own + ownSystem) / 100
      use.plugins += (waited + waitedSystem) / 100
    } else if (words.includes('containerd-shim') && words.includes(socket)) {
      use.shims += (own + ownSystem) / 100
      use.runc += (waited + waitedSystem) / 100
    }
  }
  return use
}

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0)

// The image is made before the clock starts: a server would have it, or pull it.
const beganMs = performance.now()
const node = await TestNode.start({ images: ['busybox'] })
await runPod(node, 'first')
const coldMs = performance.now() - beganMs
await node.worker.stop()
const warmBeganMs = performance.now()
await node.startWorker()
await runPod(node, 'second')
const warmMs = performance.now() - warmBeganMs
console.log(`first container Running: cold ${(coldMs / 1000).toFixed(2)} s, warm ${(warmMs / 1000).toFixed(2)} s`)
const stages = Object.entries({ ...node.stages, pod: coldMs - sum(Object.values(node.stages)) })
console.log(`cold: ${stages.map(([name, ms]) => `${name} ${(ms / 1000).toFixed(2)} s`).join(', ')}`)
await removeAll(node)
const idle = await rest()
console.log(`0 pods: agent ${idle.rssMb.toFixed(0)} MB, ${idle.cpuPercent.toFixed(1)} % of a core`)
let [p99Ms, rssMb] = [Number.NaN, Number.NaN]
let made = 0
for (const wanted of steps) {
  const names = Array.from({ length: wanted - made }, (_, index) => `pod-${made + index}`)
  made = wanted
  const before = cpuUse(node)
  const times = await Promise.all(names.map((name) => runPod(node, name)))
  const after = cpuUse(node)
  const [p50, p99] = [quantile(times, 0.5), quantile(times, 0.99)]
  const use = await rest()
  if (Number.isNaN(p99Ms)) [p99Ms, rssMb] = [p99, use.rssMb]
  console.log(
    `${names.length} pods at once: p50 ${(p50 / 1000).toFixed(2)} s, p99 ${(p99 / 1000).toFixed(2)} s; ` +
      `${wanted} pods at rest: agent ${use.rssMb.toFixed(0)} MB, ${use.cpuPercent.toFixed(1)} % of a core`,
  )
  const perPod = (Object.keys(after) as (keyof CpuUse)[]).map((who) => {
    return `${who} ${Math.round(((after[who] - before[who]) * 1000) / names.length)} ms`
  })
  console.log(`CPU a pod: ${perPod.join(', ')}`)
}
const endBeganMs = performance.now()
await removeAll(node)
console.log(`${made} pods ended in ${((performance.now() - endBeganMs) / 1000).toFixed(1)} s`)
await node.destroy()
const seconds = (ms: number) => (ms / 1000).toFixed(2)
console.log(
  `worker: cold ${seconds(coldMs)} s, warm ${seconds(warmMs)} s, p99 ${seconds(p99Ms)} s, rss ${rssMb.toFixed(0)} MB`,
)
process.exit(0)
