import type { ExecSession } from '../../api/server/pod-streams.ts'
import type { Tunnel } from '../../mesh/tunnel/tunnels.ts'
import { encodeFrame, type Frame, type FrameReader, kinds, maxChunkBytes, send } from './frame.ts'
import { type CommandStreams, inputWindowBytes } from './request.ts'

/** A command that runs on another node, as this node's API sees it. */
export function remoteCommand(tunnel: Tunnel, reader: FrameReader, streams: CommandStreams): ExecSession {
  const input = new CommandInput(tunnel)
  const output = new CommandOutput(streams.stdout)
  const errors = new CommandOutput(streams.stderr)
  const exit = Promise.withResolvers<{ exitCode: number }>()
  exit.promise.catch(() => {})
  const take = async ({ kind, content }: Frame): Promise<boolean> => {
    if (kind === kinds.stdout) await output.push(content)
    else if (kind === kinds.stderr) await errors.push(content)
    else if (kind === kinds.stdoutEnd) output.end()
    else if (kind === kinds.stderrEnd) errors.end()
    else if (kind === kinds.stdinTaken) input.taken(content.readInt32BE())
    else if (kind === kinds.stdinClosed) input.close(new Error('the process has closed its input'))
    else if (kind === kinds.exit) exit.resolve({ exitCode: content.readInt32BE() })
    else if (kind === kinds.failure) throw new Error(content.toString())
    return kind === kinds.exit
  }
  const follow = async () => {
    try {
      for (;;) {
        const frame = await reader.next()
        if (frame === undefined) throw new Error('the node that runs the command closed the stream')
        if (await take(frame)) break
      }
      input.close(new Error('the command has ended'))
      tunnel.end(null)
      // The tunnel closes when both ends were read.
      await reader.chunk()
    } catch (error) {
      exit.reject(error)
      tunnel.destroy()
    }
  }
  tunnel.on('close', () => {
    output.end()
    errors.end()
    input.close(new Error('the command has ended'))
  })
  void follow()
  return {
    stdin: streams.stdin ? input.writable : undefined,
    stdout: output.readable,
    stderr: errors.readable,
    exit: exit.promise,
    resize(width, height) {
      const content = Buffer.alloc(4)
      content.writeUInt16BE(width & 0xffff)
      content.writeUInt16BE(height & 0xffff, 2)
      if (!tunnel.destroying) tunnel.write(encodeFrame(kinds.resize, content))
    },
    close() {
      tunnel.destroy(new Error('the command was left'))
    },
  }
}

/** Input on its way to the command, of which so much at most is not taken yet. */
class CommandInput {
  readonly writable: WritableStream<Uint8Array>
  readonly #tunnel: Tunnel
  #outstandingBytes = 0
  #wake: (() => void) | undefined
  #closed: Error | undefined

  constructor(tunnel: Tunnel) {
    this.#tunnel = tunnel
    this.writable = new WritableStream<Uint8Array>({
      write: (chunk) => this.#write(chunk),
      close: () => {
        if (!tunnel.destroying) tunnel.write(encodeFrame(kinds.stdinEnd))
      },
    })
  }

  taken(sizeBytes: number): void {
    this.#outstandingBytes -= sizeBytes
    this.#wake?.()
  }

  close(reason: Error): void {
    this.#closed ??= reason
    this.#wake?.()
  }

  async #write(chunk: Uint8Array): Promise<void> {
    for (let at = 0; at < chunk.byteLength; at += maxChunkBytes) {
      const part = chunk.subarray(at, at + maxChunkBytes)
      while (this.#closed === undefined && this.#outstandingBytes + part.byteLength > inputWindowBytes) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
      }
      if (this.#closed !== undefined) throw this.#closed
      this.#outstandingBytes += part.byteLength
      await send(this.#tunnel, encodeFrame(kinds.stdin, part))
    }
  }
}

/** One of the command's output streams. */
class CommandOutput {
  readonly readable: ReadableStream<Uint8Array> | undefined
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined
  #pulled: (() => void) | undefined

  constructor(isThere: boolean) {
    if (!isThere) return
    this.readable = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#controller = controller
      },
      pull: () => this.#pulled?.(),
      cancel: () => this.#gone(),
    })
  }

  /** Resolves when there is room for more: the tunnel is not read meanwhile. */
  async push(bytes: Uint8Array): Promise<void> {
    const controller = this.#controller
    if (controller === undefined) return
    controller.enqueue(bytes)
    if ((controller.desiredSize ?? 1) > 0) return
    await new Promise<void>((resolve) => {
      this.#pulled = resolve
    })
  }

  /** What was pushed can still be read. */
  end(): void {
    const controller = this.#controller
    this.#gone()
    controller?.close()
  }

  #gone(): void {
    this.#controller = undefined
    this.#pulled?.()
  }
}
