import { connect } from 'node:net'
import { Readable, Writable } from 'node:stream'
import type { ExecOptions, ExecSession, PodStreams } from '../../api/server/pod-streams.ts'

/** Pod streams whose pods are this machine: exec runs a process here, port-forward dials 127.0.0.1. */
export const hostPodStreams: PodStreams = {
  async nodePage(nodeName, path) {
    return new Blob([`${path} of ${nodeName}\n`]).stream()
  },
  async logs(_, { follow, tailLines }) {
    const lines = ['one\n', 'two\n', 'three\n'].slice(tailLines === undefined ? 0 : -tailLines)
    return new ReadableStream<Uint8Array>({
      async pull(controller) {
        const line = lines.shift()
        if (line) controller.enqueue(Buffer.from(line))
        else if (!follow) controller.close()
        else await new Promise(() => {})
      },
    })
  },
  exec: async (_, options) => runHere(options),
  attach: async (_, options) => runHere({ ...options, command: ['cat'] }),
  async portForward(_, port) {
    const socket = connect(port, '127.0.0.1')
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', () => resolve())
      socket.once('error', reject)
    })
    return {
      readable: Readable.toWeb(socket) as unknown as ReadableStream<Uint8Array>,
      writable: Writable.toWeb(socket) as unknown as WritableStream<Uint8Array>,
    }
  },
}

function runHere({ command, stdin, stderr }: ExecOptions): ExecSession {
  const child = Bun.spawn(command, { stdin: stdin ? 'pipe' : 'ignore', stdout: 'pipe', stderr: 'pipe' })
  const input = child.stdin as import('bun').FileSink | undefined
  return {
    stdin:
      input &&
      new WritableStream<Uint8Array>({
        async write(chunk) {
          input.write(chunk)
          await input.flush()
        },
        async close() {
          await input.end()
        },
      }),
    stdout: child.stdout,
    stderr: stderr ? child.stderr : undefined,
    resize() {},
    exit: child.exited.then((exitCode) => ({ exitCode })),
    close: () => child.kill(),
  }
}
