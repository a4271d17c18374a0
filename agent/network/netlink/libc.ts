import { dlopen, FFIType, type Pointer, ptr, read } from 'bun:ffi'

/** The C library's calls that Bun lacks. Numbers are Linux's, the same on amd64 and arm64. */
const libc = dlopen('libc.so.6', {
  socket: { args: [FFIType.i32, FFIType.i32, FFIType.i32], returns: FFIType.i32 },
  bind: { args: [FFIType.i32, FFIType.ptr, FFIType.u32], returns: FFIType.i32 },
  send: { args: [FFIType.i32, FFIType.ptr, FFIType.u64, FFIType.i32], returns: FFIType.i64_fast },
  recv: { args: [FFIType.i32, FFIType.ptr, FFIType.u64, FFIType.i32], returns: FFIType.i64_fast },
  setsockopt: { args: [FFIType.i32, FFIType.i32, FFIType.i32, FFIType.ptr, FFIType.u32], returns: FFIType.i32 },
  close: { args: [FFIType.i32], returns: FFIType.i32 },
  strerror: { args: [FFIType.i32], returns: FFIType.cstring },
  __errno_location: { args: [], returns: FFIType.ptr },
}).symbols

export class SystemCallError extends Error {
  override readonly name = 'SystemCallError'
  constructor(
    readonly call: string,
    readonly errno: number,
  ) {
    super(`${call}: ${libc.strerror(errno)}`)
  }
}

export const errnoText = (errno: number): string => String(libc.strerror(errno))

const errno = (): number => read.i32(libc.__errno_location() as Pointer, 0)

function checked(call: string, result: number | bigint): number {
  if (Number(result) < 0) throw new SystemCallError(call, errno())
  return Number(result)
}

export const EINTR = 4
export const EAGAIN = 11
export const ENOBUFS = 105

export const openSocket = (domain: number, type: number, protocol: number): number =>
  checked('socket', libc.socket(domain, type, protocol))

export const bindSocket = (fd: number, address: Uint8Array): number =>
  checked('bind', libc.bind(fd, ptr(address), address.length))

export const send = (fd: number, bytes: Uint8Array): number =>
  checked('send', libc.send(fd, ptr(bytes), bytes.length, 0))

/** Bytes read into `buffer`; undefined when the call would block (`MSG_DONTWAIT` in flags, or a receive timeout). */
export function receive(fd: number, buffer: Uint8Array, flags: number): number | undefined {
  for (;;) {
    const result = Number(libc.recv(fd, ptr(buffer), buffer.length, flags))
    if (result >= 0) return result
    const code = errno()
    if (code === EAGAIN) return undefined
    if (code !== EINTR) throw new SystemCallError('recv', code)
  }
}

export const setSocketOption = (fd: number, level: number, option: number, value: Uint8Array): number =>
  checked('setsockopt', libc.setsockopt(fd, level, option, ptr(value), value.length))

export const closeDescriptor = (fd: number): void => {
  libc.close(fd)
}
