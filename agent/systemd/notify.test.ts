import { expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { notifySystemd } from './notify.ts'

/** What systemd does: a datagram socket. Python's, since Bun has none. */
const receiver = `
import socket, sys
listening = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
name = sys.argv[1]
listening.bind('\\0' + name[1:] if name.startswith('@') else name)
print('listening', flush=True)
print(listening.recv(4096).decode(), flush=True)
`

const python = Bun.which('python3')

for (const kind of ['path', 'abstract']) {
  test.if(python !== null)(`a service manager that listens at a socket (${kind}) gets the state`, async () => {
    const directory = mkdtempSync(join(tmpdir(), 'skein-notify-'))
    const socket = kind === 'path' ? join(directory, 'notify') : `@skein-notify-test-${process.pid}`
    const child = Bun.spawn([python!, '-c', receiver, socket], { stdout: 'pipe' })
    const lines = createInterface({ input: Readable.fromWeb(child.stdout) })[Symbol.asyncIterator]()
    try {
      expect((await lines.next()).value).toBe('listening')
      notifySystemd('READY=1\nSTATUS=ready', socket)
      expect((await lines.next()).value).toBe('READY=1')
      expect((await lines.next()).value).toBe('STATUS=ready')
    } finally {
      child.kill()
      await child.exited
      rmSync(directory, { recursive: true })
    }
  })
}

test('nobody listens: nothing happens', () => {
  notifySystemd('READY=1', '/nonexistent/notify')
  notifySystemd('READY=1', undefined)
})
