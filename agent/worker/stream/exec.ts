import { closeSync, constants, mkdirSync, openSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ApiError } from '../../../api/client/client.ts'
import type { ExecOptions, ExecSession } from '../../../api/server/pod-streams.ts'
import { containerdHeaders, isNotFound, type RuntimeConnection, runtimeMessage } from '../runtime/connection.ts'
import { makeFifo } from '../runtime/mount.ts'

const headers = containerdHeaders
const processType = 'types.containerd.io/opencontainers/runtime-spec/1/Process'
const sigkill = 9
/** Output that background children of the command hold open is not waited for longer than this. */
const drainMs = 5000
const chunkBytes = 64 << 10

/** The part of an OCI process that is set here; the rest (user, environment, capabilities) is the container's. */
interface OciProcess {
  args: string[]
  terminal: boolean
  consoleSize?: unknown
}

/**
 * Runs a command in a container by containerd's Tasks service with FIFOs. The CRI's own streaming cannot close stdin,
 * so that `kubectl cp` and `exec -i < file` would never end.
 */
export async function execInContainer(
  connection: RuntimeConnection,
  stateDirectory: string,
  containerId: string,
  options: ExecOptions,
): Promise<ExecSession> {
  const execId = `exec-${crypto.randomUUID()}`
  const folder = join(stateDirectory, 'exec', execId)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const pipes = new ExecPipes(folder, options)
  try {
    const { container } = await connection.containers.get({ id: containerId }, { headers, timeoutMs: 15_000 })
    const spec = JSON.parse(Buffer.from(container?.spec?.value ?? []).toString('utf8')) as { process: OciProcess }
    const process: OciProcess = { ...spec.process, args: options.command, terminal: options.tty }
    delete process.consoleSize
    const value = Buffer.from(JSON.stringify(process))
    const request = {
      containerId,
      execId,
      terminal: options.tty,
      spec: { typeUrl: processType, value },
      ...pipes.paths,
    }
    await connection.tasks.exec(request, { headers, timeoutMs: 15_000 })
  } catch (error) {
    pipes.remove()
    if (isNotFound(error)) throw new ApiError(404, 'NotFound', `container not found: ${runtimeMessage(error)}`)
    throw new ApiError(500, 'InternalError', runtimeMessage(error))
  }
  const ids = { containerId, execId }
  const running = connection.tasks.wait(ids, { headers })
  running.catch(() => {})
  try {
    await connection.tasks.start(ids, { headers, timeoutMs: 60_000 })
  } catch (error) {
    await connection.tasks.deleteProcess(ids, { headers }).catch(() => {})
    pipes.remove()
    throw new ApiError(500, 'InternalError', runtimeMessage(error))
  }
  return openSession(connection, ids, pipes, running)
}

function openSession(
  connection: RuntimeConnection,
  ids: { containerId: string; execId: string },
  pipes: ExecPipes,
  running: Promise<{ exitStatus: number }>,
): ExecSession {
  const closeInput = async () => {
    await connection.tasks.closeIO({ ...ids, stdin: true }, { headers, timeoutMs: 15_000 }).catch(() => {})
  }
  const { stdin, stdout, stderr } = pipes.open(closeInput)
  const exit = (async () => {
    try {
      const { exitStatus } = await running
      pipes.endInput()
      await pipes.drain()
      return { exitCode: exitStatus }
    } finally {
      await connection.tasks.deleteProcess(ids, { headers, timeoutMs: 15_000 }).catch(() => {})
      pipes.remove()
    }
  })()
  exit.catch(() => {})
  return {
    ...{ stdin, stdout, stderr, exit },
    resize(width, height) {
      void connection.tasks.resizePty({ ...ids, width, height }, { headers, timeoutMs: 15_000 }).catch(() => {})
    },
    close() {
      // As containerd's own: who no longer listens has no use for the command.
      void connection.tasks.kill({ ...ids, signal: sigkill }, { headers, timeoutMs: 15_000 }).catch(() => {})
    },
  }
}

/**
 * The FIFOs of one command. Bun 1.4.5: a blocking open or read of a FIFO holds one of few pool threads, and a handful
 * of them stop the process; so they are opened non-blocking, with a second writer that keeps readers from seeing an end
 * before the shim has opened its side. Neither Bun's streams nor its sinks close a descriptor that they were given.
 */
class ExecPipes {
  readonly paths: { stdin: string; stdout: string; stderr: string }
  readonly #folder: string
  #input: number | undefined
  readonly #outputs: OutputPipe[] = []
  readonly #ended = Promise.withResolvers<void>()

  constructor(folder: string, { stdin, stdout, stderr, tty }: ExecOptions) {
    this.#folder = folder
    const make = (name: string, wanted: boolean) => {
      if (!wanted) return ''
      makeFifo(join(folder, name))
      return join(folder, name)
    }
    this.paths = { stdin: make('0', stdin), stdout: make('1', stdout), stderr: make('2', stderr && !tty) }
    // Opened for both: a FIFO that nobody reads yet cannot be opened for writing without blocking.
    if (stdin) this.#input = openSync(this.paths.stdin, constants.O_RDWR | constants.O_NONBLOCK)
    for (const path of [this.paths.stdout, this.paths.stderr]) if (path !== '') this.#outputs.push(new OutputPipe(path))
  }

  /** The shim has opened its sides now. `closeInput` tells it that no more input comes. */
  open(closeInput: () => Promise<void>) {
    const outputs = [...this.#outputs]
    for (const output of outputs) output.release()
    const stdout = this.paths.stdout === '' ? undefined : outputs.shift()?.stream
    const stderr = this.paths.stderr === '' ? undefined : outputs.shift()?.stream
    return { stdin: this.#openInput(closeInput), stdout, stderr }
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
