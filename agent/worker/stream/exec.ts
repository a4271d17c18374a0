import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { ApiError } from '../../../api/client/client.ts'
import type { ExecOptions, ExecSession } from '../../../api/server/pod-streams.ts'
import {
  containerdHeaders,
  isNotFound,
  isUnavailable,
  type RuntimeConnection,
  runtimeMessage,
  sigkill,
} from '../runtime/connection.ts'
import { ExecPipes } from './exec-pipes.ts'

const headers = containerdHeaders
const processType = 'types.containerd.io/opencontainers/runtime-spec/1/Process'
/** Upstream's runtimeRequestTimeout. */
const callTimeoutMs = 120_000
/** Together as long as containerd may take to come back. */
const [maxWaitFailures, waitRetryMs] = [100, 300]
const waitMs = 5000
/** In a command's folder beside its FIFOs: the container's id, for an agent that comes after. */
const containerFile = 'container'

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
  writeFileSync(join(folder, containerFile), containerId)
  const pipes = new ExecPipes(folder, options)
  try {
    const { container } = await connection.containers.get({ id: containerId }, { headers, timeoutMs: callTimeoutMs })
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
    await connection.tasks.exec(request, { headers, timeoutMs: callTimeoutMs })
  } catch (error) {
    pipes.remove()
    if (isNotFound(error)) throw new ApiError(404, 'NotFound', `container not found: ${runtimeMessage(error)}`)
    throw new ApiError(500, 'InternalError', runtimeMessage(error))
  }
  const ids = { containerId, execId }
  const running = waitForEnd(connection, ids)
  running.catch(() => {})
  try {
    await connection.tasks.start(ids, { headers, timeoutMs: callTimeoutMs })
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
    await connection.tasks.closeIO({ ...ids, stdin: true }, { headers, timeoutMs: callTimeoutMs }).catch(() => {})
  }
  const { stdin, stdout, stderr } = pipes.open(closeInput)
  const exit = (async () => {
    try {
      const { exitStatus } = await running
      pipes.endInput()
      await pipes.drain()
      return { exitCode: exitStatus }
    } finally {
      await connection.tasks.deleteProcess(ids, { headers, timeoutMs: callTimeoutMs }).catch(() => {})
      pipes.remove()
    }
  })()
  exit.catch(() => {})
  return {
    ...{ stdin, stdout, stderr, exit },
    resize(width, height) {
      void connection.tasks.resizePty({ ...ids, width, height }, { headers, timeoutMs: callTimeoutMs }).catch(() => {})
    },
    close() {
      // As containerd's own: who no longer listens has no use for the command.
      void connection.tasks.kill({ ...ids, signal: sigkill }, { headers, timeoutMs: callTimeoutMs }).catch(() => {})
    },
  }
}

/**
 * The command lives in the shim: when containerd is started again meanwhile, it is asked again. A call for each few
 * seconds, since one on a connection that died silently would never settle.
 */
async function waitForEnd(connection: RuntimeConnection, ids: { containerId: string; execId: string }) {
  for (let failures = 0; ; ) {
    // Not gRPC's own deadline: containerd 1.7 may answer it first, with code Unknown.
    const signal = AbortSignal.timeout(waitMs)
    try {
      return await connection.tasks.wait(ids, { headers, signal })
    } catch (error) {
      if (signal.aborted) continue
      if (!isUnavailable(error) || ++failures > maxWaitFailures) throw error
      await Bun.sleep(waitRetryMs)
    }
  }
}

/**
 * Ends what an agent that was killed left running. A shim that waits for the reader of a FIFO that nobody will open
 * cannot even report that its container has ended, so the FIFOs are opened until the commands are gone.
 */
export async function endLeftCommands(connection: RuntimeConnection, stateDirectory: string): Promise<void> {
  const root = join(stateDirectory, 'exec')
  if (!existsSync(root)) return
  await Promise.all(
    readdirSync(root).map(async (execId) => {
      const folder = join(root, execId)
      const names = readdirSync(folder)
      const opened = names
        .filter((name) => name !== containerFile)
        .map((name) => openSync(join(folder, name), constants.O_RDWR | constants.O_NONBLOCK))
      try {
        if (!names.includes(containerFile)) return
        const ids = { containerId: readFileSync(join(folder, containerFile), 'utf8'), execId }
        const options = { headers, timeoutMs: callTimeoutMs }
        await connection.tasks.kill({ ...ids, signal: sigkill }, options).catch(() => {})
        await connection.tasks.wait(ids, options).catch(() => {})
        await connection.tasks.deleteProcess(ids, options).catch(() => {})
      } finally {
        for (const fd of opened) closeSync(fd)
        rmSync(folder, { recursive: true, force: true })
      }
    }),
  )
}
