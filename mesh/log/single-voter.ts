import type Hypercore from 'hypercore'
import type CoreStorage from 'hypercore-storage'
import type { Clock } from '../clock/clock.ts'
import type { Logger } from '../logger/logger.ts'
import { StoreError } from '../store/store.ts'
import { type CommittedBlock, type CommittedLog, maxWaitingBytes, maxWaitingProposals } from './committed-log.ts'
import { decodeOperation, encodeOperation } from './operation-block.ts'
import { openOperationsCore } from './operations-core.ts'

export interface SingleVoterOptions {
  /** Directory of the operations core; made when absent. */
  directory: string
  /** 32 secret bytes of the keyring. */
  seed: Uint8Array
  generation: number
  clock: Clock
  logger: Logger
}

interface Proposal {
  payload: Uint8Array
  resolve(): void
  reject(error: StoreError): void
}

const maxBatchProposals = 512
const readPage = 256

/**
 * The log of a cluster of one voter: what is on its disk is committed. Proposals that arrive while an append is under
 * way go together into the next one.
 */
export class SingleVoterLog implements CommittedLog {
  readonly #core: Hypercore
  readonly #storage: CoreStorage
  readonly #clock: Clock
  readonly #logger: Logger
  #term = 0
  #timeMs = 0
  #waiting: Proposal[] = []
  #waitingBytes = 0
  #appending: Promise<void> | undefined
  #deliver: ((blocks: CommittedBlock[]) => Promise<void>) | undefined
  /** Index of the next block to deliver. */
  #delivered = 0
  #failure: StoreError | undefined

  private constructor(core: Hypercore, storage: CoreStorage, options: SingleVoterOptions) {
    this.#core = core
    this.#storage = storage
    this.#clock = options.clock
    this.#logger = options.logger
  }

  /** Begins a new term with an empty block, as a newly elected leader does. */
  static async open(options: SingleVoterOptions): Promise<SingleVoterLog> {
    const { core, storage } = await openOperationsCore(options.directory, options.seed, options.generation)
    const log = new SingleVoterLog(core, storage, options)
    if (core.length > 0) {
      const last = await log.#read(core.length - 1)
      log.#term = last.term
      log.#timeMs = last.timeMs
    }
    log.#term++
    await log.#append([{ payload: new Uint8Array(), resolve() {}, reject() {} }])
    if (log.#failure !== undefined) throw log.#failure
    return log
  }

  get length(): number {
    return this.#core.length
  }

  get term(): number {
    return this.#term
  }

  propose(payload: Uint8Array): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    if (this.#waiting.length >= maxWaitingProposals || this.#waitingBytes + payload.byteLength > maxWaitingBytes) {
      const message = `${this.#waiting.length} writes wait for the disk already: try again later`
      return Promise.reject(new StoreError('Overloaded', message))
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ payload, resolve, reject })
      this.#waitingBytes += payload.byteLength
      this.#appending ??= this.#work()
    })
  }

  async subscribe(from: number, deliver: (blocks: CommittedBlock[]) => Promise<void>): Promise<void> {
    for (this.#delivered = from; this.#delivered < this.#core.length; ) {
      const first = this.#delivered
      const count = Math.min(readPage, this.#core.length - first)
      this.#delivered += count
      await deliver(await Promise.all(Array.from({ length: count }, (_, offset) => this.#read(first + offset))))
    }
    this.#deliver = deliver
  }

  async readIndex(): Promise<number> {
    return this.#core.length
  }

  async get(index: number): Promise<CommittedBlock | undefined> {
    const bytes = await this.#core.get(index, { wait: false })
    return bytes === null ? undefined : decodeOperation(index, bytes)
  }

  async close(): Promise<void> {
    this.#failure ??= new StoreError('Closed', 'the log is closed')
    await this.#appending
    await this.#core.close()
    await this.#storage.close()
  }

  async #read(index: number): Promise<CommittedBlock> {
    const block = await this.get(index)
    if (block === undefined) throw new Error(`operation ${index} is missing from the log`)
    return block
  }

  async #work(): Promise<void> {
    while (this.#waiting.length > 0) {
      const proposals = this.#waiting.splice(0, maxBatchProposals)
      for (const { payload } of proposals) this.#waitingBytes -= payload.byteLength
      await this.#append(proposals)
    }
    this.#appending = undefined
  }

  async #append(proposals: Proposal[]): Promise<void> {
    if (this.#failure !== undefined) {
      for (const proposal of proposals) proposal.reject(this.#failure)
      return
    }
    this.#timeMs = Math.max(this.#timeMs, this.#clock.nowMs())
    const stamp = { term: this.#term, timeMs: this.#timeMs }
    const first = this.#core.length
    try {
      await this.#core.append(proposals.map(({ payload }) => encodeOperation({ ...stamp, payload })))
    } catch (error) {
      this.#poison(proposals, error as Error)
      return
    }
    const blocks = proposals.map(({ payload }, offset) => ({ ...stamp, index: first + offset, payload }))
    for (const proposal of proposals) proposal.resolve()
    // An append that was under way while stored blocks were delivered was delivered with them.
    const fresh = blocks.filter(({ index }) => index >= this.#delivered)
    if (this.#deliver === undefined || fresh.length === 0) return
    this.#delivered = first + proposals.length
    await this.#deliver(fresh)
  }

  /** After a failed fsync nobody knows what is on the disk: no second try, the process has to start again. */
  #poison(proposals: Proposal[], error: Error): void {
    this.#failure = new StoreError('Poisoned', `the log cannot be written: ${error.message}`)
    this.#logger.error('the log stops', { error: error.message })
    const unknown = new StoreError('Unknown', this.#failure.message)
    for (const proposal of proposals) proposal.reject(unknown)
  }
}
