import { createHash } from 'node:crypto'
import Hypercore, { type KeyPair, type Manifest } from 'hypercore'
import { discoveryKey, keyPair as keyPairOf } from 'hypercore-crypto'
import type CoreStorage from 'hypercore-storage'
import type { Entry, HardState, Index } from '../raft/entry.ts'
import type { SnapshotMetadata } from '../raft/message.ts'
import { Damaged } from './damaged.ts'
import { decodeEntry, dropEncoding, encodeEntry } from './entry-codec.ts'
import { decodeLogHeader, encodeLogHeader } from './header-block.ts'
import { decodeLogState, encodeLogState, type LogState } from './log-state.ts'

export interface RaftLogOptions {
  /** Opened by the caller, and the caller's to close after the log. */
  storage: CoreStorage
  /** 32 secret bytes of this node: nobody else may write its log. */
  secret: Uint8Array
  /** The cluster's identity: a log of another cluster is refused. */
  cluster: string
  /** What a new log stands on; not looked at when there is one already. */
  base: SnapshotMetadata
  /** After this many compacted entries a new core begins: the tree of the old one would only grow. */
  entriesPerCore?: number
}

/** One atom, see `Persist` of mesh/raft. */
export interface LogWrite {
  hardState?: HardState
  /** The log begins anew here; the state it stands for must be durable already. */
  snapshot?: SnapshotMetadata
  truncateFrom?: Index
  entries: readonly Entry[]
}

const stateKey = 'raft'
const defaultEntriesPerCore = 65_536
const readAtOnce = 256

/**
 * A voter's own log on disk. Two cores: a small fixed one holds, as user data, term, vote, base and the number of the
 * present log core; that one has a header as block 0, and entry `start + b` as block b. What belongs together is one
 * atom over both. After a failed write nobody knows what is on the disk: every later one fails with the same cause.
 */
export class RaftLog {
  readonly #options: RaftLogOptions
  readonly #root: Hypercore
  #log: Hypercore
  #state: LogState
  /** The index before the first entry that the present core has a block for. */
  #start: Index
  /** Blocks from 1 up to here are cleared. */
  #clearedTo: number
  #busy: Promise<unknown> = Promise.resolve()
  #failure: Error | undefined

  private constructor(options: RaftLogOptions, root: Hypercore, log: Hypercore, state: LogState, start: Index) {
    this.#options = options
    this.#root = root
    this.#log = log
    this.#state = state
    this.#start = start
    this.#clearedTo = state.base.index - start
  }

  /** Opens the log of this directory, or begins one. Throws when it belongs to another cluster, is newer or damaged. */
  static async open(options: RaftLogOptions): Promise<RaftLog> {
    const root = await openCore(options, 'root')
    const stored = await root.getUserData(stateKey)
    const state = stored === null ? newState(options.base) : decodeLogState(stored)
    const core = await openCore(options, `${state.core}`)
    if (stored === null) {
      const log = new RaftLog(options, root, core, state, state.base.index)
      await log.#atomically(core, (into) => log.#begin(into, state, []))
      return log
    }
    const header = await core.get(0, { wait: false })
    if (header === null) throw new Damaged('the Raft log has no header')
    const { cluster, base } = decodeLogHeader(header)
    if (cluster !== options.cluster) {
      throw new Error(`the Raft log here is of cluster ${cluster}, this node is of ${options.cluster}: refused`)
    }
    // A crash may have come between going over to this core and dropping the last one.
    const last = identityOf(options.secret, `${state.core - 1}`)
    if (await options.storage.hasCore(discoveryKey(last.key))) {
      await deleteCore(options.storage, await openCore(options, `${state.core - 1}`))
    }
    return new RaftLog(options, root, core, state, base.index)
  }

  /** Whether this directory has a log of this node, of whichever cluster. */
  static exists(storage: CoreStorage, secret: Uint8Array): Promise<boolean> {
    return storage.hasCore(discoveryKey(identityOf(secret, 'root').key))
  }

