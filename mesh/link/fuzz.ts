import { randomOf } from '../udx/engine/fuzz.ts'
import { type Acknowledgement, encodeFrame, type Frame } from './frame.ts'
import { Link } from './link.ts'
import type { Way } from './links.ts'
import type { Sender } from './send-lane.ts'

const protocols = [
  { name: 'first', priority: 'control' },
  { name: 'second', priority: 'bulk' },
] as const
const ways: readonly Way[] = ['udp', 'websocket', 'relayed']
const giveUpMs = 20_000
/** Faults come until here; after it one way stays and everything has to arrive. */
const calmAtMs = 60_000
const endMs = 100_000
const maxKeptBytes = 4 * 1024 * 1024 + 128 * 1024

export interface LinkFuzzResult {
  sessions: number
  wayChanges: number
  messages: number
  /** Undefined when nothing was lost, doubled or out of order within a session. */
  failure?: string
}

interface Event {
  atMs: number
  run(): void
}

/** Two links over connections that come, go, and die unnoticed, in virtual time; ends restart and give up sessions. */
export function fuzzLink(seed: number): LinkFuzzResult {
  const world = new World(seed)
  return world.run()
}

class World {
  readonly random: () => number
  nowMs = 0
  failure: string | undefined
  messages = 0
  wayChanges = 0
  sessions = 0
  readonly #events: Event[] = []
  readonly #ends: readonly [End, End]
  readonly #pipes: Pipe[] = []

  constructor(seed: number) {
    this.random = randomOf(seed)
    this.#ends = [new End(this, 'a'), new End(this, 'b')]
    this.#ends[0].other = this.#ends[1]
    this.#ends[1].other = this.#ends[0]
  }

  get isCalm(): boolean {
    return this.nowMs >= calmAtMs
  }

  after(delayMs: number, run: () => void): void {
    this.#events.push({ atMs: this.nowMs + delayMs, run })
  }

  fail(what: string): void {
    this.failure ??= `at ${Math.round(this.nowMs)} ms: ${what}`
  }

