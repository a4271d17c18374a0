import type { ByteStream } from '../../api/server/pod-streams.ts'
import type { Tunnel } from '../../mesh/tunnel/tunnels.ts'
import { type FrameReader, send } from './frame.ts'

/** What the reader has not read yet as a stream; cancelled, it ends the tunnel. */
export function readableOf(tunnel: Tunnel, reader: FrameReader): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const chunk = await reader.chunk()
        if (chunk === undefined) controller.close()
        else controller.enqueue(chunk)
      },
      cancel() {
        tunnel.destroy()
      },
    },
    { highWaterMark: 0 },
  )
}

/** Closed, it ends this direction; aborted, it ends the tunnel. */
export function writableOf(tunnel: Tunnel): WritableStream<Uint8Array> {
  return new WritableStream<Uint8Array>({
    write: (chunk) => send(tunnel, chunk),
    close() {
      tunnel.end(null)
    },
    abort(reason) {
      tunnel.destroy(reason instanceof Error ? reason : undefined)
    },
  })
}

/** Hands on what the source has, one chunk after the other, to its end. Ends the source when the tunnel is gone. */
export async function drainFor(
  tunnel: Tunnel,
  source: ReadableStream<Uint8Array>,
  take: (chunk: Uint8Array) => Promise<void>,
): Promise<void> {
  const reader = source.getReader()
  const cancel = () => void reader.cancel().catch(() => {})
  tunnel.on('close', cancel)
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      await take(value)
    }
  } finally {
    tunnel.off('close', cancel)
  }
}

/** Sends all that the source has, and ends this direction. Ends the source when the tunnel is gone. */
export async function copyToTunnel(source: ReadableStream<Uint8Array>, tunnel: Tunnel): Promise<void> {
  await drainFor(tunnel, source, (chunk) => send(tunnel, chunk))
  tunnel.end(null)
}

/** Joins both until each direction has ended; what breaks one breaks the other, with its reason. */
export async function joinToTunnel(bytes: ByteStream, tunnel: Tunnel, reader: FrameReader): Promise<void> {
  const inward = async () => {
    const writer = bytes.writable.getWriter()
    try {
      for (let chunk = await reader.chunk(); chunk !== undefined; chunk = await reader.chunk())
        await writer.write(chunk)
    } catch (error) {
      await writer.abort(error).catch(() => {})
      throw error
    }
    // The other side may have closed already: then there is nothing left to end.
    await writer.close().catch(() => {})
  }
  await Promise.all([copyToTunnel(bytes.readable, tunnel), inward()])
}
