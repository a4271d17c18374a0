import { dlopen, FFIType, ptr } from 'bun:ffi'

const unixDomain = 1
const datagramCloseOnExec = 2 | 0o2000000

/**
 * Tells systemd of the node's state (`READY=1`, `STOPPING=1`, `STATUS=...`), as sd_notify(3) describes. Does nothing where
 * no service manager asked for it; one that does not listen is no failure. Bun 1.4.5 has no unix datagram sockets.
 */
export function notifySystemd(state: string, socket: string | undefined = process.env.NOTIFY_SOCKET): void {
  if (socket === undefined || socket === '') return
  const libc = dlopen('libc.so.6', {
    socket: { args: [FFIType.i32, FFIType.i32, FFIType.i32], returns: FFIType.i32 },
    sendto: {
      args: [FFIType.i32, FFIType.ptr, FFIType.u64, FFIType.i32, FFIType.ptr, FFIType.u32],
      returns: FFIType.i64_fast,
    },
    close: { args: [FFIType.i32], returns: FFIType.i32 },
  })
  const { symbols } = libc
  const fd = symbols.socket(unixDomain, datagramCloseOnExec, 0)
  if (fd >= 0) {
    const message = Buffer.from(state)
    const address = addressOf(socket)
    symbols.sendto(fd, ptr(message), message.byteLength, 0, ptr(address), address.byteLength)
    symbols.close(fd)
  }
  libc.close()
}

/** struct sockaddr_un; a name that begins with `@` is in the abstract namespace. */
function addressOf(socket: string): Buffer {
  const name = Buffer.from(socket.startsWith('@') ? `\0${socket.slice(1)}` : `${socket}\0`)
  const address = Buffer.alloc(2 + name.byteLength)
  address.writeUInt16LE(unixDomain)
  name.copy(address, 2)
  return address
}
