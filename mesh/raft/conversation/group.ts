import type { Configuration } from '../configuration.ts'
import type { Effects } from '../effects.ts'
import type { Entry, HardState, NodeId } from '../entry.ts'
import type { Message, SnapshotMetadata } from '../message.ts'
import type { Limits } from '../options.ts'
import { Raft } from '../raft.ts'

/** A node whose disk and network are in the hands of a test. */
export interface Member {
  readonly id: NodeId
  raft: Raft
  /** Written, not yet durable. */
  writes: Effects[]
  base: SnapshotMetadata
  hardState: HardState
  entries: Entry[]
  /** Data of applied commands; a snapshot is this list. */
  state: string[]
  received: number[]
  applied: number
}

const chunkBytes = 16

/** A few nodes without time or luck: messages and disk writes wait until a test lets them happen. */
export class Group {
  readonly members = new Map<NodeId, Member>()
  /** On their way, in order of sending. */
  messages: Message[] = []
  readonly #snapshots = new Map<string, { snapshot: SnapshotMetadata; bytes: Uint8Array }>()
  readonly #limits: Partial<Limits>
  readonly #observe: (id: NodeId, effects: Effects) => void

  constructor(limits: Partial<Limits> = {}, observe: (id: NodeId, effects: Effects) => void = () => {}) {
    this.#limits = limits
    this.#observe = observe
  }

  add(id: NodeId, configuration: Configuration, options: Partial<Member> = {}): Member {
    const base = options.base ?? { index: 0, term: 0, configuration }
    const member = {
      id,
      writes: [],
      base,
      hardState: { term: 0, votedFor: null },
      entries: [],
      state: [],
      received: [],
      applied: base.index,
      ...options,
    } as unknown as Member
    this.members.set(id, member)
    this.restart(id)
    return member
  }

  member(id: NodeId): Member {
    const member = this.members.get(id)
    if (member === undefined) throw new Error(`no node ${id}`)
    return member
  }

  raft(id: NodeId): Raft {
    return this.member(id).raft
  }

  /** A crash and a new start: what was not durable is gone. */
  restart(id: NodeId): void {
    const member = this.member(id)
    const { base, entries, hardState, applied } = member
    member.writes = []
    member.received = []
    // Node 1 has the shortest election timeout, 2 the next: conversations read better.
    const random = () => (Number(id) - 1) / 10
    member.raft = new Raft({ id, base, entries, hardState, applied, random, limits: this.#limits })
  }

  /** Does something with a node and collects what it wants done. */
  run<T>(id: NodeId, act: (raft: Raft) => T): T {
    const member = this.member(id)
    const result = act(member.raft)
    for (let effects = member.raft.takeEffects(); effects !== undefined; effects = member.raft.takeEffects()) {
      this.#observe(id, effects)
      this.#handle(member, effects)
    }
    return result
  }

  /** The oldest write of a node, or all, become durable. Returns how many did. */
  persist(id: NodeId, count = Number.POSITIVE_INFINITY): number {
    const member = this.member(id)
    let done = 0
    for (; done < count && member.writes.length > 0; done++) {
      const effects = member.writes.shift()!
      if (effects.persist !== undefined) this.#commit(member, effects.persist)
      this.messages.push(...effects.send)
      if (effects.persist !== undefined) this.run(id, (raft) => raft.persisted(effects.sequence))
    }
    return done
  }

  /** Delivers the messages on their way for which `wants` holds. Returns how many. */
  deliver(wants: (message: Message) => boolean = () => true): number {
    const delivered = this.messages.filter(wants)
    this.messages = this.messages.filter((message) => !wants(message))
    for (const message of delivered) {
      if (this.members.has(message.to)) this.run(message.to, (raft) => raft.step(message))
    }
    return delivered.length
  }

  drop(wants: (message: Message) => boolean): number {
    const before = this.messages.length
    this.messages = this.messages.filter((message) => !wants(message))
    return before - this.messages.length
  }

  /** Disks and network go on until nothing is left to do; messages for which `isLost` holds are lost. */
  settle(isLost: (message: Message) => boolean = () => false): void {
    for (let rounds = 0; rounds < 1000; rounds++) {
      let done = 0
      for (const id of this.members.keys()) done += this.persist(id)
      done += this.drop(isLost)
      done += this.deliver()
      if (done === 0) return
    }
    throw new Error('the nodes do not come to rest')
  }

  /** Makes a node the leader, all others helping. */
  elect(id: NodeId): void {
    this.run(id, (raft) => {
      raft.parts.election.campaign(true)
    })
    this.settle()
  }

  #handle(member: Member, effects: Effects): void {
    this.messages.push(...effects.sendNow)
    if (effects.persist !== undefined || (effects.send.length > 0 && member.writes.length > 0)) {
      member.writes.push(effects)
    } else {
      this.messages.push(...effects.send)
    }
    for (const entry of effects.apply) {
      if (entry.kind === 'command') member.state.push(new TextDecoder().decode(entry.data))
      member.applied = entry.index
    }
    if (effects.apply.length > 0) member.raft.applied(member.applied)
    for (const { to, transfer, offsetBytes } of effects.chunkRequests) {
      const key = `${member.id}>${to} ${transfer}`
      const bytes = this.#snapshots.get(key)?.bytes ?? bytesOf(JSON.stringify(member.state))
      const snapshot = this.#snapshots.get(key)?.snapshot ?? member.raft.snapshotMetadata(member.applied)!
      this.#snapshots.set(key, { snapshot, bytes })
      const data = bytes.slice(offsetBytes, offsetBytes + chunkBytes)
      const done = offsetBytes + chunkBytes >= bytes.byteLength
      this.run(member.id, (raft) => raft.snapshotChunk({ to, transfer, snapshot, offsetBytes, data, done }))
    }
  }

  #commit(
    member: Member,
    { hardState, chunks, snapshot, truncateFrom, entries }: NonNullable<Effects['persist']>,
  ): void {
    if (hardState !== undefined) member.hardState = hardState
    for (const { offsetBytes, data } of chunks) {
      if (offsetBytes === 0) member.received = []
      member.received.push(...data)
    }
    if (snapshot !== undefined) {
      // Without chunks it is what peers gave.
      if (chunks.length > 0) member.state = JSON.parse(new TextDecoder().decode(new Uint8Array(member.received)))
      member.base = snapshot
      member.applied = snapshot.index
      member.entries = []
    }
    if (truncateFrom !== undefined) member.entries = member.entries.filter(({ index }) => index < truncateFrom)
    member.entries.push(...entries)
  }
}

/** Voters 1 to `count` of a new cluster. */
export function groupOf(count: number, limits: Partial<Limits> = {}): Group {
  const group = new Group(limits)
  const voters = Array.from({ length: count }, (_, at) => `${at + 1}`)
  for (const id of voters) group.add(id, { voters, outgoing: [], learners: [] })
  return group
}

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
