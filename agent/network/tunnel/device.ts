import { dlopen, FFIType, type Pointer, ptr, read } from 'bun:ffi'
import { errnoText } from '../netlink/libc.ts'

const { ptr: pointer, i32, u32, u64, i64_fast } = FFIType

const libc = dlopen('libc.so.6', {
  open: { args: [pointer, i32], returns: i32 },
  close: { args: [i32], returns: i32 },
  ioctl: { args: [i32, u64, pointer], returns: i32 },
  read: { args: [i32, pointer, u64], returns: i64_fast },
  write: { args: [i32, pointer, u64], returns: i64_fast },
  socket: { args: [i32, i32, i32], returns: i32 },
  bind: { args: [i32, pointer, u32], returns: i32 },
  getsockname: { args: [i32, pointer, pointer], returns: i32 },
  setsockopt: { args: [i32, i32, i32, pointer, u32], returns: i32 },
  sendmsg: { args: [i32, pointer, i32], returns: i64_fast },
  recvfrom: { args: [i32, pointer, u64, i32, pointer, pointer], returns: i64_fast },
  poll: { args: [pointer, u64, i32], returns: i32 },
  __errno_location: { args: [], returns: pointer },
}).symbols

export const errnos = { EINTR: 4, EIO: 5, EAGAIN: 11, EINVAL: 22, EMSGSIZE: 90 }

const errno = (): number => read.i32(libc.__errno_location() as Pointer, 0)

function checked(what: string, result: number): number {
  if (result >= 0) return result
  const code = errno()
  throw new Error(`${what}: ${errnoText(code)}`)
}

const nonBlocking = 0x800
const closeOnExec = 0x80000

/** Opens (and makes, until it is closed) a TUN device that hands over packets with their offloads. Not blocking. */
export function openTun(name: string): number {
  const readWrite = 2
  const path = Buffer.from('/dev/net/tun\0')
  const fd = checked('open /dev/net/tun', libc.open(ptr(path), readWrite | nonBlocking | closeOnExec))
  const request = Buffer.alloc(40)
  request.write(name)
  const [tun, noPacketInfo, offloadHeader] = [0x1, 0x1000, 0x4000]
  request.writeUInt16LE(tun | noPacketInfo | offloadHeader, 16)
  const [setInterface, setOffload] = [0x400454ca, 0x400454d0]
  checked(`make device ${name}`, libc.ioctl(fd, setInterface, ptr(request)))
  const [checksum, tcp4, tcp6] = [1, 2, 4]
  checked('set offload', libc.ioctl(fd, setOffload, (checksum | tcp4 | tcp6) as unknown as Pointer))
  return fd
}

export const socketAddressBytes = 28

/**
 * Memory whose pointer stays true. Bun 1.4.5: a small typed array moves when its `buffer` is first needed (`subarray`
 * does), and a pointer taken before leads nowhere.
 */
export const pinned = (sizeBytes: number): Buffer => Buffer.from(new ArrayBuffer(sizeBytes))

/** What begins an IPv4 address as sockets of both families have it. */
const mappedPrefix = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255)

/** A sockaddr_in or sockaddr_in6; for a socket of both families always the latter. */
export function socketAddress(address: Uint8Array, port: number, isForBoth = false): Buffer {
  if (isForBoth && address.length === 4) return socketAddress(Buffer.concat([mappedPrefix, address]), port)
  const isV4 = address.length === 4
  const bytes = pinned(isV4 ? 16 : socketAddressBytes)
  bytes.writeUInt16LE(isV4 ? 2 : 10)
  bytes.writeUInt16BE(port, 2)
  bytes.set(address, isV4 ? 4 : 8)
  return bytes
}

/** The reverse of `socketAddress`. */
export function readSocketAddress(bytes: Buffer): { address: Uint8Array; port: number } {
  const isV4 = bytes.readUInt16LE() === 2
  const isMapped = !isV4 && mappedPrefix.every((byte, index) => byte === bytes[8 + index])
  const [start, end] = isV4 ? [4, 8] : isMapped ? [20, 24] : [8, 24]
  return { address: new Uint8Array(bytes.subarray(start, end)), port: bytes.readUInt16BE(2) }
}

const udpLevel = 17
const udpOptions = { segment: 103, receiveOffload: 104 }
const bufferBytes = 8 * 1024 * 1024

export interface UdpSocket {
  fd: number
  port: number
  /** Speaks IPv4 and IPv6. */
  isForBoth: boolean
}

/** A UDP socket of both families where the host has both, else of IPv4. Port 0: any. */
export function openUdp(port: number): UdpSocket {
  try {
    return { ...openUdpAt(new Uint8Array(16), port), isForBoth: true }
  } catch (error) {
    if (!(error as Error).message.startsWith('UDP socket:')) throw error
    return { ...openUdpAt(new Uint8Array(4), port), isForBoth: false }
  }
}

