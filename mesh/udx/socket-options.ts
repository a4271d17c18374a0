import { dlopen, FFIType, ptr } from 'bun:ffi'

/** Option numbers of Linux (asm-generic/socket.h, linux/in.h, linux/in6.h). */
const SOL_SOCKET = 1
const SO_SNDBUF = 7
const SO_RCVBUF = 8
const IPPROTO_IP = 0
const IP_MTU_DISCOVER = 10
const IP_RECVERR = 11
const IPPROTO_IPV6 = 41
const IPV6_MTU_DISCOVER = 23
const IPV6_RECVERR = 25
/** Sets "don't fragment" and ignores the kernel's idea of the path's MTU: we probe ourselves. */
const PMTUDISC_PROBE = 3

const bufferBytes = 1024 * 1024

const libc = dlopen('libc.so.6', {
  setsockopt: { args: [FFIType.i32, FFIType.i32, FFIType.i32, FFIType.ptr, FFIType.u32], returns: FFIType.i32 },
  getsockopt: { args: [FFIType.i32, FFIType.i32, FFIType.i32, FFIType.ptr, FFIType.ptr], returns: FFIType.i32 },
}).symbols

function set(fd: number, level: number, option: number, value: number): boolean {
  return libc.setsockopt(fd, level, option, ptr(Int32Array.of(value)), 4) === 0
}

function get(fd: number, option: number): number {
  const value = new Int32Array(1)
  libc.getsockopt(fd, SOL_SOCKET, option, ptr(value), ptr(Uint32Array.of(4)))
  return value[0]!
}

/** What Bun.udpSocket has no option for. */
export function tuneSocket(fd: number, family: 4 | 6): void {
  // Bun 1.4.5 asks for queued errors: an ICMP error from one dead peer would fail the next send to any other.
  set(fd, IPPROTO_IP, IP_RECVERR, 0)
  set(fd, IPPROTO_IP, IP_MTU_DISCOVER, PMTUDISC_PROBE)
  if (family === 6) {
    set(fd, IPPROTO_IPV6, IPV6_RECVERR, 0)
    set(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, PMTUDISC_PROBE)
  }
  // The kernel's default holds 100 packets: a burst would be lost before we are woken.
  set(fd, SOL_SOCKET, SO_RCVBUF, bufferBytes)
  set(fd, SOL_SOCKET, SO_SNDBUF, bufferBytes)
}

export const receiveBuffer = {
  get: (fd: number) => get(fd, SO_RCVBUF),
  set: (fd: number, bytes: number) => set(fd, SOL_SOCKET, SO_RCVBUF, bytes),
}

export const sendBuffer = {
  get: (fd: number) => get(fd, SO_SNDBUF),
  set: (fd: number, bytes: number) => set(fd, SOL_SOCKET, SO_SNDBUF, bytes),
}
