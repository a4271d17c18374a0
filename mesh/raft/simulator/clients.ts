import type { Operation } from './linearizability.ts'
import type { SimulatedNode } from './node.ts'
import type { Simulation } from './simulation.ts'

const keys = ['a', 'b', 'c']
const timeoutMs = 150

/** Clients that call any node, one call at a time each, and write down what they saw. */
export class Clients {
  readonly history: Operation[] = []
  readonly #simulation: Simulation
  #commands = 0
  #isStopped = false
  /** Answered operations, to see that there is progress. */
  answered = 0

  constructor(simulation: Simulation, count: number) {
    this.#simulation = simulation
    for (let client = 0; client < count; client++) this.#pause()
  }

  stop(): void {
    this.#isStopped = true
  }

  #pause(): void {
    const { schedule, random } = this.#simulation
    schedule.after(random.integer(1, 12), () => {
      if (!this.#isStopped) this.#call()
    })
  }

  #call(): void {
    const { random } = this.#simulation
    const { running } = this.#simulation
    const key = random.pick(keys)
    if (running.length === 0) this.#pause()
    else if (random.chance(0.4)) this.#get(random.pick(running), key)
    else this.#write(random.pick(running), key)
  }

  #get(node: SimulatedNode, key: string): void {
    const { schedule } = this.#simulation
    const callMs = schedule.nowMs
    const once = this.#once()
    const isAccepted = node.read(() =>
      once(() => {
        this.answered++
        this.history.push({ key, kind: 'get', found: node.registers.get(key), callMs, returnMs: schedule.nowMs })
      }),
    )
    if (!isAccepted) once(() => {})
  }

  #write(node: SimulatedNode, key: string): void {
    const { schedule, random } = this.#simulation
    const number = ++this.#commands
    const kind = random.chance(0.3) ? 'swap' : 'put'
    const value = `v${number}`
    // Mostly a value that was there once, so that some swaps succeed.
    const expected = kind === 'swap' ? (this.history.findLast((seen) => seen.key === key)?.value ?? null) : undefined
    const command = { id: number, kind, key, value, expected } as const
    // It may take effect from now on, whether an answer comes or not.
    const operation: Operation = {
      key,
      kind,
      value,
      expected,
      callMs: schedule.nowMs,
      returnMs: Number.POSITIVE_INFINITY,
    }
    this.history.push(operation)
    const once = this.#once()
    const hadNoEffect = () => this.history.splice(this.history.indexOf(operation), 1)
    const done = (found: string | null | undefined) =>
      once(() => {
        if (found === undefined) return hadNoEffect()
        operation.found = found
        operation.returnMs = schedule.nowMs
        this.answered++
      })
    let answer = node.propose(command, done)
    // One hop to the leader, as a node's API would forward it.
    if (typeof answer === 'string') answer = this.#simulation.node(answer).propose(command, done)
    if (answer !== true) once(hadNoEffect)
  }

  /** The first of answer and timeout counts; the client then pauses and goes on. */
  #once(): (act: () => void) => void {
    let isOver = false
    const once = (act: () => void) => {
      if (isOver) return
      isOver = true
      act()
      this.#pause()
    }
    this.#simulation.schedule.after(timeoutMs, () => once(() => {}))
    return once
  }
}
