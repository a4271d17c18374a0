/**
 * DNS messages as bytes (RFC 1035 section 4, RFC 6891): reading a query, walking the records of an answer. Nothing here
 * throws on bad bytes: what cannot be read is undefined.
 */

export const types = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  OPT: 41,
  AXFR: 252,
  ANY: 255,
}
export const rcodes = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5, BADVERS: 16 }
export const classIn = 1
export const headerBytes = 12
export const maxMessageBytes = 65_535

/** Bits of the header's second 16-bit word. */
export const headerFlags = {
  response: 0x8000,
  authoritative: 0x400,
  truncated: 0x200,
  recursionDesired: 0x100,
  recursionAvailable: 0x80,
  checkingDisabled: 0x10,
}

export interface Query {
  id: number
  flags: number
  /** Labels in lower case, one character a byte. */
  labels: string[]
  /** The question's name, type and class as the client wrote them. */
  question: Uint8Array
  type: number
  class: number
  /** Present when the client speaks EDNS. */
  edns?: { udpSizeBytes: number; version: number; dnssecOk: boolean }
}

/** Why a message gets no ordinary answer; `rcode` undefined: none at all. */
export interface Refusal {
  id: number
  flags: number
  rcode: number | undefined
}

export const isRefusal = (query: Query | Refusal): query is Refusal => !('labels' in query)

/** Reads a query. Undefined when there is not even a header. */
export function readQuery(bytes: Uint8Array): Query | Refusal | undefined {
  if (bytes.length < headerBytes) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const id = view.getUint16(0)
  const flags = view.getUint16(2)
  if (flags & headerFlags.response) return { id, flags, rcode: undefined }
  if (flags & 0x7800) return { id, flags, rcode: rcodes.NOTIMP }
  const name = view.getUint16(4) === 1 ? readName(bytes, headerBytes) : undefined
  if (name === undefined || name.isCompressed || name.end + 4 > bytes.length)
    return { id, flags, rcode: rcodes.FORMERR }
  const query: Query = {
    id,
    flags,
    labels: name.labels,
    question: new Uint8Array(bytes.subarray(headerBytes, name.end + 4)),
    type: view.getUint16(name.end),
    class: view.getUint16(name.end + 2),
  }
  const records = readRecords(bytes, name.end + 4, view.getUint16(6) + view.getUint16(8) + view.getUint16(10))
  if (records === undefined) return { id, flags, rcode: rcodes.FORMERR }
  const options = records.filter((record) => record.type === types.OPT)
  if (options.length > 1) return { id, flags, rcode: rcodes.FORMERR }
  const [option] = options
  if (option !== undefined) {
    const version = (option.ttl >>> 16) & 255
    query.edns = { udpSizeBytes: option.class, version, dnssecOk: (option.ttl & 0x8000) !== 0 }
  }
  return query
}

interface Name {
  labels: string[]
  /** Offset of what follows the name. */
  end: number
  isCompressed: boolean
}

/** Reads a name at `offset`. Pointers must lead backwards, which also ends every loop. */
export function readName(bytes: Uint8Array, offset: number): Name | undefined {
  const labels: string[] = []
  let at = offset
  let end: number | undefined
  let lowest = offset
  let size = 1
  for (;;) {
    const length = bytes[at]
    if (length === undefined) return undefined
    if (length === 0) return { labels, end: end ?? at + 1, isCompressed: end !== undefined }
    if ((length & 0xc0) === 0xc0) {
      const low = bytes[at + 1]
      if (low === undefined) return undefined
      const target = ((length & 0x3f) << 8) | low
      if (target >= lowest) return undefined
      end ??= at + 2
      at = lowest = target
      continue
    }
    size += length + 1
    if (length & 0xc0 || size > 255 || at + 1 + length > bytes.length) return undefined
    labels.push(lowerCaseLabel(bytes, at + 1, length))
    at += 1 + length
  }
}

function lowerCaseLabel(bytes: Uint8Array, start: number, length: number): string {
  let label = ''
  for (let index = start; index < start + length; index++) {
    const byte = bytes[index]!
    label += String.fromCharCode(byte >= 65 && byte <= 90 ? byte + 32 : byte)
  }
  return label
}

export interface ReadRecord {
  labels: string[]
  type: number
  class: number
  ttl: number
  /** Offset of the TTL's 4 bytes, and of the data. */
  ttlOffset: number
  dataOffset: number
  dataBytes: number
}

/** `count` records from `offset` on; undefined when they are cut off or malformed. */
export function readRecords(bytes: Uint8Array, offset: number, count: number): ReadRecord[] | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const records: ReadRecord[] = []
  let at = offset
  // The smallest record takes 11 bytes, so that a false count costs nothing.
  if (count * 11 > bytes.length) return undefined
  for (let index = 0; index < count; index++) {
    const name = readName(bytes, at)
    if (name === undefined || name.end + 10 > bytes.length) return undefined
    const { labels, end } = name
    const dataBytes = view.getUint16(end + 8)
    at = end + 10 + dataBytes
    if (at > bytes.length) return undefined
    const [type, recordClass, ttl] = [view.getUint16(end), view.getUint16(end + 2), view.getUint32(end + 4)]
    records.push({ labels, type, class: recordClass, ttl, ttlOffset: end + 4, dataOffset: end + 10, dataBytes })
  }
  return records
}

export interface ReadAnswer {
  id: number
  flags: number
  rcode: number
  question: Uint8Array
  answers: ReadRecord[]
  authorities: ReadRecord[]
  additionals: ReadRecord[]
}

/** Reads an answer to one question; undefined when it is none, or malformed. */
export function readAnswer(bytes: Uint8Array): ReadAnswer | undefined {
  if (bytes.length < headerBytes) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const flags = view.getUint16(2)
  const name = readName(bytes, headerBytes)
  if (!(flags & headerFlags.response) || view.getUint16(4) !== 1 || name === undefined) return undefined
  if (name.isCompressed || name.end + 4 > bytes.length) return undefined
  const counts = [view.getUint16(6), view.getUint16(8), view.getUint16(10)] as const
  const all = readRecords(bytes, name.end + 4, counts[0] + counts[1] + counts[2])
  if (all === undefined) return undefined
  return {
    id: view.getUint16(0),
    flags,
    rcode: flags & 15,
    question: bytes.subarray(headerBytes, name.end + 4),
    answers: all.slice(0, counts[0]),
    authorities: all.slice(counts[0], counts[0] + counts[1]),
    additionals: all.slice(counts[0] + counts[1]),
  }
}

/** True when two questions ask the same: names differ at most in the case of letters. */
export function isSameQuestion(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => lower(byte) === lower(other[index]!))
}

const lower = (byte: number): number => (byte >= 65 && byte <= 90 ? byte + 32 : byte)
