/**
 * What the kernel hands over through a TUN device with offloads (linux/virtio_net.h) and how it travels: a TCP packet of
 * up to 64 kB is cut where the kernel's own segmentation would cut it, and each segment carries the packet's headers, so
 * that a lost one costs only itself; what arrives in a row is joined again. No TCP checksum is computed on the way.
 */

/** Bytes of virtio_net_hdr before each packet of the device. */
export const offloadHeaderBytes = 10
/** Bytes before the offload header in each segment: kind, whether it is the last, its index. */
export const segmentHeaderBytes = 4
export const segmentOverheadBytes = segmentHeaderBytes + offloadHeaderBytes
export const maxPacketBytes = 65_536 + offloadHeaderBytes

const offsets = { flags: 0, gsoType: 1, headerLength: 2, gsoSize: 4, checksumStart: 6, checksumOffset: 8 }
const gsoTypes = { none: 0, tcp4: 1, tcp6: 4, ecn: 0x80 }
export const kinds = { whole: 0, tcpSegment: 1, ping: 2, pong: 3 }

/** Where a packet of the device is to be cut. */
export interface Cut {
  /** 1: it travels whole. */
  count: number
  /** IP and TCP headers, which every segment repeats; 0 for a whole packet. */
  headerBytes: number
  payloadBytes: number
}

/** `packet` begins with the offload header. Undefined for what cannot be sent: cut off, or of an unknown offload. */
export function cutPacket(packet: Buffer): Cut | undefined {
  if (packet.length < offloadHeaderBytes + 20) return undefined
  const gsoType = packet[offsets.gsoType]! & ~gsoTypes.ecn
  if (gsoType === gsoTypes.none) return { count: 1, headerBytes: 0, payloadBytes: packet.length - offloadHeaderBytes }
  if (gsoType !== gsoTypes.tcp4 && gsoType !== gsoTypes.tcp6) return undefined
  const payloadBytes = packet.readUInt16LE(offsets.gsoSize)
  const tcp = offloadHeaderBytes + packet.readUInt16LE(offsets.checksumStart)
  if (payloadBytes === 0 || tcp + 20 > packet.length) return undefined
  const headerBytes = tcp - offloadHeaderBytes + (packet[tcp + 12]! >> 4) * 4
  const rest = packet.length - offloadHeaderBytes - headerBytes
  if (rest <= 0) return undefined
  return { count: Math.ceil(rest / payloadBytes), headerBytes, payloadBytes }
}

/**
 * Writes a packet's segment `index` to `target` and returns its size. A packet's segments are written in order to the same
 * place: the headers that they have in common are written with the first.
 */
export function writeSegment(packet: Buffer, cut: Cut, index: number, target: Buffer): number {
  const isLast = index === cut.count - 1
  const start = offloadHeaderBytes + cut.headerBytes
  if (index === 0) packet.copy(target, segmentHeaderBytes, 0, start)
  target[0] = cut.headerBytes === 0 ? kinds.whole : kinds.tcpSegment
  target[1] = isLast ? 1 : 0
  target[2] = index >> 8
  target[3] = index & 255
  const from = start + index * cut.payloadBytes
  const payloadBytes = Math.min(cut.payloadBytes, packet.length - from)
  packet.copy(target, segmentHeaderBytes + start, from, from + payloadBytes)
  return segmentHeaderBytes + start + payloadBytes
}

/** Joins segments that arrive in a row, and gives packets of the device to `write`. The buffer given is reused. */
export class Joiner {
  readonly #write: (packet: Uint8Array) => void
  readonly #buffer = new Uint8Array(maxPacketBytes)
  readonly #view = new DataView(this.#buffer.buffer)
  #length = 0
  #headerBytes = 0
  #firstIndex = 0
  #count = 0
  #hasLast = false
  /** Tells one packet's segments from another's: the counter that its first segment had, or would have. */
  #group = -1

  constructor(write: (packet: Uint8Array) => void) {
    this.#write = write
  }