/** A UDP socket whose kernel joins datagrams that arrive in a row, and fragments none. Not blocking. */
function openUdpAt(address: Uint8Array, port: number): { fd: number; port: number } {
  const isV4 = address.length === 4
  const datagram = 2
  const fd = checked('UDP socket', libc.socket(isV4 ? 2 : 10, datagram | nonBlocking | closeOnExec, 0))
  const setNumber = (level: number, option: number, value: number) =>
    libc.setsockopt(fd, level, option, ptr(new Int32Array([value])), 4)
  const [ipLevel, ip6Level, ipDiscovery, ip6Discovery, ip6Only] = [0, 41, 10, 23, 26]
  if (!isV4) setNumber(ip6Level, ip6Only, 0)
  const bound = socketAddress(address, port)
  checked(`bind UDP port ${port}`, libc.bind(fd, ptr(bound), bound.length))
  // Sent whole or not at all, whatever routers have said of the path: its size is probed.
  const probe = 3
  setNumber(ipLevel, ipDiscovery, probe)
  if (!isV4) setNumber(ip6Level, ip6Discovery, probe)
  const [socketLevel, forceSendBuffer, forceReceiveBuffer] = [1, 32, 33]
  setNumber(socketLevel, forceSendBuffer, bufferBytes)
  setNumber(socketLevel, forceReceiveBuffer, bufferBytes)
  // Without it every datagram comes alone: slower, nothing else.
  setNumber(udpLevel, udpOptions.receiveOffload, 1)
  const name = Buffer.alloc(socketAddressBytes)
  checked('getsockname', libc.getsockname(fd, ptr(name), ptr(new Uint32Array([name.length]))))
  return { fd, port: name.readUInt16BE(2) }
}

export const closeDevice = (fd: number): void => {
  libc.close(fd)
}

/** What `poll` is asked, one for each thread. */
const pollRequest = pinned(8)
const pollPointer = ptr(pollRequest)
const [readable, writable] = [1, 4]

/** Waits until there is something to read (or room to write), at most so long. */
export function waitFor(fd: number, forWriting: boolean, timeoutMs: number): void {
  pollRequest.writeInt32LE(fd)
  pollRequest.writeInt16LE(forWriting ? writable : readable, 4)
  libc.poll(pollPointer, 1, timeoutMs)
}

/** Bytes read into the buffer at this pointer; negative errno when there are none. */
export function readDevice(fd: number, target: Pointer, sizeBytes: number): number {
  const size = Number(libc.read(fd, target, sizeBytes))
  return size >= 0 ? size : -errno()
}

/** Bytes written, or a negative errno. */
export function writeDevice(fd: number, bytes: Uint8Array): number {
  const size = Number(libc.write(fd, ptr(bytes), bytes.length))
  return size >= 0 ? size : -errno()
}

/** Receives without waiting; what datagrams the kernel joined come in one buffer. */
export class UdpReceiver {
  readonly buffer = pinned(65_536)
  readonly source = pinned(socketAddressBytes)
  readonly #bufferPointer = ptr(this.buffer)
  readonly #sourcePointer = ptr(this.source)
  readonly #sourceSize = new Uint32Array(pinned(4).buffer)
  readonly #sizePointer = ptr(this.#sourceSize)

  constructor(readonly fd: number) {}

  /** Bytes received into `buffer` from `source`, or a negative errno. */
  receive(): number {
    this.#sourceSize[0] = socketAddressBytes
    const [from, fromSize] = [this.#sourcePointer, this.#sizePointer]
    const size = Number(libc.recvfrom(this.fd, this.#bufferPointer, this.buffer.length, 0, from, fromSize))
    return size >= 0 ? size : -errno()
  }
}

/** Sends one buffer as several datagrams of one size, the last of which may be shorter: one call for all. */
export class UdpSender {
  readonly buffer = pinned(65_536)
  readonly #message = pinned(56)
  readonly #vector = pinned(16)
  readonly #control = pinned(24)
  readonly #messagePointer = ptr(this.#message)
  readonly #bufferPointer = ptr(this.buffer)
  readonly #controlPointer = ptr(this.#control)

  constructor(readonly fd: number) {
    this.#message.writeBigUInt64LE(BigInt(ptr(this.#vector)), 16)
    this.#message.writeBigUInt64LE(1n, 24)
    const controlBytes = 18
    this.#control.writeBigUInt64LE(BigInt(controlBytes))
    this.#control.writeInt32LE(udpLevel, 8)
    this.#control.writeInt32LE(udpOptions.segment, 12)
  }

  /** Sends the buffer's bytes from `start` to `end`. Bytes sent, or a negative errno. */
  send(start: number, end: number, segmentBytes: number, to: { pointer: Pointer; size: number }): number {
    const isSeveral = end - start > segmentBytes
    writePointer(this.#message, to.pointer, 0)
    this.#message.writeUInt32LE(to.size, 8)
    writePointer(this.#vector, this.#bufferPointer + start, 0)
    this.#vector.writeUInt32LE(end - start, 8)
    this.#control.writeUInt16LE(segmentBytes, 16)
    writePointer(this.#message, isSeveral ? this.#controlPointer : 0, 32)
    this.#message.writeUInt32LE(isSeveral ? this.#control.length : 0, 40)
    const size = Number(libc.sendmsg(this.fd, this.#messagePointer, 0))
    return size >= 0 ? size : -errno()
  }
}

/** A pointer of up to 53 bits, in the machine's order, without a BigInt a call. */
function writePointer(target: Buffer, value: number, offset: number): void {
  target.writeUInt32LE(value % 2 ** 32, offset)
  target.writeUInt32LE(Math.floor(value / 2 ** 32), offset + 4)
}
