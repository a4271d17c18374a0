import type { Tunnel } from '../../mesh/tunnel/tunnels.ts'

/**
 * What travels in a tunnel with purpose `pod-stream`: frames of u32 length (of what follows, big endian), u8 kind and
 * content. The opener begins with `request`, and is told `answer` or `refusal`. After that come bare bytes (logs,
 * port-forward), or the frames of a running command.
 */
export const kinds = {
  /** JSON: PodStreamRequest. */
  request: 0,
  /** JSON: for exec and attach which streams there are. */
  answer: 1,
  /** JSON: Refusal. */
  refusal: 2,
  stdin: 3,
  stdinEnd: 4,
  /** u32: so many bytes of stdin were taken. */
  stdinTaken: 5,
  /** The command reads its input no more. */
  stdinClosed: 6,
  /** u16 width, u16 height. */
  resize: 7,
  stdout: 8,
  stdoutEnd: 9,
  stderr: 10,
  stderrEnd: 11,
  /** i32: the exit code. Last of all. */
  exit: 12,
  /** Text: why the command could not be run to its end. Last of all. */
  failure: 13,
} as const

export type FrameKind = (typeof kinds)[keyof typeof kinds]

export interface Frame {
  kind: number
  content: Buffer
}

/** A request carries a command line, of whose length the API server is the judge. */
const maxFrameBytes = 2 * 1024 * 1024
/** Output is cut so that stdout and stderr take turns. */
export const maxChunkBytes = 32 * 1024
const headBytes = 5
const endedWithinFrame = 'the stream ended within a frame'

export function encodeFrame(kind: FrameKind, content: Uint8Array = Buffer.alloc(0)): Buffer {
  const frame = Buffer.allocUnsafe(headBytes + content.byteLength)
  frame.writeUInt32BE(1 + content.byteLength)
  frame[4] = kind
  frame.set(content, headBytes)
  return frame
}

export const encodeJson = (kind: FrameKind, value: unknown): Buffer =>
  encodeFrame(kind, Buffer.from(JSON.stringify(value)))

export function encodeNumber(kind: FrameKind, value: number): Buffer {
  const content = Buffer.alloc(4)
  content.writeInt32BE(value)
  return encodeFrame(kind, content)
}

/** Resolves when the tunnel takes more; rejects when it is gone. */
export async function send(tunnel: Tunnel, bytes: Uint8Array): Promise<void> {
  if (tunnel.destroying) throw new Error('the tunnel is closed')
  if (tunnel.write(bytes)) return
  await new Promise<void>((resolve, reject) => {
    const settle = () => {
      tunnel.off('drain', settle)
      tunnel.off('close', settle)
      if (tunnel.destroying) reject(new Error('the tunnel is closed'))
      else resolve()
    }
    tunnel.on('drain', settle)
    tunnel.on('close', settle)
  })
}

/** Reads a tunnel as frames, or as it comes; at most one read is asked for at a time. */
export class FrameReader {
  readonly #tunnel: Tunnel
  #rest: Buffer = Buffer.alloc(0)
  #hasEnded = false
  #error: Error | undefined
  #wake: (() => void) | undefined

  /** streamx 2.28: its own iterator learns of the end only when the other direction has ended too. */
  constructor(tunnel: Tunnel) {
    this.#tunnel = tunnel
    tunnel.on('readable', () => this.#wake?.())
    tunnel.on('end', () => {
      this.#hasEnded = true
      this.#wake?.()
    })
    tunnel.on('error', (error: Error) => {
      this.#error = error
    })
    tunnel.on('close', () => {
      if (!this.#hasEnded) this.#error ??= new Error('the tunnel is closed')
      this.#wake?.()
    })
  }

  /** The next frame; undefined at the end. Rejects with the peer's reason when it reset the tunnel, and for what is no frame. */
  async next(): Promise<Frame | undefined> {
    const head = await this.#take(headBytes)
    if (head === undefined) return undefined
    const sizeBytes = head.readUInt32BE() - 1
    if (sizeBytes < 0 || sizeBytes > maxFrameBytes) throw new Error(`a frame of ${sizeBytes} bytes`)
    const content = await this.#take(sizeBytes)
    if (content === undefined) throw new Error(endedWithinFrame)
    return { kind: head[4]!, content }
  }

  /** What comes next, of any size; undefined at the end. */
  async chunk(): Promise<Buffer | undefined> {
    const rest = this.#rest
    this.#rest = Buffer.alloc(0)
    return rest.byteLength > 0 ? rest : this.#read()
  }

  async #take(sizeBytes: number): Promise<Buffer | undefined> {
    const parts = [this.#rest]
    let total = this.#rest.byteLength
    while (total < sizeBytes) {
      const chunk = await this.#read()
      if (chunk === undefined) {
        if (total === 0) return undefined
        throw new Error(endedWithinFrame)
      }
      parts.push(chunk)
      total += chunk.byteLength
    }
    const whole = parts.length === 1 ? parts[0]! : Buffer.concat(parts, total)
    this.#rest = whole.subarray(sizeBytes)
    return whole.subarray(0, sizeBytes)
  }

  async #read(): Promise<Buffer | undefined> {
    for (;;) {
      const chunk = this.#tunnel.read() as Buffer | null
      if (chunk !== null) return chunk
      if (this.#error !== undefined) throw this.#error
      if (this.#hasEnded) return undefined
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }
}
