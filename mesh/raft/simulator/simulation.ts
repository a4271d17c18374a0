import { emptyConfiguration } from '../configuration.ts'
import type { NodeId } from '../entry.ts'
import type { SnapshotMetadata } from '../message.ts'
import type { Limits } from '../options.ts'
import { Clients } from './clients.ts'
import { Faults } from './faults.ts'
import { Invariants, Violation } from './invariants.ts'
import { checkLinearizable, type Operation } from './linearizability.ts'
import type { Mutation } from './mutations.ts'
import { Network } from './network.ts'
import { SimulatedNode } from './node.ts'
import { Random } from './random.ts'
import { Registers } from './registers.ts'
import { Schedule } from './schedule.ts'

const faultyMs = 2500
const quietMs = 4000
const clientCount = 6
const maxNodes = 7

/** What one seed gave. `failure` is undefined when every property held. */
export interface Outcome {
  seed: number
  failure?: string
  stack?: string
  /** A run in which nothing happened proves nothing. */
  seen: Invariants['seen'] & { answered: number }
  /** The search for a linearization was given up. */
  isUndecided: boolean
}

/** A cluster in one thread under virtual time, all of whose luck comes from one seed. */
export class Simulation {
  readonly random: Random
  readonly schedule = new Schedule()
  readonly network: Network
  readonly invariants = new Invariants()
  readonly nodes: SimulatedNode[] = []
  readonly mutation: Mutation | undefined
  readonly limits: Partial<Limits>
  readonly #clients: Clients

  constructor(seed: number, mutation?: Mutation) {
    this.random = new Random(seed)
    this.mutation = mutation
    this.network = new Network(this.random, this.schedule, (message) => {
      this.nodes.find(({ id }) => id === message.to)?.receive(message)
    })
    // Small windows, so that their bounds are met.
    this.limits = {
      electionTicks: 10,
      heartbeatTicks: this.random.integer(1, 3),
      maxAppendBytes: this.random.pick([100, 400, 100_000]),
      maxInflightAppends: this.random.pick([1, 4, 64]),
    }
    const voters = this.random.chance(0.5) ? ['n1', 'n2', 'n3'] : ['n1', 'n2', 'n3', 'n4', 'n5']
    const first = { index: 0, term: 0, configuration: { voters, outgoing: [], learners: [] } }
    const empty = new Registers().encode()
    for (const id of voters) this.#add(id, first, empty)
    this.#add('l1', { index: 0, term: 0, configuration: emptyConfiguration }, empty)
    this.#clients = new Clients(this, clientCount)
  }

  get history(): readonly Operation[] {
    return this.#clients.history
  }

  get running(): SimulatedNode[] {
    return this.nodes.filter(({ raft }) => raft !== undefined)
  }

  /** The leader of the newest term. */
  get leader(): SimulatedNode | undefined {
    const leaders = this.running.filter(({ raft }) => raft?.status.role === 'leader')
    return leaders.sort((a, b) => b.raft!.status.term - a.raft!.status.term)[0]
  }

  node(id: NodeId): SimulatedNode {
    const node = this.nodes.find((candidate) => candidate.id === id)
    if (node === undefined) throw new Error(`no node ${id}`)
    return node
  }

  join(base: SnapshotMetadata, state: Uint8Array): void {
    if (this.nodes.length < maxNodes) this.#add(`j${this.nodes.length}`, base, state)
  }

  /** Faults first, then quiet: then a leader must be there, and everybody must have the same. */
  run(): void {
    const faults = new Faults(this)
    this.schedule.runUntil(faultyMs)
    faults.stop()
    const until = this.schedule.nowMs + quietMs
    const answeredBefore = this.#clients.answered
    this.schedule.runUntil(until, () => this.#clients.answered >= answeredBefore + 20)
    this.#clients.stop()
    this.schedule.runUntil(until, () => this.#isSettled())
    if (this.#clients.answered < answeredBefore + 20)
      throw new Violation(`no progress in quiet times: ${this.#describe()}`)
    if (!this.#isSettled()) throw new Violation(`the nodes do not come to the same: ${this.#describe()}`)
  }

  outcome(seed: number): Outcome {
    let failure: Error | undefined
    let isUndecided = false
    try {
      this.run()
      const { verdict, key } = checkLinearizable(this.history)
      if (verdict === 'not linearizable') throw new Violation(`the calls on ${key} are not linearizable`)
      isUndecided = verdict === 'search too long'
    } catch (error) {
      failure = error as Error
    }
    const seen = { ...this.invariants.seen, answered: this.#clients.answered }
    return { seed, failure: failure?.message, stack: failure?.stack, seen, isUndecided }
  }

  #add(id: NodeId, base: SnapshotMetadata, state: Uint8Array): void {
    const node = new SimulatedNode(this, id, base, state)
    this.nodes.push(node)
    node.start()
  }

  #isSettled(): boolean {
    const { leader } = this
    const status = leader?.raft?.status
    if (leader === undefined || status === undefined || status.isChangingConfiguration) return false
    if (leader.applied !== status.last.index) return false
    const { voters, learners } = status.configuration
    const state = leader.registers.encode().toString()
    return [...voters, ...learners]
      .map((id) => this.node(id))
      .every((node) => node.applied === leader.applied && node.registers.encode().toString() === state)
  }

  #describe(): string {
    return this.nodes
      .map(({ id, raft, applied }) => {
        if (raft === undefined) return `${id} is down`
        const { role, term, commit, last, base, configuration } = raft.status
        const { voters, outgoing, learners } = configuration
        const members = `${voters}/${outgoing}/${learners}`
        return `${id} ${role} term ${term} log ${base.index}..${last.index} commit ${commit} applied ${applied} (${members})`
      })
      .join('; ')
  }
}

/** Runs one seed; the same seed and mutation give the same outcome. */
export function simulate(seed: number, mutation?: Mutation): Outcome {
  return new Simulation(seed, mutation).outcome(seed)
}