  run(): LinkFuzzResult {
    for (const end of this.#ends) end.restart()
    this.#fault()
    while (this.failure === undefined && this.nowMs < endMs) this.#step()
    for (const end of this.#ends) end.checkQuiet()
    const { sessions, wayChanges, messages, failure } = this
    return { sessions, wayChanges, messages, failure }
  }

  #step(): void {
    let first = -1
    for (const [index, event] of this.#events.entries()) {
      if (first === -1 || event.atMs < this.#events[first]!.atMs) first = index
    }
    const eventMs = first === -1 ? Number.POSITIVE_INFINITY : this.#events[first]!.atMs
    const deadlineMs = Math.min(...this.#ends.map((end) => end.link.deadlineMs()))
    this.nowMs = Math.max(this.nowMs, Math.min(eventMs, deadlineMs, endMs))
    if (eventMs <= deadlineMs && first !== -1) this.#events.splice(first, 1)[0]!.run()
    for (const end of this.#ends) end.pump()
  }

  /** Something happens now, and again in a while. */
  #fault(): void {
    const [a, b] = this.#ends
    const dice = this.random()
    const open = this.#pipes.filter((pipe) => pipe.isAlive)
    const pipe = open[Math.floor(this.random() * open.length)]
    if (this.isCalm) {
      if (a.link.activeWay === undefined || b.link.activeWay === undefined) this.#connect()
    } else if (dice < 0.35) this.#connect()
    else if (dice < 0.55) pipe?.die(true)
    else if (dice < 0.65) pipe?.die(false)
    else if (dice < 0.7) pipe?.change()
    else if (dice < 0.72) this.#ends[Math.floor(this.random() * 2)]!.restart()
    else if (dice < 0.74) this.#ends[Math.floor(this.random() * 2)]!.giveUp()
    else for (const end of this.#ends) end.sendSome()
    this.after(this.random() * 400, () => this.#fault())
  }

  #connect(): void {
    this.#pipes.push(new Pipe(this, this.#ends))
  }
}

/** A connection: in order both ways; when it dies what is under way is lost, noticed at some time or never. */
class Pipe {
  isAlive = true
  #way: Way
  readonly #world: World
  readonly #ids: readonly [number, number]
  readonly #links: readonly [Link, Link]
  readonly #ends: readonly [End, End]
  readonly #delayMs: number
  readonly #arrivesAtMs = [0, 0]

  constructor(world: World, ends: readonly [End, End]) {
    this.#world = world
    this.#ends = ends
    this.#links = [ends[0].link, ends[1].link]
    this.#way = ways[Math.floor(world.random() * 3)]!
    this.#delayMs = world.random() * 80
    this.#ids = [ends[0].open(this, 0), ends[1].open(this, 1)]
    for (const index of [0, 1] as const) {
      const openMs = world.random() * 50
      world.after(openMs, () => {
        if (this.#isTo(index)) ends[index].link.open(this.#ids[index], this.#way, world.nowMs)
      })
    }
  }

  send(from: 0 | 1, bytes: Buffer): void {
    const to = from === 0 ? 1 : 0
    const world = this.#world
    this.#arrivesAtMs[to] = Math.max(this.#arrivesAtMs[to]!, world.nowMs + this.#delayMs + world.random() * 20) + 0.001
    const opensMs = 50 + this.#delayMs
    world.after(Math.max(this.#arrivesAtMs[to]! - world.nowMs, opensMs), () => {
      if (this.isAlive && this.#isTo(to)) this.#ends[to].link.receive(this.#ids[to], bytes, world.nowMs)
    })
  }

  die(isNoticed: boolean): void {
    this.isAlive = false
    for (const index of [0, 1] as const) {
      if (!isNoticed && this.#world.random() < 0.7) continue
      this.#world.after(this.#world.random() * 500, () => this.lost(index))
    }
  }

  lost(index: 0 | 1): void {
    this.isAlive = false
    if (this.#isTo(index)) this.#ends[index].link.lost(this.#ids[index], 'it died', this.#world.nowMs)
  }

  /** Closed by one end: the other hears of it. */
  closed(by: 0 | 1): void {
    const other = by === 0 ? 1 : 0
    this.#world.after(200, () => this.lost(other))
  }

  change(): void {
    this.#way = ways[Math.floor(this.#world.random() * 3)]!
    for (const index of [0, 1] as const) {
      this.#world.after(this.#world.random() * 100, () => {
        if (this.#isTo(index)) this.#ends[index].link.wayChanged(this.#ids[index], this.#way, this.#world.nowMs)
      })
    }
  }

  /** False when that end has restarted since. */
  #isTo(index: 0 | 1): boolean {
    return this.#ends[index].link === this.#links[index]
  }
}

/** What one end has sent in one session, on one lane. */
interface Sent {
  name: string
  counts: [number, number]
}

class End {
  link!: Link
  other!: End
  readonly #world: World
  readonly #key: string
  #ways = new Map<number, { pipe: Pipe; index: 0 | 1 }>()
  #nextWay = 0
  #processes = 0
  #senders: [Sender, Sender] = [
    { protocol: 0, queuedBytes: 0 },
    { protocol: 1, queuedBytes: 0 },
  ]
  #isOpen = false
  /** Of the present session. */
  #sent: Sent = { name: '', counts: [0, 0] }
  #from: string | undefined
  #received: [number, number] = [0, 0]

  constructor(world: World, key: string) {
    this.#world = world
    this.#key = key
  }

  restart(): void {
    for (const { pipe, index } of this.#ways.values()) pipe.closed(index)
    this.#ways = new Map()
    this.#isOpen = false
    this.#processes++
    const process = `${this.#key}${this.#processes}`.padStart(32, '0').replaceAll(/[^0-9a-f]/g, '0')
    this.link = new Link({ self: this.#key, peer: this.other.#key, process, protocols, giveUpMs })
  }

  open(pipe: Pipe, index: 0 | 1): number {
    const id = this.#nextWay++
    this.#ways.set(id, { pipe, index })
    return id
  }

  giveUp(): void {
    this.link.end('given up')
  }

  sendSome(): void {
    if (!this.#isOpen) return
    for (let count = Math.floor(this.#world.random() * 20); count > 0; count--) {
      const lane = this.#world.random() < 0.5 ? 0 : 1
      const size =
        this.#world.random() < 0.1 ? Math.floor(this.#world.random() * 200_000) : Math.floor(this.#world.random() * 300)
      this.link.send(this.#senders[lane], encodeMessage(this.#sent.name, this.#sent.counts[lane]++, size))
      this.#world.messages++
    }
  }

  pump(): void {
    this.#run()
    for (let count = 0; count < 50; count++) {
      const frame = this.link.take(
        { bytes: this.#world.random() * 80_000, isAll: this.#world.random() < 0.5 },
        this.#world.nowMs,
      )
      if (frame === undefined) break
      this.#write(this.link.activeWay!, frame, this.link.acknowledgement)
    }
    this.link.advance(this.#world.nowMs)
    this.#run()
    if (this.link.keptBytes > maxKeptBytes) this.#world.fail(`${this.#key} keeps ${this.link.keptBytes} bytes`)
    // Both ends keep to the protocol: whatever happens to connections, neither may think otherwise.
    const error = this.link.lastError ?? ''
    if (error.includes('broke the link') || error.includes('disagree')) this.#world.fail(`${this.#key}: ${error}`)
  }

  #run(): void {
    for (const effect of this.link.takeEffects()) {
      if (effect.kind === 'write') this.#write(effect.way, effect.frame, effect.acknowledgement)
      else if (effect.kind === 'close') this.#close(effect.way)
      else if (effect.kind === 'opened') this.#opened()
      else if (effect.kind === 'closed') this.#isOpen = false
      else if (effect.kind === 'message') this.#take(effect.protocol === 'first' ? 0 : 1, Buffer.from(effect.message))
      else this.#world.wayChanges++
    }
  }

  /** In the end all that was sent in the session that is open has come. */
  checkQuiet(): void {
    if (!this.#isOpen || !this.other.#isOpen) this.#world.fail(`${this.#key} has no session in the end`)
    for (const lane of [0, 1] as const) {
      const [sent, received] = [this.#sent.counts[lane], this.other.#received[lane]]
      if (sent !== received) this.#world.fail(`lane ${lane} from ${this.#key}: ${received} of ${sent} messages came`)
    }
  }

  #write(id: number, frame: Frame, acknowledgement: Acknowledgement): void {
    const way = this.#ways.get(id)
    way?.pipe.send(way.index, encodeFrame(frame, acknowledgement))
  }

  #close(id: number): void {
    const way = this.#ways.get(id)
    this.#ways.delete(id)
    way?.pipe.closed(way.index)
  }

  #opened(): void {
    if (this.#isOpen) this.#world.fail(`${this.#key} opens a session within another`)
    this.#isOpen = true
    this.#world.sessions++
    this.#sent = { name: `${this.#key}${this.#world.sessions}`, counts: [0, 0] }
    this.#from = undefined
    this.#received = [0, 0]
    this.#senders = [
      { protocol: 0, queuedBytes: 0 },
      { protocol: 1, queuedBytes: 0 },
    ]
    this.sendSome()
  }

  #take(lane: 0 | 1, message: Buffer): void {
    const { name, index, isWhole } = decodeMessage(message)
    this.#from ??= name
    if (!this.#isOpen) this.#world.fail(`${this.#key} gets a message without a session`)
    if (!isWhole) this.#world.fail(`${this.#key} gets a spoilt message`)
    if (name !== this.#from) this.#world.fail(`${this.#key} gets a message of ${name} in a session with ${this.#from}`)
    if (index !== this.#received[lane]) {
      this.#world.fail(`${this.#key} gets message ${index} of lane ${lane}, ${this.#received[lane]} is next`)
    }
    this.#received[lane]++
  }
}

function encodeMessage(name: string, index: number, size: number): Buffer {
  const bytes = Buffer.alloc(12 + size, index & 255)
  bytes.write(name.padEnd(8), 0)
  bytes.writeUInt32LE(index, 8)
  return bytes
}

function decodeMessage(bytes: Buffer): { name: string; index: number; isWhole: boolean } {
  const index = bytes.readUInt32LE(8)
  const isWhole = bytes.subarray(12).every((byte) => byte === (index & 255))
  return { name: bytes.toString('utf8', 0, 8).trim(), index, isWhole }
}