  get hardState(): HardState {
    const { term, votedFor } = this.#state
    return { term, votedFor }
  }

  get base(): SnapshotMetadata {
    return this.#state.base
  }

  get lastIndex(): Index {
    return this.#start + this.#log.length - 1
  }

  /** Every entry after the base, in order. Throws Damaged when one is missing or in another's place. */
  async entries(): Promise<Entry[]> {
    return this.#read(this.#log, this.#start, this.base.index + 1)
  }

  /** Resolves when all of it is durable; none of it is otherwise. Writes happen in the order of their calls. */
  async write(write: LogWrite): Promise<void> {
    await this.#next(() => this.#write(write))
    for (const entry of write.entries) dropEncoding(entry)
  }

  /**
   * Forgets entries up to the base's index; the state that has applied them must be durable, and is up to `furthest`: what comes
   * along when a new core begins, while writes wait, is only what follows that.
   */
  compact(base: SnapshotMetadata, furthest = base): Promise<void> {
    return this.#next(() => this.#compact(base, furthest))
  }

  async close(): Promise<void> {
    await this.#busy
    this.#failure ??= new Error('the Raft log is closed')
    await closeCore(this.#log)
    await closeCore(this.#root)
  }

  async #write({ hardState, snapshot, truncateFrom, entries }: LogWrite): Promise<void> {
    const blocks = entries.map(encodeEntry)
    const state = { ...this.#state, ...hardState }
    if (snapshot !== undefined) return this.#beginAnew({ ...state, base: snapshot }, blocks)
    const length = this.#blockOf(truncateFrom ?? this.lastIndex + 1)
    if (entries.length > 0 && this.#blockOf(entries[0]!.index) !== length) {
      throw new Error(`entry ${entries[0]!.index} cannot follow entry ${this.#start + length - 1}`)
    }
    if (length === this.#log.length && hardState === undefined) {
      if (blocks.length > 0) await this.#log.append(blocks)
      return
    }
    if (length === this.#log.length && blocks.length === 0) {
      await this.#root.setUserData(stateKey, encodeLogState(state))
    } else {
      await this.#atomically(this.#log, async ({ log, root }) => {
        if (hardState !== undefined) await root.setUserData(stateKey, encodeLogState(state))
        if (length < log.length) await log.truncate(length)
        if (blocks.length > 0) await log.append(blocks)
      })
    }
    this.#state = state
  }

  async #compact(base: SnapshotMetadata, furthest: SnapshotMetadata): Promise<void> {
    if (base.index <= this.base.index) return
    if (furthest.index < base.index || furthest.index > this.lastIndex)
      throw new Error(`cannot compact up to ${furthest.index}: the log ends at ${this.lastIndex}`)
    if (base.index - this.#start >= (this.#options.entriesPerCore ?? defaultEntriesPerCore)) {
      const kept = await this.#read(this.#log, this.#start, furthest.index + 1)
      return this.#beginAnew({ ...this.#state, base: furthest }, kept.map(encodeEntry))
    }
    const state = { ...this.#state, base }
    await this.#root.setUserData(stateKey, encodeLogState(state))
    this.#state = state
    // Not in the atom: blocks before the base are never read again, whether they are gone or not.
    // Hypercore 11.37.1: this may drop the tree node of the block before the cleared range too. That is the header or a block
    // cleared before: its node would be asked for only by a peer, or by a truncation below the base, and there is neither.
    await this.#log.clear(this.#clearedTo + 1, this.#blockOf(base.index) + 1)
    this.#clearedTo = this.#blockOf(base.index)
  }

