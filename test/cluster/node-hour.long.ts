import { afterAll, expect, test } from 'bun:test'
import { Lab } from '../lab/lab.ts'
import { serverUse } from '../lab/process-use.ts'
import { manifests } from '../lab/thin-path.ts'

const minutes = Number(process.env.MINUTES ?? 60)
const sampleSeconds = 10
const maxGrowth = 1.05

let lab: Lab | undefined

afterAll(async () => {
  await lab?.close()
}, 60_000)

test(
  `a node at rest for ${minutes} minutes takes no more memory in the end than in the middle`,
  async () => {
    lab = await Lab.forTest('hour')
    const server = await lab.publicServer('s1', 1)
    await server.start()
    await server.ready()
    await server.writeKubeconfig()
    await server.kubectl(['apply', '-f', '-'], { stdin: manifests })
    await server.kubectl(['rollout', 'status', 'deployment/web', '--timeout=60s'])
    const begin = await serverUse(server)
    const samples: { agent: number; containerd: number }[] = []
    for (let at = 0; at < minutes * 60; at += sampleSeconds) {
      await Bun.sleep(sampleSeconds * 1000)
      const { agent, containerd } = await serverUse(server)
      samples.push({ agent: agent.rssMb, containerd: containerd.rssMb })
    }
    const end = await serverUse(server)
    const third = Math.floor(samples.length / 3)
    for (const name of ['agent', 'containerd'] as const) {
      const mean = (from: number) => samples.slice(from, from + third).reduce((sum, use) => sum + use[name], 0) / third
      const [first, middle, last] = [mean(0), mean(third), mean(2 * third)]
      const cpu = ((end[name].cpuSeconds - begin[name].cpuSeconds) / (minutes * 60)) * 100
      const figures = [first, middle, last].map((megabytes) => megabytes.toFixed(1)).join(', ')
      console.log(`${name}: ${figures} MB in each third, ${cpu.toFixed(2)} % of a core`)
      expect(last).toBeLessThanOrEqual(middle * maxGrowth)
    }
  },
  minutes * 60_000 + 180_000,
)
