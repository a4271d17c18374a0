import { expect } from 'bun:test'
import { checkLinearizable } from '../../mesh/raft/simulator/linearizability.ts'
import { Random } from '../../mesh/raft/simulator/random.ts'
import { until } from '../lab/until.ts'
import { AgentLab } from './agent-lab.ts'
import { Clients } from './clients.ts'
import { disturb } from './consensus-faults.ts'
import { ConsensusLab } from './consensus-lab.ts'
import type { FaultLab, FaultNode } from './fault-node.ts'

/** Programs around the mesh, which start in no time and write fenced keys, or whole agents: the compiled executable. */
export type NodeKind = 'programs' | 'agents'

function open(kind: NodeKind, name: string, learners: number, slowSyncMs?: number): Promise<FaultLab> {
  const options = [{}, {}, { slowSyncMs }, ...Array.from({ length: learners }, () => ({}))]
  return kind === 'agents' ? AgentLab.open(name, options) : ConsensusLab.open(name, options)
}

/** Three voters and learners, all kinds of faults, clients that note what they see: it must look like one register each, and nothing be lost. */
export async function survivesFaults(kind: NodeKind, durationMs: number, seed: number, learners = 0): Promise<void> {
  const lab = await open(kind, 'faults', learners)
  try {
    const clients = new Clients(lab.nodes, 6)
    const done = await disturb(lab, new Random(seed), durationMs)
    await lab.settled()
    await clients.nextWrite()
    await clients.stop()
    const { acknowledged, keys } = clients
    for (const node of lab.nodes) {
      for (const key of keys.slice(-400)) expect(await clients.read(node, key)).toBe(true)
    }
    console.log(
      `seed ${seed}: ${done.length} faults, ${acknowledged} writes acknowledged, ${clients.history.length} calls`,
    )
    const checked = checkLinearizable(clients.history)
    if (checked.key !== undefined) showKey(clients, checked.key)
    expect(checked).toEqual({ verdict: 'linearizable' })
    await expectSameState(lab)
    if (lab instanceof ConsensusLab) await expectFenced(lab)
    expect(acknowledged).toBeGreaterThan(10)
  } finally {
    await lab.close()
  }
}

/** A leader stands still, another one is elected, the old one goes on where it was: its fenced writes come to nothing. */
export async function fencesOldLeader(stillMs: number): Promise<void> {
  const lab = await ConsensusLab.open('fence', [{}, {}, {}])
  try {
    await until('the leader has written', async () => (await fencedWrites(lab)) >= 20)
    const old = await lab.leader()
    old.suspend()
    const next = await lab.leader()
    expect(next).not.toBe(old)
    await Bun.sleep(stillMs)
    old.resume()
    await lab.settled()
    const before = await fencedWrites(lab)
    await until('whoever leads has written', async () => (await fencedWrites(lab)) >= before + 20)
    await expectFenced(lab)
  } finally {
    await lab.close()
  }
}

/** One slow disk and more work than cores: nobody may think that the leader is gone. */
export async function electsNobody(kind: NodeKind, durationMs: number): Promise<void> {
  const lab = await open(kind, 'slow', 0, 200)
  const burners = Array.from({ length: 2 * navigator.hardwareConcurrency }, () =>
    Bun.spawn(['sh', '-c', 'while :; do :; done'], { stdio: ['ignore', 'ignore', 'ignore'] }),
  )
  try {
    const before = await leadershipOf(await lab.leader())
    const clients = new Clients(lab.nodes, 6)
    await Bun.sleep(durationMs)
    await clients.stop()
    for (const node of lab.nodes) {
      const { leader, term } = await leadershipOf(node)
      expect([leader, term]).toEqual([before.leader, before.term])
    }
    console.log(`${clients.acknowledged} writes acknowledged in ${durationMs / 1000} s`)
    expect(checkLinearizable(clients.history)).toEqual({ verdict: 'linearizable' })
  } finally {
    for (const burner of burners) {
      burner.kill('SIGKILL')
      await burner.exited
    }
    await lab.close()
  }
}

/** What a node says of the lead. A busy one is asked again. */
async function leadershipOf(node: FaultNode) {
  let found: Awaited<ReturnType<FaultNode['leadership']>>
  await until(`node ${node.config.number} says who leads`, async () => {
    found = await node.leadership()
    return found !== undefined
  })
  return found!
}

/** Fenced writes that were acknowledged to the nodes that run. */
async function fencedWrites(lab: ConsensusLab): Promise<number> {
  const written = lab.nodes.map(async (node) => (node.isStopped ? 0 : ((await node.status())?.fence.written ?? 0)))
  return (await Promise.all(written)).reduce((sum, each) => sum + each, 0)
}

/** A follower's disk is full: the others go on; when there is room again and it was restarted, it has everything. */
export async function leavesFullDisk(): Promise<void> {
  const lab = await ConsensusLab.open('full', [{}, {}, { diskMiB: 96 }])
  try {
    const full = lab.nodes[2]!
    if ((await lab.leader()) === full) {
      await full.kill()
      await lab.leader()
      await full.start()
      await lab.settled()
    }
    const filler = `${full.config.directory}/filler`
    await Bun.spawn(['dd', 'if=/dev/zero', `of=${filler}`, 'bs=1M'], { stderr: 'ignore' }).exited
    const clients = new Clients(lab.nodes.slice(0, 2), 4)
    const value = 'x'.repeat(20_000)
    const [first] = lab.nodes
    for (let at = 0; (await full.status())?.failure === undefined; at++) {
      expect((await first!.ask('put', { key: `big-${at % 50}`, value })).error).toBeUndefined()
    }
    await clients.nextWrite()
    await Bun.file(filler).delete()
    await full.kill()
    await full.start()
    await lab.settled()
    await clients.stop()
    expect(checkLinearizable(clients.history)).toEqual({ verdict: 'linearizable' })
    await expectSameState(lab)
  } finally {
    await lab.close()
  }
}

/** What clients saw of one register, in the order of their calls, and values in it that a node had refused to write. */
function showKey(clients: Clients, key: string): void {
  const of = clients.history.filter((operation) => operation.key === key).toSorted((a, b) => a.callMs - b.callMs)
  for (const operation of of) {
    const { kind, callMs, returnMs } = operation
    const found = 'found' in operation ? operation.found : undefined
    const refusal = typeof found === 'string' ? clients.refused.get(found) : undefined
    const why = refusal === undefined ? '' : `, which was refused with ${refusal}`
    const value = 'value' in operation ? operation.value : ''
    console.log(`${callMs.toFixed(0)}-${returnMs.toFixed(0)} ${kind} ${value} found ${found}${why}`)
  }
}

async function expectSameState(lab: FaultLab): Promise<void> {
  // The leader's fenced writes go on: the states are compared without them.
  const states = await Promise.all(
    lab.nodes.map((node) => node.ask<{ entries: [string, string, number][] }>('state', {})),
  )
  const [first, ...others] = states.map(({ entries }) => entries.filter(([key]) => key !== 'fence'))
  for (const other of others) expect(other).toEqual(first!)
}

/** Terms of the fenced writes that took effect, in their order on each node, never go down. */
async function expectFenced(lab: ConsensusLab): Promise<void> {
  for (const node of lab.nodes) {
    const { values } = await node.ask<{ values: string[] }>('history', { key: 'fence' })
    const terms = values.map((value) => Number(value.split(' ')[0]))
    expect(terms).toEqual(terms.toSorted((a, b) => a - b))
    expect(terms.length).toBeGreaterThan(10)
  }
}