  /** Takes a segment that was sent with this counter; of one packet they are consecutive. False when it is malformed. */
  push(segment: Buffer, counter: number): boolean {
    if (segment.length < segmentOverheadBytes + 20) return false
    if (segment[0] === kinds.whole) {
      this.flush()
      this.#write(segment.subarray(segmentHeaderBytes))
      return true
    }
    const index = (segment[2]! << 8) | segment[3]!
    const group = counter - index
    const isNext = this.#count > 0 && group === this.#group && index === this.#firstIndex + this.#count
    if (!isNext && !this.#begin(segment, index, group)) return false
    const start = segmentHeaderBytes + offloadHeaderBytes + this.#headerBytes
    const payloadBytes = segment.length - start
    if (payloadBytes <= 0 || this.#length + payloadBytes > maxPacketBytes) return false
    segment.copy(this.#buffer, this.#length, start)
    this.#length += payloadBytes
    this.#count++
    this.#hasLast = segment[1] === 1
    if (this.#hasLast) this.flush()
    return true
  }

  #begin(segment: Buffer, index: number, group: number): boolean {
    this.flush()
    const tcp = segmentOverheadBytes + segment.readUInt16LE(segmentHeaderBytes + offsets.checksumStart)
    if (tcp + 20 > segment.length) return false
    const headerBytes = tcp - segmentOverheadBytes + (segment[tcp + 12]! >> 4) * 4
    if (segmentOverheadBytes + headerBytes >= segment.length) return false
    this.#headerBytes = headerBytes
    this.#length = offloadHeaderBytes + headerBytes
    segment.copy(this.#buffer, 0, segmentHeaderBytes, segmentHeaderBytes + this.#length)
    this.#firstIndex = index
    this.#group = group
    return true
  }

  /** Gives away what was joined so far. To be called when no more datagrams wait. */
  flush(): void {
    if (this.#count === 0) return
    this.#finishHeaders()
    this.#write(this.#buffer.subarray(0, this.#length))
    this.#count = 0
  }

  /** Makes the headers true for the joined run, which may be any part of the packet that was sent. */
  #finishHeaders(): void {
    const view = this.#view
    const buffer = this.#buffer
    const gsoSize = view.getUint16(offsets.gsoSize, true)
    const tcp = offloadHeaderBytes + view.getUint16(offsets.checksumStart, true)
    const payloadBytes = this.#length - offloadHeaderBytes - this.#headerBytes
    view.setUint32(tcp + 4, (view.getUint32(tcp + 4) + this.#firstIndex * gsoSize) >>> 0)
    const [finAndPush, congestionReduced] = [0x09, 0x80]
    if (!this.#hasLast) buffer[tcp + 13]! &= ~finAndPush
    if (this.#firstIndex > 0) buffer[tcp + 13]! &= ~congestionReduced
    if (payloadBytes <= gsoSize) {
      buffer[offsets.gsoType] = gsoTypes.none
      view.setUint16(offsets.gsoSize, 0, true)
    }
    view.setUint16(offsets.headerLength, this.#headerBytes, true)
    const ip = offloadHeaderBytes
    const tcpBytes = this.#length - tcp
    if (buffer[ip]! >> 4 === 4) {
      view.setUint16(ip + 2, this.#length - ip)
      view.setUint16(ip + 4, (view.getUint16(ip + 4) + this.#firstIndex) & 0xffff)
      view.setUint16(ip + 10, 0)
      view.setUint16(ip + 10, ~sum(view, ip, tcp - ip, 0) & 0xffff)
      view.setUint16(tcp + 16, sum(view, ip + 12, 8, 6 + tcpBytes))
    } else {
      view.setUint16(ip + 4, this.#length - ip - 40)
      view.setUint16(tcp + 16, sum(view, ip + 8, 32, 6 + tcpBytes))
    }
  }
}

/** The Internet checksum's sum (RFC 1071), not complemented: what the kernel expects in a checksum still to be finished. */
function sum(view: DataView, offset: number, size: number, initial: number): number {
  let total = initial
  for (let at = offset; at < offset + size; at += 2) total += view.getUint16(at)
  while (total > 0xffff) total = (total & 0xffff) + (total >>> 16)
  return total
}
