import type { NodeId } from '../entry.ts'
import type { Message } from '../message.ts'
import type { Random } from './random.ts'
import type { Schedule } from './schedule.ts'

/** Loses, delays, doubles and reorders; ways between two nodes can be cut in one direction alone. */
export class Network {
  readonly #random: Random
  readonly #schedule: Schedule
  readonly #deliver: (message: Message) => void
  readonly #cut = new Set<string>()
  loss = 0
  duplication = 0
  /** Probability of a long delay, by which later messages overtake. */
  straggling = 0

  constructor(random: Random, schedule: Schedule, deliver: (message: Message) => void) {
    this.#random = random
    this.#schedule = schedule
    this.#deliver = deliver
  }

  cut(from: NodeId, to: NodeId): void {
    this.#cut.add(`${from}>${to}`)
  }

  heal(): void {
    this.#cut.clear()
  }

  calm(): void {
    this.heal()
    this.loss = 0
    this.duplication = 0
    this.straggling = 0
  }

  send(message: Message): void {
    if (this.#cut.has(`${message.from}>${message.to}`) || this.#random.chance(this.loss)) return
    this.#later(message)
    if (this.#random.chance(this.duplication)) this.#later(message)
  }

  #later(message: Message): void {
    const delayMs = this.#random.chance(this.straggling) ? this.#random.integer(20, 400) : 1 + 4 * this.#random.next()
    this.#schedule.after(delayMs, () => this.#deliver(message))
  }
}
