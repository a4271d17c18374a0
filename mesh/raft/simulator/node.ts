import { emptyConfiguration } from '../configuration.ts'
import type { Effects, Persist } from '../effects.ts'
import type { Entry, NodeId } from '../entry.ts'
import type { Message, SnapshotMetadata } from '../message.ts'
import { Raft } from '../raft.ts'
import { Disk, type Write } from './disk.ts'
import { OperationsFeed } from './operations.ts'
import { type Command, decodeCommand, encodeCommand, Registers } from './registers.ts'
import type { Simulation } from './simulation.ts'

export const tickMs = 10
const chunkBytes = 40
/** Entries applied before the state is saved and the log cut, and entries kept for laggards. */
const entriesBetweenSaves = 30
const entriesKept = 8

/** A process: the core, its driver, its disk and its state machine. */
export class SimulatedNode {
  readonly disk: Disk
  raft: Raft | undefined
  registers = new Registers()
  applied = 0
  usualFsyncMs = 2
  fsyncMs = 2
  /** How much faster or slower than true its clock runs. */
  drift = 1
  failsNextWrite = false
  readonly #simulation: Simulation
  readonly #feed: OperationsFeed
  /** Started, crashed, started again: what was scheduled for an earlier life must not happen. */
  #life = 0
  #isStalled = false
  #inbox: (() => void)[] = []
  #writes: { write: Write; sequence: number; send: readonly Message[] }[] = []
  #isWriting = false
  #received: Uint8Array[] = []
  #outgoing = new Map<string, { snapshot: SnapshotMetadata; bytes: Uint8Array }>()
  #proposals = new Map<number, { term: number; done: (found: string | null | undefined) => void }>()
  #reads: { ticket: number; index?: number; done: () => void }[] = []

  constructor(
    simulation: Simulation,
    readonly id: NodeId,
    base: SnapshotMetadata,
    state: Uint8Array,
  ) {
    this.#simulation = simulation
    this.disk = new Disk(base, state)
    this.#feed = new OperationsFeed(simulation, this, (entries) => this.#take(entries))
  }

  get isStalled(): boolean {
    return this.#isStalled
  }

