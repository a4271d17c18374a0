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
  const { stdin, stdout, stderr, drained } = pipes.open(closeInput)
  const exit = (async () => {
    try {
      const { exitStatus } = await running
      pipes.endInput()
      await Promise.race([drained, Bun.sleep(drainMs)])
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
 * before the shim has opened its side.
 */
class ExecPipes {
  readonly paths: { stdin: string; stdout: string; stderr: string }
  readonly #folder: string
  readonly #input: number | undefined
  readonly #outputs: { reader: number; writer: number }[] = []
  #inputOpen = true
  #removed = false
  readonly #ended = Promise.withResolvers<void>()

  constructor(folder: string, { stdin, stdout, stderr, tty }: ExecOptions) {
    this.#folder = folder
    const make = (name: string, wanted: boolean) => {
      if (!wanted) return ''
      makeFifo(join(folder, name))
      return join(folder, name)
    }
    this.paths = { stdin: make('0', stdin), stdout: make('1', stdout), stderr: make('2', stderr && !tty) }
    // Opened for both: a FIFO that only has a writer cannot be opened without blocking.
    if (stdin) this.#input = openSync(this.paths.stdin, constants.O_RDWR | constants.O_NONBLOCK)
    for (const path of [this.paths.stdout, this.paths.stderr]) {
      if (path === '') continue
      const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
      this.#outputs.push({ reader, writer: openSync(path, constants.O_WRONLY | constants.O_NONBLOCK) })
    }
  }

  /** The shim has opened its sides now. `closeInput` tells it that no more input comes. */
  open(closeInput: () => Promise<void>) {
    const drains: Promise<void>[] = []
    const streams = this.#outputs.map(({ reader, writer }) => {
      closeSync(writer)
      const end = Promise.withResolvers<void>()
      drains.push(end.promise)
      return Bun.file(reader)
        .stream()
        .pipeThrough(new TransformStream<Uint8Array, Uint8Array>({ flush: () => end.resolve() }))
    })
    const stdout = this.paths.stdout === '' ? undefined : streams.shift()
    const stderr = this.paths.stderr === '' ? undefined : streams.shift()
    return { stdin: this.#openInput(closeInput), stdout, stderr, drained: Promise.all(drains) }
  }

  #openInput(closeInput: () => Promise<void>): WritableStream<Uint8Array> | undefined {
    const fd = this.#input
    if (fd === undefined) return undefined
    const writer = Bun.file(fd).writer({ highWaterMark: chunkBytes })
    const finish = async () => {
      if (!this.#inputOpen) return
      this.#inputOpen = false
      await Promise.race([Promise.resolve(writer.end()), this.#ended.promise])
      await closeInput()
    }
    return new WritableStream<Uint8Array>({
      write: async (chunk) => {
        for (let at = 0; at < chunk.length && this.#inputOpen; at += chunkBytes) {
          writer.write(chunk.slice(at, at + chunkBytes))
          // A command that ends without reading must not hold the writer for ever.
          await Promise.race([Promise.resolve(writer.flush()), this.#ended.promise])
        }
      },
      close: finish,
      abort: finish,
    })
  }

  /** The command has ended: what is still to be written goes nowhere. */
  endInput(): void {
    this.#ended.resolve()
  }

  remove(): void {
    if (this.#removed) return
    this.#removed = true
    this.#ended.resolve()
    this.#inputOpen = false
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
