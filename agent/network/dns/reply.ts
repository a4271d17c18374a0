import { classIn, headerBytes, headerFlags, maxMessageBytes, type Query, type Refusal, rcodes, types } from './wire.ts'

/** A record to be sent; names are given without the final dot. */
export type DnsRecord = { name: string; ttlSeconds: number } & (
  | { type: 'A' | 'AAAA'; address: Uint8Array }
  | { type: 'CNAME' | 'PTR' | 'NS'; target: string }
  | { type: 'SRV'; priority: number; weight: number; port: number; target: string }
  | { type: 'SOA'; primary: string; mailbox: string; serial: number; minimumSeconds: number }
  | { type: 'TXT'; text: string }
)

export interface Reply {
  rcode: number
  /** The answer comes from the cluster's own zones. */
  isAuthoritative?: boolean
  answers?: DnsRecord[]
  authorities?: DnsRecord[]
  additionals?: DnsRecord[]
}

/** What fits into a UDP answer: to clients without EDNS, and at most (RFC 9715: not fragmented on any common path). */
const plainUdpBytes = 512
const maxUdpBytes = 1232
const optionBytes = 11

/** The most bytes that a client can take over UDP. */
export const udpLimitBytes = (query: Query): number =>
  Math.min(Math.max(query.edns?.udpSizeBytes ?? plainUdpBytes, plainUdpBytes), maxUdpBytes)

/**
 * The bytes of a reply, at most `limitBytes`: additional records are left off first, then answers, and then it says that
 * it is truncated, so that the client asks again over TCP.
 */
export function encodeReply(query: Query, reply: Reply, limitBytes = maxMessageBytes): Uint8Array {
  const writer = new Writer(limitBytes - (query.edns === undefined ? 0 : optionBytes))
  writer.bytes(new Uint8Array(headerBytes))
  writer.question(query)
  const answered = writer.records(reply.answers ?? [])
  const isCut = answered < (reply.answers?.length ?? 0)
  const authorities = isCut ? 0 : writer.records(reply.authorities ?? [])
  let additionals = isCut ? 0 : writer.records(reply.additionals ?? [])
  if (query.edns !== undefined) {
    writer.limitBytes = limitBytes
    writer.option(reply.rcode)
    additionals++
  }
  const flags =
    headerFlags.response |
    headerFlags.recursionAvailable |
    (query.flags & (headerFlags.recursionDesired | headerFlags.checkingDisabled)) |
    (reply.isAuthoritative ? headerFlags.authoritative : 0) |
    (isCut ? headerFlags.truncated : 0) |
    (reply.rcode & 15)
  return writer.finish([query.id, flags, 1, answered, authorities, additionals])
}

/** The answer to what is no proper query: a header alone. */
export function encodeRefusal({ id, flags, rcode = rcodes.FORMERR }: Refusal): Uint8Array {
  const bytes = new Uint8Array(headerBytes)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, id)
  view.setUint16(2, headerFlags.response | (flags & (0x7800 | headerFlags.recursionDesired)) | rcode)
  return bytes
}

/** A query to another server: the client's question and wishes, none of its other contents. */
export function encodeQuery(query: Query, id: number): Uint8Array {
  const writer = new Writer(maxMessageBytes)
  writer.bytes(new Uint8Array(headerBytes))
  writer.question(query)
  if (query.edns !== undefined) writer.option(0, query.edns.dnssecOk)
  const flags = headerFlags.recursionDesired | (query.flags & headerFlags.checkingDisabled)
  return writer.finish([id, flags, 1, 0, 0, query.edns === undefined ? 0 : 1])
}

/** The bytes of a question. Undefined when the name is none: a label over 63 bytes, or over 255 in all. */
export function encodeQuestion(name: string, type: number): Uint8Array | undefined {
  const writer = new Writer(maxMessageBytes)
  if (!writer.name(name)) return undefined
  writer.uint16(type)
  writer.uint16(classIn)
  return writer.taken()
}

/** Grows to a limit. Names are compressed against those written before. */
class Writer {
  #buffer = Buffer.allocUnsafe(512)
  #length = 0
  readonly #names = new Map<string, number>()

