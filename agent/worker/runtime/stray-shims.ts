import { readdirSync, readFileSync } from 'node:fs'
import type { Logger } from '../../../mesh/logger/logger.ts'
import { containerdHeaders, type RuntimeConnection, runtimeMessage } from './connection.ts'

const firstCheckMs = 2000
const secondCheckMs = 8000
const intervalMs = 60_000

/**
 * containerd 1.7.24 forgets a shim when the call that makes a sandbox or container is broken off at the wrong moment,
 * as by an agent that is killed: the shim lives on, known to nobody. Those are ended here, once they were seen twice
 * without a container of their id.
 */
export class StrayShims {
  readonly #connection: RuntimeConnection
  readonly #log: Logger
  #suspects = new Set<number>()
  #timer: ReturnType<typeof setTimeout> | undefined
  #running: Promise<void> | undefined
  #stopped = false

  constructor(connection: RuntimeConnection, log: Logger) {
    this.#connection = connection
    this.#log = log
  }

  start(): void {
    const waits = [firstCheckMs, secondCheckMs]
    const next = () => {
      if (this.#stopped) return
      this.#timer = setTimeout(() => {
        this.#running = this.#check().finally(next)
      }, waits.shift() ?? intervalMs)
    }
    next()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    await this.#running
  }

  async #check(): Promise<void> {
    try {
      const shims = shimsOf(this.#connection.socketPath)
      const { containers } = await this.#connection.containers.list(
        {},
        { headers: containerdHeaders, timeoutMs: 15_000 },
      )
      const known = new Set(containers.map(({ id }) => id))
      // Containers of a pod share the shim of its sandbox.
      const strays = [...shims].filter(([, id]) => !known.has(id)).map(([pid]) => pid)
      for (const pid of strays) if (this.#suspects.has(pid)) this.#end(pid)
      this.#suspects = new Set(strays)
    } catch (error) {
      this.#log.debug('stray shims not looked for', { error: runtimeMessage(error) })
    }
  }

  #end(pid: number): void {
    this.#log.warn('a shim that the runtime has forgotten is ended', { pid })
    for (const process_ of [...childrenOf(pid), pid]) {
      try {
        process.kill(process_, 'SIGKILL')
      } catch {
        // It has ended by itself.
      }
    }
  }
}

/** Pid -> the id that it was started for. */
export function shimsOf(socketPath: string): Map<number, string> {
  const shims = new Map<number, string>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const words = read(`/proc/${name}/cmdline`).split('\0')
    if (!words[0]?.endsWith('/containerd-shim-runc-v2')) continue
    if (words[words.indexOf('-address') + 1] !== socketPath) continue
    shims.set(Number(name), words[words.indexOf('-id') + 1] ?? '')
  }
  return shims
}

function childrenOf(pid: number): number[] {
  return read(`/proc/${pid}/task/${pid}/children`).trim().split(' ').filter(Boolean).map(Number)
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