  start(): void {
    if (this.raft !== undefined) return
    const { disk } = this
    const { random, schedule, mutation, limits } = this.#simulation
    this.#life++
    this.registers = Registers.decode(disk.state.bytes)
    this.applied = disk.state.index
    this.#rebase()
    this.raft = new Raft({
      id: this.id,
      base: disk.base,
      entries: disk.entries,
      hardState: disk.hardState,
      applied: disk.state.index,
      random: () => random.next(),
      limits,
    })
    mutation?.patch?.(this.raft)
    this.#simulation.invariants.started(this.id)
    const life = this.#life
    const tick = () => {
      if (this.#life !== life) return
      if (!this.#isStalled) this.#run((raft) => raft.tick())
      schedule.after(tickMs * this.drift, tick)
    }
    schedule.after(tickMs * random.next(), tick)
  }

  /** Loses what is not durable, but for some of the atoms on their way, in order. */
  crash(): void {
    if (this.raft === undefined) return
    const survivors = this.#simulation.random.integer(0, this.#writes.length)
    for (const { write } of this.#writes.slice(0, survivors)) this.disk.commit(this.#mutated(write))
    this.raft = undefined
    this.#life++
    this.#isStalled = false
    this.#isWriting = false
    this.failsNextWrite = false
    this.#inbox = []
    this.#writes = []
    this.#received = []
    this.#outgoing.clear()
    this.#proposals.clear()
    this.#reads = []
  }

  /** Stopped by a signal: nothing happens until `resume`, then the overdue tick comes before the inbox. */
  stall(): void {
    if (this.raft !== undefined) this.#isStalled = true
  }

  resume(): void {
    if (!this.#isStalled) return
    this.#isStalled = false
    this.#run((raft) => raft.tick(true))
    for (const take of this.#inbox.splice(0)) take()
    this.#write()
  }

  receive(message: Message): void {
    if (this.#isStalled) this.#inbox.push(() => this.receive(message))
    else this.#run((raft) => raft.step(message))
  }

  /** Runs something on the core and does what it asks for. */
  #run(act: (raft: Raft) => void): void {
    if (this.raft === undefined) return
    act(this.raft)
    this.pump()
  }

  pump(): void {
    const { raft } = this
    if (raft === undefined || this.#isStalled) return
    for (let effects = raft.takeEffects(); effects !== undefined; effects = raft.takeEffects()) {
      this.#simulation.invariants.check(this.id, raft)
      this.#handle(raft, effects)
      if (this.raft !== raft) return
    }
  }

  /** Its link to this node is gone, or was for a moment. */
  disconnected(id: NodeId): void {
    if (!this.#isStalled) this.#run((raft) => raft.disconnected(id))
  }

  /** `done` is told what was there before, or undefined when the command has lost its place for good. */
  propose(command: Command, done: (found: string | null | undefined) => void): boolean | NodeId {
    if (this.raft === undefined || this.#isStalled) return false
    const proposed = this.raft.propose(encodeCommand(command))
    if ('code' in proposed) return proposed.leader ?? false
    this.#proposals.set(proposed.index, { term: proposed.term, done })
    this.pump()
    return true
  }

  read(done: () => void): boolean {
    if (this.raft === undefined) return false
    if (this.#isStalled) {
      // Its call waits in the socket, before what the other nodes said meanwhile.
      this.#inbox.unshift(() => this.read(done))
      return true
    }
    this.#reads.push({ ticket: this.raft.readIndex(), done })
    this.pump()
    return true
  }

  #handle(raft: Raft, effects: Effects): void {
    const { network, invariants, mutation } = this.#simulation
    for (const message of effects.sendNow) network.send(mutation?.message?.(message, raft) ?? message)
    const { persist, sequence, send } = effects
    if (persist !== undefined) {
      invariants.appended(this.id, raft, persist.entries)
      this.#writes.push({ write: { persist, received: this.#receive(persist) }, sequence, send })
    } else if (send.length > 0 && this.#writes.length > 0) {
      this.#writes.push({ write: { persist: { chunks: [], entries: [] } }, sequence, send })
    }
    if (this.#writes.length === 0 || mutation?.sendsBeforePersist === true) {
      for (const message of send) network.send(message)
    }
    this.#apply(raft, effects.apply)
    if (effects.feed === 'elsewhere') this.#feed.begin(raft)
    if (effects.reads !== undefined) {
      for (const read of this.#reads) if (read.ticket <= effects.reads.ticket) read.index ??= effects.reads.index
    }
    this.#answerReads()
    for (const request of effects.chunkRequests) {
      const life = this.#life
      this.#simulation.schedule.after(2, () => {
        if (this.#life === life) this.#readChunk(raft, request)
      })
    }
    this.#write()
  }

  #receive({ chunks, snapshot }: Persist): Uint8Array | undefined {
    for (const { offsetBytes, data } of chunks) {
      if (offsetBytes === 0) this.#received = []
      this.#received.push(data)
    }
    // Without chunks it is what peers gave, which is durable.
    if (snapshot === undefined || chunks.length === 0) return undefined
    return new Uint8Array(Buffer.concat(this.#received))
  }

  /** Operations that peers gave before a crash are beyond the log: it begins there, and the leader says who takes part. */
  #rebase(): void {
    const { disk } = this
    const { index } = disk.state
    const term = this.#simulation.invariants.operations[index]?.term ?? 0
    const known = index === disk.base.index ? disk.base.term : disk.entries.find((entry) => entry.index === index)?.term
    if (known === term) return
    const snapshot = { index, term, configuration: emptyConfiguration }
    disk.commit({ persist: { chunks: [], snapshot, entries: [] } })
  }

  /** Committed entries from a peer; durable at once. */
  #take(entries: readonly Entry[]): void {
    for (const entry of entries) {
      this.#simulation.invariants.applied(this.id, entry)
      if (entry.kind === 'command') this.registers.apply(decodeCommand(entry.data))
      this.applied = entry.index
    }
    this.disk.state = { index: this.applied, bytes: this.registers.encode() }
    this.#answerReads()
  }

  #apply(raft: Raft, entries: readonly Entry[]): void {
    for (const entry of entries) {
      this.#simulation.invariants.applied(this.id, entry)
      const found = entry.kind === 'command' ? this.registers.apply(decodeCommand(entry.data)) : null
      this.applied = entry.index
      const proposal = this.#proposals.get(entry.index)
      this.#proposals.delete(entry.index)
      proposal?.done(proposal.term === entry.term ? found : undefined)
    }
    if (entries.length === 0) return
    raft.applied(this.applied)
    if (this.applied - raft.status.base.index > entriesBetweenSaves) this.#save(raft)
  }

  #save(raft: Raft): void {
    const base = raft.snapshotMetadata(this.applied - entriesKept)
    const isSaving = this.#writes.some(({ write }) => 'state' in write)
    if (base === undefined || isSaving) return
    const state = { index: this.applied, bytes: this.registers.encode() }
    this.#writes.push({ write: { state, base }, sequence: 0, send: [] })
  }

  #answerReads(): void {
    const isReady = ({ index }: { index?: number }) => index !== undefined && index <= this.applied
    const ready = this.#reads.filter(isReady)
    if (ready.length > 0) this.#reads = this.#reads.filter((read) => !isReady(read))
    for (const { done } of ready) done()
  }

  /** One fsync makes everything durable that waited when it began. */
  #write(): void {
    if (this.#isWriting || this.#writes.length === 0) return
    this.#isWriting = true
    const count = this.#writes.length
    const life = this.#life
    const { schedule, random } = this.#simulation
    schedule.after(this.fsyncMs * (0.5 + random.next()), () => {
      if (this.#life === life) this.#written(count)
    })
  }

  #written(count: number): void {
    const { network, mutation } = this.#simulation
    this.#isWriting = false
    if (this.failsNextWrite) this.crash()
    if (this.raft === undefined || this.#isStalled) return
    const { raft } = this
    for (const { write, sequence, send } of this.#writes.splice(0, count)) {
      this.disk.commit(this.#mutated(write))
      if ('state' in write) {
        raft.compact(write.base.index)
        continue
      }
      if (write.persist.snapshot !== undefined && write.received !== undefined) {
        this.registers = Registers.decode(write.received)
        this.applied = write.persist.snapshot.index
        this.#simulation.invariants.installed()
      }
      raft.persisted(sequence)
      if (mutation?.sendsBeforePersist !== true)
        for (const message of send) network.send(mutation?.message?.(message, raft) ?? message)
    }
    this.pump()
    this.#write()
  }

  #mutated(write: Write): Write {
    const { mutation } = this.#simulation
    if ('state' in write || mutation?.persist === undefined) return write
    return { ...write, persist: mutation.persist(write.persist) }
  }

  #readChunk(raft: Raft, request: Effects['chunkRequests'][number]): void {
    const { to, transfer, offsetBytes } = request
    const key = `${to}:${transfer}`
    if (request.snapshot === undefined) {
      const snapshot = raft.snapshotMetadata(this.applied)
      if (snapshot !== undefined) this.#outgoing.set(key, { snapshot, bytes: this.registers.encode() })
    }
    const outgoing = this.#outgoing.get(key)
    if (outgoing === undefined) {
      raft.snapshotUnavailable(to, transfer)
    } else {
      const { snapshot, bytes } = outgoing
      const data = bytes.slice(offsetBytes, offsetBytes + chunkBytes)
      const done = offsetBytes + chunkBytes >= bytes.byteLength
      raft.snapshotChunk({ to, transfer, snapshot, offsetBytes, data, done })
    }
    this.pump()
  }
}
