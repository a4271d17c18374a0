import { type DnsRecord, encodeQuestion, encodeRefusal, encodeReply, type Reply, udpLimitBytes } from './reply.ts'
import {
  classIn,
  headerBytes,
  isRefusal,
  maxMessageBytes,
  type Query,
  rcodes,
  readAnswer,
  readName,
  readQuery,
  types,
} from './wire.ts'
import type { NameView, Zone } from './zone.ts'

/** Asks other servers: the answer's bytes, addressed to the query; undefined for none. */
export interface Forwarding {
  forward(query: Query, isTcp: boolean): Promise<Uint8Array | undefined>
  takeProbe(labels: string[]): boolean
}

export interface ResolverCounters {
  udpQueries: number
  tcpQueries: number
  /** Answered from the cluster's own zones. */
  local: number
  malformed: number
  truncated: number
  byRcode: Record<number, number>
}

/** Aliases of services that lead to aliases of services. */
const maxAliases = 8

/** From a query's bytes to the answer's: the cluster's zones from memory, all else by forwarding. */
export class Resolver {
  readonly counters: ResolverCounters = {
    udpQueries: 0,
    tcpQueries: 0,
    local: 0,
    malformed: 0,
    truncated: 0,
    byRcode: {},
  }
  readonly #zone: Zone
  readonly #view: NameView
  readonly #forwarding: Forwarding
  #turn = 0

  constructor(zone: Zone, view: NameView, forwarding: Forwarding) {
    this.#zone = zone
    this.#view = view
    this.#forwarding = forwarding
  }

  /** Undefined: no answer is due. Names of the cluster are answered at once, others by a promise. */
  resolve(bytes: Uint8Array, isTcp: boolean): Uint8Array | undefined | Promise<Uint8Array | undefined> {
    const query = readQuery(bytes)
    if (isTcp) this.counters.tcpQueries++
    else this.counters.udpQueries++
    if (query === undefined || isRefusal(query)) {
      this.counters.malformed++
      return query === undefined || query.rcode === undefined ? undefined : this.#counted(encodeRefusal(query))
    }
    if (query.edns !== undefined && query.edns.version !== 0)
      return this.#encode(query, { rcode: rcodes.BADVERS }, isTcp)
    const answer = this.#zone.answer(query, this.#view, this.#turn++)
    if (answer.kind === 'elsewhere') return this.#forward(query, isTcp)
    this.counters.local++
    if (answer.kind === 'reply') return this.#encode(query, answer.reply, isTcp)
    return this.#follow(query, answer.target, isTcp).then((answers) =>
      this.#encode(query, { ...answer.reply, answers: [...(answer.reply.answers ?? []), ...answers] }, isTcp),
    )
  }

  async #forward(query: Query, isTcp: boolean): Promise<Uint8Array | undefined> {
    if (this.#forwarding.takeProbe(query.labels)) return undefined
    if (query.type === types.AXFR) return this.#encode(query, { rcode: rcodes.REFUSED }, isTcp)
    const bytes = await this.#forwarding.forward(query, isTcp)
    if (bytes === undefined) return this.#encode(query, { rcode: rcodes.SERVFAIL }, isTcp)
    return this.#counted(isTcp || bytes.length <= limitOf(query, isTcp) ? bytes : truncate(bytes, query))
  }

  /** The records behind an alias. What cannot be resolved is left to the client, which sees the alias. */
  async #follow(query: Query, target: string, isTcp: boolean): Promise<DnsRecord[]> {
    const records: DnsRecord[] = []
    let name = target
    for (let count = 0; count < maxAliases; count++) {
      const question = encodeQuestion(name, query.type)
      if (question === undefined) return records
      const labels = name.split('.')
      const next: Query = { ...query, labels, question, edns: undefined, class: classIn }
      const answer = this.#zone.answer(next, this.#view, this.#turn++)
      if (answer.kind === 'elsewhere') {
        const bytes = await this.#forwarding.forward(next, isTcp)
        return bytes === undefined ? records : [...records, ...recordsOf(bytes)]
      }
      records.push(...(answer.reply.answers ?? []))
      if (answer.kind === 'reply') return records
      name = answer.target
    }
    return records
  }

  #encode(query: Query, reply: Reply, isTcp: boolean): Uint8Array {
    return this.#counted(encodeReply(query, reply, limitOf(query, isTcp)))
  }

  #counted(bytes: Uint8Array): Uint8Array {
    const rcode = bytes[3]! & 15
    this.counters.byRcode[rcode] = (this.counters.byRcode[rcode] ?? 0) + 1
    if (bytes[2]! & 2) this.counters.truncated++
    return bytes
  }
}

const limitOf = (query: Query, isTcp: boolean): number => (isTcp ? maxMessageBytes : udpLimitBytes(query))

/** The header and question of a forwarded answer that is too large for the client. */
function truncate(bytes: Uint8Array, query: Query): Uint8Array {
  const cut = new Uint8Array(bytes.subarray(0, headerBytes + query.question.length))
  cut[2] = cut[2]! | 2
  cut.fill(0, 6, headerBytes)
  return cut
}

/** Addresses and aliases of another server's answer, in order. */
function recordsOf(bytes: Uint8Array): DnsRecord[] {
  return (readAnswer(bytes)?.answers ?? []).flatMap((record): DnsRecord[] => {
    const { labels, ttl: ttlSeconds, dataOffset, dataBytes } = record
    const name = labels.join('.')
    if (record.type === types.CNAME) {
      const target = readName(bytes, dataOffset)?.labels.join('.')
      return target === undefined ? [] : [{ name, ttlSeconds, type: 'CNAME', target }]
    }
    const address = bytes.subarray(dataOffset, dataOffset + dataBytes)
    if (record.type === types.A && dataBytes === 4) return [{ name, ttlSeconds, type: 'A', address }]
    if (record.type === types.AAAA && dataBytes === 16) return [{ name, ttlSeconds, type: 'AAAA', address }]
    return []
  })
}
