import type { StateEntry } from './state.ts'

/**
 * A checksum of the whole state that is kept up to date change by change: the sum of its entries' checksums, so that their
 * order does not matter and one that goes is subtracted. It notices a mistake, not an attack.
 */
export class StateChecksum {
  #sum = 0

  get value(): number {
    return this.#sum
  }

  add(entry: StateEntry): void {
    this.#sum = (this.#sum + checksumOf(entry)) >>> 0
  }

  remove(entry: StateEntry): void {
    this.#sum = (this.#sum - checksumOf(entry)) >>> 0
  }
}

/** FNV-1a over what an entry is, then mixed (the end of MurmurHash3), since sums of plain FNV differ too little. */
export function checksumOf({ key, value, revision, created, expiresMs }: StateEntry): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193)
  for (const number of [revision, created, Math.round(expiresMs)]) {
    hash = Math.imul(hash ^ (number >>> 0), 0x01000193)
    hash = Math.imul(hash ^ Math.floor(number / 2 ** 32), 0x01000193)
  }
  const words = value.byteLength >>> 2
  // Without a DataView: asked for its `buffer`, JavaScriptCore makes an object of its own for each value, and it stays.
  for (let at = 0; at < 4 * words; at += 4) {
    const word = value[at]! | (value[at + 1]! << 8) | (value[at + 2]! << 16) | (value[at + 3]! << 24)
    hash = Math.imul(hash ^ word, 0x01000193) ^ (hash >>> 15)
  }
  for (let at = 4 * words; at < value.byteLength; at++) hash = Math.imul(hash ^ value[at]!, 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** The state's checksum at a place in the log that every node finds by itself: where cluster time begins a new minute. */
export interface Checkpoint {
  /** Operations applied. */
  position: number
  checksum: number
}

const checkpointMs = 60_000
const keptCheckpoints = 10

/** This node's newest checkpoints. */
export class Checkpoints {
  readonly #kept: Checkpoint[] = []
  #minute: number | undefined

  /** Before each operation is applied, with its stamp; gives the checkpoint when there is one here. */
  before(position: number, timeMs: number, checksum: number): Checkpoint | undefined {
    const minute = Math.floor(timeMs / checkpointMs)
    const isFirst = this.#minute === undefined
    const isNew = this.#minute === undefined || minute > this.#minute
    if (isNew) this.#minute = minute
    // What was before a restart is not known: the first one may be in the middle of a minute.
    if (isFirst || !isNew) return undefined
    const checkpoint = { position, checksum }
    this.#kept.push(checkpoint)
    if (this.#kept.length > keptCheckpoints) this.#kept.shift()
    return checkpoint
  }

  at(position: number): Checkpoint | undefined {
    return this.#kept.find((checkpoint) => checkpoint.position === position)
  }
}

/**
 * What the checksums of one checkpoint say of this node, by peer: most of those known are right, and of two equal halves
 * the leader's. `differs` only when others agree against this node.
 */
export function judge(
  own: { id: string; checksum: number },
  others: ReadonlyMap<string, number>,
  leader: string | null,
): 'agrees' | 'differs' {
  const votes = new Map<number, number>([[own.checksum, 1]])
  for (const checksum of others.values()) votes.set(checksum, (votes.get(checksum) ?? 0) + 1)
  const most = Math.max(...votes.values())
  const winners = [...votes].filter(([, count]) => count === most).map(([checksum]) => checksum)
  if (!winners.includes(own.checksum)) return 'differs'
  if (winners.length === 1 || leader === own.id || leader === null) return 'agrees'
  const leaders = others.get(leader)
  return leaders === undefined || leaders === own.checksum ? 'agrees' : 'differs'
}
