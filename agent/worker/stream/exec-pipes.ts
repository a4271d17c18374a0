import { closeSync, constants, openSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { ExecOptions } from '../../../api/server/pod-streams.ts'
import { makeFifo } from '../runtime/mount.ts'

/** Output that background children of the command hold open is not waited for longer than this. */
const drainMs = 5000
const chunkBytes = 64 << 10
/** Output that nobody asked for. */
const nowhere = '/dev/null'

/**
 * The FIFOs of one command. Bun 1.4.5: a blocking open or read of a FIFO holds one of few pool threads, and a handful
 * of them stop the process; so they are opened non-blocking, with a second writer that keeps readers from seeing an end
 * before the shim has opened its side. Neither Bun's streams nor its sinks close a descriptor that they were given.
 */
export class ExecPipes {
  readonly paths: { stdin: string; stdout: string; stderr: string }
  readonly #folder: string
  #input: number | undefined
  readonly #stdout: OutputPipe | undefined
  readonly #stderr: OutputPipe | undefined
  readonly #outputs: OutputPipe[]
  readonly #ended = Promise.withResolvers<void>()

  constructor(folder: string, { stdin, stdout, stderr, tty }: ExecOptions) {
    this.#folder = folder
    const make = (name: string, wanted: boolean, otherwise: string) => {
      if (!wanted) return otherwise
      makeFifo(join(folder, name))
      return join(folder, name)
    }
    this.paths = {
      stdin: make('0', stdin, ''),
      stdout: make('1', stdout, nowhere),
      // A terminal has one output. containerd 1.7's shim opens both otherwise, also when the path is empty.
      stderr: make('2', stderr && !tty, tty ? '' : nowhere),
    }
    // Opened for both: a FIFO that nobody reads yet cannot be opened for writing without blocking.
    if (stdin) this.#input = openSync(this.paths.stdin, constants.O_RDWR | constants.O_NONBLOCK)
    if (stdout) this.#stdout = new OutputPipe(this.paths.stdout)
    if (stderr && !tty) this.#stderr = new OutputPipe(this.paths.stderr)
    this.#outputs = [this.#stdout, this.#stderr].filter((pipe) => pipe !== undefined)
  }

  /** The shim has opened its sides now. `closeInput` tells it that no more input comes. */
  open(closeInput: () => Promise<void>) {
    for (const output of this.#outputs) output.release()
    return { stdin: this.#openInput(closeInput), stdout: this.#stdout?.stream, stderr: this.#stderr?.stream }
  }

  /** Resolves when all output was read, or only children of the ended command keep it open and write nothing. */
  async drain(): Promise<void> {
    await Promise.all(
      this.#outputs.map(async (output) => {
        let ended = false
        void output.ended.then(() => {
          ended = true
        })
        while (!ended && !output.isIdle(drainMs)) await Promise.race([output.ended, Bun.sleep(100)])
      }),
    )
  }

  #openInput(closeInput: () => Promise<void>): WritableStream<Uint8Array> | undefined {
    if (this.#input === undefined) return undefined
    const writer = Bun.file(this.#input).writer({ highWaterMark: chunkBytes })
    const finish = async () => {
      if (this.#input === undefined) return
      await Promise.race([Promise.resolve(writer.end()), this.#ended.promise])
      this.#closeInput()
      await closeInput()
    }
    return new WritableStream<Uint8Array>({
      write: async (chunk) => {
        for (let at = 0; at < chunk.length && this.#input !== undefined; at += chunkBytes) {
          writer.write(chunk.slice(at, at + chunkBytes))
          // A command that ends without reading must not hold the writer for ever.
          await Promise.race([Promise.resolve(writer.flush()), this.#ended.promise])
        }
      },
      close: finish,
      abort: finish,
    })
  }

  #closeInput(): void {
    if (this.#input !== undefined) closeSync(this.#input)
    this.#input = undefined
  }

  /** The command has ended: what is still to be written goes nowhere. */
  endInput(): void {
    this.#ended.resolve()
  }

  /** Done only once the command has ended or was never begun. */
  remove(): void {
    this.endInput()
    this.#closeInput()
    for (const output of this.#outputs) void output.end()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

class OutputPipe {
  readonly #reader: number
  #writer: number | undefined
  readonly stream: ReadableStream<Uint8Array>
  readonly #source: { read(): Promise<{ done: boolean; value?: Uint8Array }>; cancel(): Promise<void> }
  #waitsSinceMs: number | undefined
  readonly #end = Promise.withResolvers<void>()
  #open = true

  constructor(path: string) {
    this.#reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    this.#writer = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK)
    this.#source = Bun.file(this.#reader).stream().getReader()
    this.stream = new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          this.#waitsSinceMs = performance.now()
          const { done, value } = await this.#source.read()
          this.#waitsSinceMs = undefined
          if (!done && value) return controller.enqueue(value)
          controller.close()
          this.#close()
        },
        cancel: () => this.end(),
      },
      { highWaterMark: 0 },
    )
  }

  /** Settles when everything was read or nobody reads any more. */
  get ended(): Promise<void> {
    return this.#end.promise
  }

  /** Whether it is read, and nothing has come for so long; one that is held back by its reader is never idle. */
  isIdle(ms: number): boolean {
    return this.#waitsSinceMs !== undefined && performance.now() - this.#waitsSinceMs > ms
  }

  /** Lets the stream end when the shim closes its side. */
  release(): void {
    if (this.#writer !== undefined) closeSync(this.#writer)
    this.#writer = undefined
  }

  async end(): Promise<void> {
    if (!this.#open) return
    await this.#source.cancel().catch(() => {})
    this.#close()
  }

  #close(): void {
    if (!this.#open) return
    this.#open = false
    this.release()
    closeSync(this.#reader)
    this.#end.resolve()
  }
}