  /** Goes over to a new core in one atom, then drops the old one. */
  async #beginAnew(state: LogState, blocks: Uint8Array[]): Promise<void> {
    const next = { ...state, core: state.core + 1 }
    const core = await openCore(this.#options, `${next.core}`)
    await this.#atomically(core, (into) => this.#begin(into, next, blocks))
    const old = this.#log
    this.#log = core
    this.#state = next
    this.#start = next.base.index
    this.#clearedTo = 0
    await deleteCore(this.#options.storage, old)
  }

  async #begin({ log, root }: Sessions, state: LogState, blocks: Uint8Array[]): Promise<void> {
    const header = encodeLogHeader({ cluster: this.#options.cluster, base: state.base })
    await root.setUserData(stateKey, encodeLogState(state))
    await log.append([header, ...blocks])
  }

  async #read(log: Hypercore, start: Index, from: Index): Promise<Entry[]> {
    const end = start + log.length
    const entries: Entry[] = []
    for (let index = from; index < end; index += readAtOnce) {
      const count = Math.min(readAtOnce, end - index)
      const blocks = await Promise.all(
        Array.from({ length: count }, (_, at) => log.get(index - start + at, { wait: false })),
      )
      for (const [at, block] of blocks.entries()) entries.push(entryAt(index + at, block))
    }
    return entries
  }

  #blockOf(index: Index): number {
    return index - this.#start
  }

  /** What happens inside reaches the disk as one, or not at all. */
  async #atomically(core: Hypercore, act: (sessions: Sessions) => Promise<void>): Promise<void> {
    const atom = this.#options.storage.createAtom()
    const root = this.#root.session({ atom })
    const log = core.session({ atom })
    try {
      await root.ready()
      await log.ready()
      await act({ log, root })
      await atom.flush()
    } finally {
      await log.close()
      await root.close()
    }
  }

  #next<T>(act: () => Promise<T>): Promise<T> {
    const done = this.#busy.then(() => {
      if (this.#failure !== undefined) throw this.#failure
      return act()
    })
    this.#busy = done.catch((error: Error) => {
      this.#failure ??= new Error(`the Raft log cannot be written: ${error.message}`, { cause: error })
    })
    return done
  }
}

/** The term of a log's entry, or of its base; undefined when it has neither. */
export async function termAt(log: RaftLog, index: number): Promise<number | undefined> {
  if (index === log.base.index) return log.base.term
  return (await log.entries()).find((entry) => entry.index === index)?.term
}

function entryAt(index: Index, block: Uint8Array | null): Entry {
  if (block === null) throw new Damaged(`entry ${index} is missing from the Raft log`)
  const entry = decodeEntry(block)
  dropEncoding(entry)
  if (entry.index === index) return entry
  throw new Damaged(`entry ${entry.index} is in the place of entry ${index} of the Raft log`)
}

interface Sessions {
  log: Hypercore
  root: Hypercore
}

function newState(base: SnapshotMetadata): LogState {
  return { core: 1, term: 0, votedFor: null, base }
}

function identityOf(secret: Uint8Array, name: string): { key: Buffer; keyPair: KeyPair; manifest: Manifest } {
  const keyPair = keyPairOf(createHash('sha256').update('skein raft log').update(secret).update(name).digest())
  const manifest = { version: 1, signers: [{ publicKey: keyPair.publicKey }] }
  return { key: Hypercore.key(manifest), keyPair, manifest }
}

async function openCore(options: RaftLogOptions, name: string): Promise<Hypercore> {
  // hypercore 11.37 opens the directory's default core when no key is given with a key pair.
  const core = new Hypercore(options.storage, identityOf(options.secret, name))
  await core.ready()
  // Else hypercore 11.37 closes the whole storage with any core's last session.
  core.core.autoClose = false
  return core
}

async function closeCore(core: Hypercore): Promise<void> {
  await core.close()
  await core.core.close()
}

/** hypercore 11.37's own `purge` calls a function that is not there. */
async function deleteCore(storage: CoreStorage, core: Hypercore): Promise<void> {
  const pointer = core.core.state.storage.core
  await closeCore(core)
  await storage.deleteCore(pointer)
}
