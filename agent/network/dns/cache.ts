import { type ReadAnswer, type ReadRecord, rcodes, types } from './wire.ts'

export interface CacheLimits {
  entries: number
  bytes: number
}

interface Entry {
  bytes: Uint8Array
  ttlOffsets: number[]
  storedMs: number
  expiresMs: number
}

const maxPositiveSeconds = 3600
/** RFC 2308 section 5 and 7: a day and five minutes at most; we keep less, since clusters change. */
const maxNegativeSeconds = 300
const failureSeconds = 5

/** Answers of other servers by question, oldest use first out. `nowMs` is monotonic. */
export class AnswerCache {
  readonly #entries = new Map<string, Entry>()
  readonly #limits: CacheLimits
  #bytes = 0

  constructor(limits: CacheLimits) {
    this.#limits = limits
  }

  get size(): number {
    return this.#entries.size
  }

  /** A copy of the answer with its TTLs lowered by its age. */
  get(key: string, nowMs: number): Uint8Array | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    this.#entries.delete(key)
    if (entry.expiresMs <= nowMs) {
      this.#bytes -= entry.bytes.length
      return undefined
    }
    this.#entries.set(key, entry)
    const bytes = new Uint8Array(entry.bytes)
    const view = new DataView(bytes.buffer)
    const ageSeconds = Math.floor((nowMs - entry.storedMs) / 1000)
    for (const offset of entry.ttlOffsets) view.setUint32(offset, Math.max(0, view.getUint32(offset) - ageSeconds))
    return bytes
  }

  set(key: string, bytes: Uint8Array, answer: ReadAnswer, nowMs: number): void {
    const seconds = lifetimeSeconds(bytes, answer)
    if (seconds <= 0 || bytes.length > this.#limits.bytes) return
    this.#remove(key)
    const records = [...answer.answers, ...answer.authorities, ...answer.additionals]
    const ttlOffsets = records.filter(({ type }) => type !== types.OPT).map(({ ttlOffset }) => ttlOffset)
    this.#entries.set(key, {
      bytes: new Uint8Array(bytes),
      ttlOffsets,
      storedMs: nowMs,
      expiresMs: nowMs + seconds * 1000,
    })
    this.#bytes += bytes.length
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#limits.entries && this.#bytes <= this.#limits.bytes) break
      this.#remove(oldest)
    }
  }

  #remove(key: string): void {
    const entry = this.#entries.get(key)
    if (entry === undefined) return
    this.#entries.delete(key)
    this.#bytes -= entry.bytes.length
  }
}

/** How long an answer may be kept; 0: not at all. A negative one as its SOA says (RFC 2308 section 5). */
export function lifetimeSeconds(bytes: Uint8Array, answer: ReadAnswer): number {
  const truncated = 0x200
  if (answer.flags & truncated) return 0
  if (answer.rcode === rcodes.SERVFAIL) return failureSeconds
  const wantedType = (answer.question.at(-4)! << 8) | answer.question.at(-3)!
  const isPositive = answer.rcode === rcodes.NOERROR && answer.answers.some(({ type }) => type === wantedType)
  if (isPositive) return Math.min(maxPositiveSeconds, ...answer.answers.map(({ ttl }) => ttl))
  if (answer.rcode !== rcodes.NOERROR && answer.rcode !== rcodes.NXDOMAIN) return 0
  const soa = answer.authorities.find(({ type }) => type === types.SOA)
  if (soa === undefined) return 0
  const aliases = answer.answers.map(({ ttl }) => ttl)
  return Math.min(maxNegativeSeconds, soa.ttl, soaMinimumSeconds(bytes, soa), ...aliases)
}

/** The last of the SOA's five numbers. */
function soaMinimumSeconds(bytes: Uint8Array, { dataOffset, dataBytes }: ReadRecord): number {
  if (dataBytes < 22) return 0
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(dataOffset + dataBytes - 4)
}
