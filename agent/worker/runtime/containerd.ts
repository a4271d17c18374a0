import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../../../mesh/clock/clock.ts'
import type { Logger } from '../../../mesh/logger/logger.ts'
import type { Payload } from '../../payload/payload.ts'
import { connectRuntime, type RuntimeConnection, runtimeMessage } from './connection.ts'
import { containerdConfiguration } from './containerd-configuration.ts'
import type { HostFacts } from './host.ts'

export interface ContainerdOptions {
  payload: Payload
  /** Kept over reboots. */
  dataDirectory: string
  /** On a tmpfs; short, since a socket's path has at most 107 bytes. */
  stateDirectory: string
  cniConfiguration: string
  registryConfiguration: string
  pauseImage: string
  facts: HostFacts
  clock: Clock
  log: Logger
}

const startTimeoutMs = 30_000
/** Whether its process is there, which costs nothing. */
const checkIntervalMs = 1000
/** Whether it answers: a call a second was a seventh of what an agent at rest does. */
const askIntervalMs = 5000
const hungAfterFailures = 6
const maxRestartDelayMs = 30_000
const maxLogBytes = 16 << 20

/**
 * containerd from the payload: started detached, so that it and all containers live on when this process ends, even
 * by kill -9; found again by the next one, and started again when it dies or hangs.
 */
export class Containerd {
  readonly socketPath: string
  readonly connection: RuntimeConnection
  readonly #options: ContainerdOptions
  readonly #configFile: string
  readonly #logFile: string
  #pid = 0
  #stopped = false
  #supervisor: Promise<void> = Promise.resolve()
  #wake: (() => void) | undefined
  readonly #restartListeners = new Set<() => void>()

