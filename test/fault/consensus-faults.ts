import type { Random } from '../../mesh/raft/simulator/random.ts'
import type { FaultLab, FaultNode } from './fault-node.ts'

/** Does one thing after the other to the lab's nodes until the time is over, and then heals all. Gives what was done. */
export async function disturb(lab: FaultLab, random: Random, durationMs: number): Promise<string[]> {
  const done: string[] = []
  const endMs = performance.now() + durationMs
  while (performance.now() < endMs) {
    const node = random.chance(0.5) ? await soonLeader(lab) : random.pick(lab.nodes)
    const fault = random.pick(faults)
    done.push(`${fault.name} ${node.config.number}`)
    const heal = await fault(lab, node, random)
    await Bun.sleep(random.integer(200, 3500))
    await heal()
    // Often the next comes before all has settled.
    await Bun.sleep(random.integer(0, 2500))
  }
  return done
}

async function soonLeader(lab: FaultLab): Promise<FaultNode> {
  return Promise.race([lab.leader(), Bun.sleep(2000).then(() => lab.nodes[0]!)])
}

type Fault = (lab: FaultLab, node: FaultNode, random: Random) => Promise<() => Promise<void>>

const faults: readonly Fault[] = [
  async function killed(_, node) {
    await node.kill()
    return () => node.start()
  },
  async function suspended(_, node) {
    node.suspend()
    return async () => node.resume()
  },
  /** Alone on its side, both ways. */
  async function cutOff(_, node) {
    await node.host.output(['ip', 'link', 'set', 'wan', 'down'])
    return async () => void (await node.host.output(['ip', 'link', 'set', 'wan', 'up']))
  },
  /** It hears some of the others no more; they may hear it. */
  async function deaf(lab, node, random) {
    const others = lab.nodes.filter((other) => other !== node).map(({ config }) => config.address)
    await node.cut(random.chance(0.5) ? others : [random.pick(others)])
    return () => node.heal()
  },
  async function allKilled(lab) {
    await Promise.all(lab.nodes.map((node) => node.kill()))
    return async () => {
      for (const node of lab.nodes) await node.start()
    }
  },
]
