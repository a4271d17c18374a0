import type { ExecSession } from '../../api/server/pod-streams.ts'
import type { Tunnel } from '../../mesh/tunnel/tunnels.ts'
import { drainFor } from './byte-stream.ts'
import {
  encodeFrame,
  encodeJson,
  encodeNumber,
  type FrameKind,
  type FrameReader,
  kinds,
  maxChunkBytes,
  send,
} from './frame.ts'
import { type CommandStreams, inputWindowBytes } from './request.ts'

/** Carries a command of this node to the other end of the tunnel. Resolves when one of them has ended. */
export async function serveCommand(session: ExecSession, tunnel: Tunnel, reader: FrameReader): Promise<void> {
  const { stdin, stdout, stderr, exit } = session
  const streams: CommandStreams = { stdin: !!stdin, stdout: !!stdout, stderr: !!stderr }
  let isOver = false
  const gone = () => {
    if (!isOver) session.close()
    isOver = true
  }
  tunnel.on('close', gone)
  exit.catch(() => {})
  void takeInput(session, tunnel, reader)
  try {
    await send(tunnel, encodeJson(kinds.answer, streams))
    await Promise.all([
      copyOutput(stdout, tunnel, kinds.stdout, kinds.stdoutEnd),
      copyOutput(stderr, tunnel, kinds.stderr, kinds.stderrEnd),
    ])
    const end = await exit.then(
      ({ exitCode }) => encodeNumber(kinds.exit, exitCode),
      (error: unknown) =>
        encodeFrame(kinds.failure, Buffer.from(error instanceof Error ? error.message : String(error))),
    )
    isOver = true
    if (!tunnel.destroying) tunnel.end(end)
  } catch (error) {
    tunnel.destroy(error as Error)
  }
}

async function copyOutput(
  source: ReadableStream<Uint8Array> | undefined,
  tunnel: Tunnel,
  kind: FrameKind,
  endKind: FrameKind,
): Promise<void> {
  if (source === undefined) return
  await drainFor(tunnel, source, async (chunk) => {
    for (let at = 0; at < chunk.byteLength; at += maxChunkBytes)
      await send(tunnel, encodeFrame(kind, chunk.subarray(at, at + maxChunkBytes)))
  })
  await send(tunnel, encodeFrame(endKind))
}

/** Input, sizes and the end of the input, until the other end has no more to say. */
async function takeInput(session: ExecSession, tunnel: Tunnel, reader: FrameReader): Promise<void> {
  const writer = session.stdin?.getWriter()
  let waitingBytes = 0
  let written = Promise.resolve()
  let isClosed = writer === undefined
  const write = (content: Buffer) => {
    waitingBytes += content.byteLength
    if (waitingBytes > inputWindowBytes) throw new Error('more input than may be on its way')
    written = written.then(async () => {
      try {
        if (!isClosed) await writer!.write(content)
      } catch {
        isClosed = true
        if (!tunnel.destroying) tunnel.write(encodeFrame(kinds.stdinClosed))
      }
      waitingBytes -= content.byteLength
      if (!tunnel.destroying) tunnel.write(encodeNumber(kinds.stdinTaken, content.byteLength))
    })
  }
  const end = () => {
    written = written.then(async () => {
      // The process may have closed its input already.
      if (!isClosed) await writer!.close().catch(() => {})
      isClosed = true
    })
  }
  try {
    for (;;) {
      const frame = await reader.next()
      if (frame === undefined) return
      const { kind, content } = frame
      if (kind === kinds.stdin) write(content)
      else if (kind === kinds.stdinEnd) end()
      else if (kind === kinds.resize) session.resize(content.readUInt16BE(), content.readUInt16BE(2))
    }
  } catch (error) {
    tunnel.destroy(error as Error)
  }
}