  constructor(public limitBytes: number) {}

  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#buffer.set(bytes, this.#length)
    this.#length += bytes.length
  }

  uint16(value: number): void {
    this.#reserve(2)
    this.#length = this.#buffer.writeUInt16BE(value, this.#length)
  }

  uint32(value: number): void {
    this.#reserve(4)
    this.#length = this.#buffer.writeUInt32BE(value >>> 0, this.#length)
  }

  /** The question's name is what most answers repeat. */
  question({ question, labels }: Query): void {
    const typeAndClassBytes = 4
    let at = this.#length + question.length - typeAndClassBytes - 1
    let name = ''
    for (let index = labels.length - 1; index >= 0; index--) {
      const label = labels[index]!
      at -= label.length + 1
      name = name === '' ? label : `${label}.${name}`
      this.#names.set(name, at)
    }
    this.bytes(question)
  }

  /** False, and nothing usable written, when it is no proper name. */
  name(name: string): boolean {
    let rest = name.endsWith('.') ? name.slice(0, -1) : name
    if (rest.length > 253) return false
    while (rest !== '') {
      const known = this.#names.get(rest)
      if (known !== undefined) {
        this.uint16(0xc000 | known)
        return true
      }
      if (this.#length < 0x3fff) this.#names.set(rest, this.#length)
      const dot = rest.indexOf('.')
      const label = Buffer.from(dot < 0 ? rest : rest.slice(0, dot), 'latin1')
      if (label.length === 0 || label.length > 63) return false
      this.bytes(Uint8Array.of(label.length))
      this.bytes(label)
      rest = dot < 0 ? '' : rest.slice(dot + 1)
    }
    this.bytes(Uint8Array.of(0))
    return true
  }

  /** How many of the records fit. */
  records(records: DnsRecord[]): number {
    for (const [index, record] of records.entries()) {
      const start = this.#length
      if (this.#record(record) && this.#length <= this.limitBytes) continue
      this.#length = start
      for (const [name, offset] of this.#names) if (offset >= start) this.#names.delete(name)
      return index
    }
    return records.length
  }

  #record(record: DnsRecord): boolean {
    if (!this.name(record.name)) return false
    this.uint16(types[record.type])
    this.uint16(classIn)
    this.uint32(record.ttlSeconds)
    const start = this.#length
    this.uint16(0)
    const isGood = this.#data(record)
    this.#buffer.writeUInt16BE(this.#length - start - 2, start)
    return isGood
  }

  #data(record: DnsRecord): boolean {
    switch (record.type) {
      case 'A':
      case 'AAAA':
        this.bytes(record.address)
        return true
      case 'SRV':
        this.uint16(record.priority)
        this.uint16(record.weight)
        this.uint16(record.port)
        // RFC 2782: the target must not be compressed.
        return this.#plainName(record.target)
      case 'TXT':
        this.bytes(Uint8Array.of(record.text.length))
        this.bytes(Buffer.from(record.text, 'latin1'))
        return true
      case 'SOA': {
        const isGood = this.name(record.primary) && this.name(record.mailbox)
        const refreshSeconds = 7200
        const retrySeconds = 1800
        const expireSeconds = 86_400
        for (const value of [record.serial, refreshSeconds, retrySeconds, expireSeconds, record.minimumSeconds])
          this.uint32(value)
        return isGood
      }
      default:
        return this.name(record.target)
    }
  }

  #plainName(name: string): boolean {
    const question = encodeQuestion(name, 0)
    if (question === undefined) return false
    this.bytes(question.subarray(0, -4))
    return true
  }

  /** EDNS's pseudo-record, which also carries the high bits of the response code. */
  option(rcode: number, dnssecOk = false): void {
    this.bytes(Uint8Array.of(0))
    this.uint16(types.OPT)
    this.uint16(maxUdpBytes)
    this.bytes(Uint8Array.of(rcode >> 4, 0, dnssecOk ? 0x80 : 0, 0))
    this.uint16(0)
  }

  taken(): Uint8Array {
    return this.#buffer.subarray(0, this.#length)
  }

  finish(header: number[]): Uint8Array {
    for (const [index, word] of header.entries()) this.#buffer.writeUInt16BE(word, index * 2)
    return this.taken()
  }

  #reserve(size: number): void {
    if (this.#length + size <= this.#buffer.length) return
    const grown = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#length + size))
    grown.set(this.#buffer.subarray(0, this.#length))
    this.#buffer = grown
  }
}
