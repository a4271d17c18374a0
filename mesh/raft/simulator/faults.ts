import { votersOf } from '../configuration.ts'
import type { SimulatedNode } from './node.ts'
import type { Simulation } from './simulation.ts'

/** What goes wrong, and what operators do, while the clients call. */
export class Faults {
  readonly #simulation: Simulation
  #isStopped = false
  /** Each seed has its own mix and pace: some bugs need a lot of one fault and none of another. */
  readonly #mix: (() => void)[]
  readonly #maxPauseMs: number
  readonly #maxDownMs: number

  constructor(simulation: Simulation) {
    this.#simulation = simulation
    const { network, random } = simulation
    network.loss = random.pick([0, 0.01, 0.1])
    network.duplication = random.pick([0, 0.05])
    network.straggling = random.pick([0, 0.02, 0.1])
    this.#maxPauseMs = random.pick([30, 100, 250])
    this.#maxDownMs = random.pick([10, 60, 300])
    this.#mix = random.sample(this.#kinds, random.integer(3, this.#kinds.length))
    for (const node of simulation.nodes) {
      node.usualFsyncMs = random.pick([2, 2, 8, 25])
      node.fsyncMs = node.usualFsyncMs
    }
    this.#next()
  }

  /** All quiet: everything heals, everyone runs. */
  stop(): void {
    this.#isStopped = true
    const { network, nodes } = this.#simulation
    network.calm()
    for (const node of nodes) {
      node.failsNextWrite = false
      node.usualFsyncMs = 2
      node.fsyncMs = 2
      node.drift = 1
      node.resume()
      node.start()
    }
  }

  #next(): void {
    const { schedule, random, network } = this.#simulation
    schedule.after(random.integer(5, this.#maxPauseMs), () => {
      if (this.#isStopped) return
      random.pick(this.#mix)()
      if (random.chance(0.1)) network.heal()
      this.#next()
    })
  }

  readonly #kinds: (() => void)[] = [
    () => this.#crash(1),
    () => this.#crash(this.#simulation.random.integer(1, this.#simulation.nodes.length)),
    () => this.#crashLeader(),
    () => this.#cutLeader(),
    () => this.#crashVoter(),
    () => this.#crashVoter(),
    () => this.#partition(),
    () => this.#cutOneWay(),
    () => this.#simulation.network.heal(),
    () => this.#slowDisk(),
    () => this.#diskError(),
    () => this.#stall(),
    () => this.#drift(),
    () => this.#disconnect(),
    () => this.#transfer(),
    () => this.#changeMembers(),
    () => this.#changeMembers(),
    () => this.#join(),
  ]

  #node(): SimulatedNode | undefined {
    const { random, running } = this.#simulation
    return running.length === 0 ? undefined : random.pick(running)
  }

  #crash(count: number): void {
    const { random, running } = this.#simulation
    for (const node of random.sample(running, count)) this.#crashFor(node)
  }

  #crashLeader(): void {
    const { leader } = this.#simulation
    if (leader !== undefined) this.#crashFor(leader)
  }

  /** One that has just given its vote: it must remember. */
  #crashVoter(): void {
    const { running, random } = this.#simulation
    const newest = Math.max(...running.map(({ raft }) => raft!.status.term))
    const voters = running.filter(({ raft }) => raft!.status.term === newest && raft!.status.votedFor !== null)
    if (voters.length > 0) this.#crashFor(random.pick(voters))
  }

  /** The old leader goes on by itself, beside the next one. */
  #cutLeader(): void {
    const { leader, network, nodes, random } = this.#simulation
    if (leader === undefined) return
    const friend = random.chance(0.5) ? random.pick(nodes) : leader
    for (const { id } of nodes) {
      if (id === leader.id || id === friend.id) continue
      network.cut(leader.id, id)
      network.cut(id, leader.id)
    }
  }

  #crashFor(node: SimulatedNode): void {
    const { schedule, random } = this.#simulation
    node.crash()
    if (random.chance(0.5)) for (const other of this.#simulation.running) other.disconnected(node.id)
    schedule.after(random.integer(1, this.#maxDownMs), () => node.start())
  }

  #partition(): void {
    const { network, nodes, random } = this.#simulation
    network.heal()
    const half = random.sample(nodes, random.integer(1, nodes.length - 1))
    const others = nodes.filter((node) => !half.includes(node))
    for (const { id: a } of half) {
      for (const { id: b } of others) {
        network.cut(a, b)
        network.cut(b, a)
      }
    }
  }

  #cutOneWay(): void {
    const { network, nodes, random } = this.#simulation
    for (let count = random.integer(1, 4); count > 0; count--) {
      const [from, to] = random.sample(nodes, 2)
      if (from !== undefined && to !== undefined) network.cut(from.id, to.id)
    }
  }

  #slowDisk(): void {
    const node = this.#node()
    if (node === undefined) return
    const { schedule, random } = this.#simulation
    node.fsyncMs = random.integer(20, 120)
    schedule.after(random.integer(50, 400), () => {
      node.fsyncMs = node.usualFsyncMs
    })
  }

  #diskError(): void {
    const node = this.#node()
    if (node === undefined) return
    const { schedule, random } = this.#simulation
    node.failsNextWrite = true
    schedule.after(random.integer(50, 300), () => node.start())
  }

  #stall(): void {
    const node = this.#simulation.random.chance(0.5) ? this.#simulation.leader : this.#node()
    if (node === undefined) return
    node.stall()
    this.#simulation.schedule.after(this.#simulation.random.integer(20, 500), () => node.resume())
  }

  /** A link breaks and is there again before anything was to be sent. */
  #disconnect(): void {
    const [node, other] = [this.#node(), this.#node()]
    if (node !== undefined && other !== undefined) node.disconnected(other.id)
  }

  #drift(): void {
    const node = this.#node()
    if (node !== undefined) node.drift = 0.5 + 1.5 * this.#simulation.random.next()
  }

  #transfer(): void {
    const { leader, random } = this.#simulation
    const raft = leader?.raft
    if (raft === undefined) return
    raft.transferLeadership(random.pick(votersOf(raft.status.configuration)))
    leader!.pump()
  }

  #changeMembers(): void {
    const { leader, nodes, random } = this.#simulation
    const raft = leader?.raft
    if (raft === undefined) return
    const ids = random.sample(nodes, nodes.length).map(({ id }) => id)
    const voters = ids.splice(0, random.pick([1, 2, 3, 3, 3, 5]))
    raft.proposeConfiguration({ voters, learners: ids.splice(0, random.integer(0, 2)) })
    leader!.pump()
  }

  /** A node that never took part begins where another one is, as a promoted learner does with the operations core. */
  #join(): void {
    const node = this.#node()
    const snapshot = node?.raft?.snapshotMetadata(node.applied)
    if (node === undefined || snapshot === undefined) return
    this.#simulation.join(snapshot, node.registers.encode())
  }
}
