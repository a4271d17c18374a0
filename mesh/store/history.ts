import type { CommittedLog } from '../log/committed-log.ts'
import { decodeTransaction } from './operation.ts'
import { type Entry, type HistoryItem, type Listing, type Revision, StoreError, type Transaction } from './store.ts'
import type { View } from './view.ts'
import type { ChangeRow } from './view-rows.ts'

/** Blocks read at once: one after the other, a long history would wait for as many turns of a busy loop. */
const maxReads = 64

/** What was: the view's index says which operation wrote a key, the log's block holds the value. */
export class History {
  readonly #view: View
  readonly #log: CommittedLog

  constructor(view: View, log: CommittedLog) {
    this.#view = view
    this.#log = log
  }

  async get(key: string, at: Revision): Promise<Entry | undefined> {
    const change = await this.#view.changeAt(key, at)
    if (change === undefined || change.deleted) return undefined
    return this.#entryOf(change)
  }

  async list(prefix: string, from: string, at: Revision, limit: number): Promise<Listing> {
    const changes = await this.#view.changesBelow(prefix, from, at, limit + 1)
    const entries = await Promise.all(changes.slice(0, limit).map((change) => this.#entryOf(change)))
    return { entries, revision: at, next: changes[limit]?.key }
  }

  /** Newest first, as far as their operations are here. Throws Compacted when none is. */
  async of(key: string, limit: number): Promise<HistoryItem[]> {
    const changes = await this.#view.changesOf(key, limit)
    const items: HistoryItem[] = []
    let missing: StoreError | undefined
    for (let at = 0; at < changes.length; at += maxReads) {
      const reads = changes.slice(at, at + maxReads).map((change) => this.#itemOf(change))
      for (const read of await Promise.allSettled(reads)) {
        if (read.status === 'fulfilled') items.push(read.value)
        else if (read.reason instanceof StoreError) missing ??= read.reason
        else throw read.reason
      }
    }
    if (items.length === 0 && missing !== undefined) throw missing
    return items
  }

  async #entryOf(change: ChangeRow): Promise<Entry> {
    if (change.kind === 'pruned') {
      const message = `what transient writes made of ${change.key} after revision ${change.revision} is no longer kept`
      throw new StoreError('Compacted', message)
    }
    const value = valueIn(await this.#transactionAt(change), change.key)
    if (value === null) throw new Error(`block ${change.block} does not hold ${change.key}`)
    return { key: change.key, value, revision: change.revision, created: change.created }
  }

  async #itemOf(change: ChangeRow): Promise<HistoryItem> {
    const { revision, timeMs } = change
    if (change.block < 0) return { revision, timeMs, author: { user: 'system:expiry', peer: '' }, value: null }
    const transaction = await this.#transactionAt(change)
    const { author, message, cause } = transaction
    return { revision, timeMs, author, message, cause, value: valueIn(transaction, change.key) }
  }

  async #transactionAt(change: ChangeRow): Promise<Transaction> {
    const block = await this.#log.get(change.block)
    if (block !== undefined) return decodeTransaction(block.payload)
    throw new StoreError('Compacted', `the operation of revision ${change.revision} is no longer kept`)
  }
}

/** Of several changes of one key in a transaction the last one counts. */
function valueIn(transaction: Transaction, key: string): Uint8Array | null {
  return transaction.changes.findLast((change) => change.key === key)?.value ?? null
}