  private constructor(options: ContainerdOptions) {
    const { payload, dataDirectory, stateDirectory, registryConfiguration, cniConfiguration } = options
    this.#options = options
    this.socketPath = join(stateDirectory, 'containerd.sock')
    if (Buffer.byteLength(this.socketPath) > 100) {
      throw new Error(`the state directory ${stateDirectory} is too long for a unix socket's path: name a shorter one`)
    }
    this.connection = connectRuntime(this.socketPath)
    this.#logFile = join(dataDirectory, 'containerd.log')
    for (const directory of [dataDirectory, stateDirectory]) mkdirSync(directory, { recursive: true, mode: 0o700 })
    const text = containerdConfiguration(
      {
        root: join(dataDirectory, 'containerd'),
        state: join(stateDirectory, 'containerd'),
        socket: this.socketPath,
        runcRoot: join(stateDirectory, 'runc'),
        registryConfiguration,
        cniConfiguration,
        cniPlugins: payload.path('cni'),
        runc: payload.path('bin/runc'),
      },
      options.facts,
      options.pauseImage,
      createHash('sha256').update(JSON.stringify(payload.manifest)).digest('hex'),
    )
    const fingerprint = createHash('sha256').update(text).digest('hex').slice(0, 16)
    this.#configFile = join(dataDirectory, `containerd-${fingerprint}.toml`)
    for (const name of readdirSync(dataDirectory)) {
      if (/^containerd-[0-9a-f]{16}\.toml$/.test(name)) rmSync(join(dataDirectory, name))
    }
    writeFileSync(this.#configFile, text, { mode: 0o600 })
  }

  /** Adopts the containerd that runs for this directory already, or starts one; resolves when it answers. */
  static async start(options: ContainerdOptions): Promise<Containerd> {
    const containerd = new Containerd(options)
    const found = containerd.#find()
    if (found?.current && (await containerd.#answers(5000))) {
      containerd.#pid = found.pid
      options.log.info('containerd adopted', { pid: found.pid })
    } else {
      // Another configuration or an upgraded payload: containers live on without it.
      if (found) await containerd.#end(found.pid)
      await containerd.#launch()
    }
    containerd.#supervisor = containerd.#supervise()
    return containerd
  }

  get pid(): number {
    return this.#pid
  }

  /** Called whenever it was started again; events of the meantime are lost. */
  onRestart(listener: () => void): void {
    this.#restartListeners.add(listener)
  }

  /** Ends the supervision; containerd and containers stay. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#wake?.()
    await this.#supervisor
    this.connection.close()
  }

  /** Ends supervision and containerd itself; running containers stay (for tests and uninstalling). */
  async terminate(): Promise<void> {
    await this.stop()
    await this.#end(this.#pid)
  }

  /** By its command line, which names our directory: no pid file that could be missing or stale. */
  #find(): { pid: number; current: boolean } | undefined {
    const prefix = join(this.#options.dataDirectory, 'containerd-')
    for (const name of readdirSync('/proc')) {
      if (!/^\d+$/.test(name)) continue
      const words = readCommandLine(Number(name))
      const config = words[words.indexOf('--config') + 1] ?? ''
      if (words[0]?.endsWith('/containerd') && config.startsWith(prefix)) {
        return { pid: Number(name), current: config === this.#configFile }
      }
    }
    return undefined
  }

  #alive(): boolean {
    const words = readCommandLine(this.#pid)
    return words[0]?.endsWith('/containerd') === true && words.includes(this.#configFile)
  }

  async #launch(): Promise<void> {
    const { payload, log, clock } = this.#options
    const startedMs = clock.monotonicMs()
    const logFd = openSync(this.#logFile, 'a', 0o600)
    const program = payload.path('bin/containerd')
    const child = spawn(program, ['--config', this.#configFile], {
      detached: true,
      stdio: ['ignore', logFd, logFd],
      cwd: '/',
      env: {
        PATH: `${payload.path('bin')}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
        LD_LIBRARY_PATH: payload.path('lib'),
        ...pullEnvironment(),
      },
    })
    closeSync(logFd)
    let failure: Error | undefined
    child.on('error', (error) => {
      failure = error
    })
    child.on('exit', () => this.#wake?.())
    child.unref()
    this.#pid = child.pid ?? 0
    while (!(await this.#answers(1000))) {
      if (failure) throw new Error(`cannot start containerd: ${failure.message}`)
      if (child.exitCode !== null || child.signalCode !== null) {
        throw new Error(`containerd ended at once:\n${this.#logTail()}`)
      }
      if (clock.monotonicMs() - startedMs > startTimeoutMs) {
        throw new Error(`containerd does not answer after ${startTimeoutMs / 1000} s:\n${this.#logTail()}`)
      }
      await Bun.sleep(15)
    }
    log.info('containerd started', { pid: this.#pid, ms: Math.round(clock.monotonicMs() - startedMs) })
  }

  #logTail(): string {
    return readFileSync(this.#logFile, 'utf8').trim().split('\n').slice(-5).join('\n')
  }

  async #answers(timeoutMs: number): Promise<boolean> {
    try {
      // The CRI plugin answers only once it has read its containers back.
      await this.connection.runtime.status({}, { timeoutMs })
      return true
    } catch (error) {
      this.#options.log.debug('containerd does not answer', { error: runtimeMessage(error) })
      return false
    }
  }

  async #end(pid: number): Promise<void> {
    const gone = () => !readCommandLine(pid)[0]?.endsWith('/containerd')
    for (const [signal, tries] of [
      ['SIGTERM', 100],
      ['SIGKILL', 500],
    ] as const) {
      if (gone()) return
      try {
        process.kill(pid, signal)
      } catch {
        return
      }
      for (let i = 0; i < tries && !gone(); i++) await Bun.sleep(20)
    }
  }

  async #supervise(): Promise<void> {
    const { clock, log } = this.#options
    let failures = 0
    let delayMs = 0
    let askedMs = clock.monotonicMs()
    while (!this.#stopped) {
      await this.#pause(checkIntervalMs)
      if (this.#stopped) return
      if (this.#alive()) {
        delayMs = 0
        if (clock.monotonicMs() - askedMs < askIntervalMs) continue
        askedMs = clock.monotonicMs()
        failures = (await this.#answers(5000)) ? 0 : failures + 1
        if (failures < hungAfterFailures) {
          this.#boundLog()
          continue
        }
        log.error('containerd hangs and is killed', { pid: this.#pid })
        await this.#end(this.#pid)
      }
      failures = 0
      log.warn('containerd has ended and is started again', { pid: this.#pid })
      if (delayMs > 0) await this.#pause(delayMs)
      delayMs = Math.min(maxRestartDelayMs, delayMs === 0 ? 500 : delayMs * 2)
      if (this.#stopped) return
      try {
        await this.#launch()
        for (const listener of this.#restartListeners) listener()
      } catch (error) {
        log.error('containerd cannot be started', { error: runtimeMessage(error) })
      }
    }
  }

  /** Ends early when the process ends or `stop` is called. */
  async #pause(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    this.#wake = undefined
  }

  /** It appends, so cutting the file is enough. */
  #boundLog(): void {
    if (statSync(this.#logFile).size > maxLogBytes) truncateSync(this.#logFile)
  }
}

/** What Go's HTTP client, which pulls images, reads of the environment: proxies, and where trusted CAs are. */
function pullEnvironment(): Record<string, string> {
  const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy']
  const given = [...names, 'SSL_CERT_FILE', 'SSL_CERT_DIR'].map((name) => [name, process.env[name]] as const)
  return Object.fromEntries(given.filter((entry): entry is [string, string] => entry[1] !== undefined))
}

/** Empty when there is no such process, or it is a zombie. */
function readCommandLine(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1)
  } catch {
    return []
  }
}
