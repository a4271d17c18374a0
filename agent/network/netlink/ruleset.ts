import { ENOBUFS, SystemCallError } from './libc.ts'
import { decodeAttributes, type Message, readText, readUint32BigEndian } from './message.ts'
import { families, NetlinkSocket } from './socket.ts'

const nftablesSubsystem = 10
const messageKinds = { newGeneration: 15, getGeneration: 16 }
const generationId = 1
const nftablesGroup = 7
const receiveBufferBytes = 1024 * 1024

/**
 * Tells changes of one nftables table by others from those of one's own. The kernel numbers the generations of all
 * rules of a network namespace and sends each transaction's changes followed by its generation.
 */
export class RulesetWatch {
  readonly #events = new NetlinkSocket(families.netfilter)
  readonly #requests = new NetlinkSocket(families.netfilter)
  readonly #table: string
  /** Generations made by `own` that are newer than `#seen`. */
  readonly #own = new Set<number>()
  /** All generations up to this one are accounted for. */
  #seen: number
  #isTouched = false

  constructor(table: string) {
    this.#table = table
    this.#events.join(nftablesGroup, receiveBufferBytes)
    this.#seen = this.generation()
  }

  /** The number of the newest generation. */
  generation(): number {
    const body = Uint8Array.of(0, 0, 0, 0)
    const type = (nftablesSubsystem << 8) | messageKinds.getGeneration
    const [answer] = this.#requests.request('nftables generation', type, 0, body)
    return generationOf(answer!)
  }

  /**
   * Runs a transaction of one's own. When others make one in the meantime both count as foreign: one needless repair,
   * never a missed one.
   */
  async own<T>(action: () => Promise<T>): Promise<T> {
    const before = this.generation()
    try {
      return await action()
    } finally {
      const after = this.generation()
      if (after === before + 1) this.#own.add(after)
    }
  }

  /** True when another changed the table since the last call, or when that cannot be known. */
  wasChanged(): boolean {
    let changed = false
    try {
      for (const message of this.#events.poll()) changed = this.#take(message) || changed
    } catch (error) {
      if (!(error instanceof SystemCallError) || error.errno !== ENOBUFS) throw error
      changed = this.#skipLost()
    }
    for (const generation of this.#own) if (generation <= this.#seen) this.#own.delete(generation)
    return changed
  }

  /** Events were lost, as after a large transaction of one's own: harmless if there were no other ones. */
  #skipLost(): boolean {
    this.#isTouched = false
    const newest = this.generation()
    let changed = false
    for (let generation = this.#seen + 1; generation <= newest && !changed; generation++)
      changed = !this.#own.has(generation)
    this.#seen = newest
    return changed
  }

  close(): void {
    this.#events.close()
    this.#requests.close()
  }

  #take(message: Message): boolean {
    if ((message.type & 0xff) !== messageKinds.newGeneration) {
      // Every object of nftables names its table in attribute 1.
      const table = decodeAttributes(message.body.subarray(4)).get(1)
      if (table !== undefined && readText(table) === this.#table) this.#isTouched = true
      return false
    }
    const generation = generationOf(message)
    const isForeign = this.#isTouched && !this.#own.has(generation)
    this.#isTouched = false
    this.#seen = Math.max(this.#seen, generation)
    return isForeign
  }
}

const generationOf = (message: Message): number =>
  readUint32BigEndian(decodeAttributes(message.body.subarray(4)).get(generationId)!)
