import { existsSync } from 'node:fs'
import { chmod, mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import type { Subprocess } from 'bun'
import { type NodeStatus, readStatus } from '../../agent/status.ts'
import { type Finished, output, type RunOptions, run } from './command.ts'
import type { Host } from './host.ts'
import { cutPower } from './power.ts'

export interface ServerOptions {
  host: Host
  /** Its node name. */
  name: string
  /** The server's own directory: executable, data, logs. */
  directory: string
  /** Above the pods' cgroups, since several servers share this machine. */
  cgroupRoot: string
  /** More flags of `skein start`. */
  flags?: string[]
}

/** One server with Skein on it: starts, kills and asks the agent as a person at its console would. */
export class Server {
  readonly host: Host
  readonly directory: string
  readonly dataDirectory: string
  readonly kubeconfig: string
  /** Its own copy. */
  readonly executable: string
  /** More of the agent's environment, at its next start. */
  env: Record<string, string> = {}
  readonly #options: ServerOptions
  #agent: Subprocess | undefined

  constructor(options: ServerOptions) {
    this.#options = options
    this.host = options.host
    this.directory = options.directory
    this.dataDirectory = join(options.directory, 'data')
    this.kubeconfig = join(options.directory, 'kubeconfig')
    this.executable = join(options.directory, 'skein')
  }

  get pid(): number | undefined {
    return this.#agent?.pid
  }

  get name(): string {
    return this.#options.name
  }

  /** Starts the agent; its output goes to agent.log in the server's directory. */
  async start(flags: string[] = []): Promise<void> {
    await mkdir(this.directory, { recursive: true })
    const log = await open(join(this.directory, 'agent.log'), 'a')
    const { name, cgroupRoot, flags: always = [] } = this.#options
    const place = ['--data-dir', this.dataDirectory, '--name', name, '--cgroup-root', cgroupRoot]
    const command = [this.executable, 'start', ...place, ...always, ...flags]
    // In a session of its own: it goes on when the terminal of a show ends, or gets Ctrl-C.
    const ownSession = ['setsid', ...this.host.command(command)]
    this.#agent = Bun.spawn(ownSession, {
      env: { ...process.env, ...this.env },
      stdin: 'ignore',
      stdout: log.fd,
      stderr: log.fd,
    })
    this.#agent.unref()
    await log.close()
  }

  /** Waits until every part is ready. Throws when the agent ends before, or at the deadline, with what it said. */
  async ready(timeoutMs = 60_000): Promise<NodeStatus> {
    const deadline = performance.now() + timeoutMs
    for (;;) {
      // One that is busy with its start may answer late.
      const status = await this.status().catch(() => undefined)
      if (status?.ready) return status
      if (this.#agent?.exitCode !== null && this.#agent !== undefined) {
        throw new Error(`the agent ended with ${this.#agent.exitCode}:\n${await this.logTail()}`)
      }
      if (performance.now() > deadline) {
        throw new Error(`not ready in ${timeoutMs} ms: ${JSON.stringify(status)}\n${await this.logTail()}`)
      }
      // The status can only be asked for: there is no event across processes.
      await Bun.sleep(50)
    }
  }

  status(): Promise<NodeStatus | undefined> {
    return readStatus(join(this.dataDirectory, 'run', 'status.sock'))
  }

  /** Waits for the agent's end by itself; gives its exit code. Throws with what it said when it goes on. */
  async ended(timeoutMs = 60_000): Promise<number> {
    const agent = this.#agent!
    const late = setTimeout(() => agent.kill('SIGKILL'), timeoutMs)
    const exitCode = await agent.exited
    clearTimeout(late)
    this.#agent = undefined
    if (agent.signalCode !== null) throw new Error(`the agent goes on:\n${await this.logTail()}`)
    return exitCode
  }

  /** Ends the agent as the given signal does; pods go on. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number> {
    const agent = this.#agent
    if (agent === undefined) return this.#endLeft(signal)
    agent.kill(signal)
    const exitCode = await agent.exited
    this.#agent = undefined
    return exitCode
  }

  /** An agent that another process has started, and left. */
  async #endLeft(signal: 'SIGKILL' | 'SIGTERM'): Promise<number> {
    const status = await this.status()
    if (status === undefined) return 0
    process.kill(status.pid, signal)
    while ((await this.status()) !== undefined) await Bun.sleep(50)
    return 0
  }

  /** Runs a command of the executable on this server. */
  skein(args: string[], options?: RunOptions): Promise<Finished> {
    return run(this.host.command([this.executable, ...args]), options)
  }

  /** Asks the node that runs here by a command of the executable; gives what it printed, throws with what it complained of. */
  async ask(...args: string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await this.skein([...args, '--data-dir', this.dataDirectory])
    if (exitCode !== 0) throw new Error(stderr)
    return stdout
  }

  /** A join token of this node. */
  async token(...flags: string[]): Promise<string> {
    return (await this.ask('token', 'create', ...flags)).trim()
  }

  /** Puts executables with a token of this node into the places of others. */
  async pack(others: readonly Server[]): Promise<void> {
    for (const other of others) await this.ask('pack', '--out', other.executable)
  }

  /** The names of the members, as this node knows them. */
  async nodeNames(): Promise<string[]> {
    const nodes = JSON.parse(await this.ask('node', 'list', '--output', 'json')) as { name: string }[]
    return nodes.map(({ name }) => name)
  }

  /** Writes an admin kubeconfig beside the data, for kubectl. */
  async writeKubeconfig(): Promise<void> {
    const text = await output(this.host.command([this.executable, 'kubeconfig', '--data-dir', this.dataDirectory]))
    await Bun.write(this.kubeconfig, text)
    await chmod(this.kubeconfig, 0o600)
  }

  /** Runs kubectl on this server against its own API; gives what it printed, throws when it fails. */
  kubectl(args: string[], options?: RunOptions): Promise<string> {
    return output(this.host.command(['kubectl', '--kubeconfig', this.kubeconfig, ...args]), options)
  }

  /** All its processes at once, and what its memory held; the disk stays. Start it again by `start`. */
  powerOff(): Promise<void> {
    return cutPower(this, this.#options.cgroupRoot)
  }

  /** Ends the agent and removes all that it made: containers, mounts, links, tables, cgroups, files. */
  async remove(): Promise<void> {
    await this.end('SIGTERM')
    // Never started, or its removal was cut short.
    if (!existsSync(this.dataDirectory)) return
    const place = ['--data-dir', this.dataDirectory, '--cgroup-root', this.#options.cgroupRoot]
    const { exitCode, stdout, stderr } = await this.skein(['uninstall', '--data', ...place])
    if (exitCode !== 0) throw new Error(`skein uninstall ended with ${exitCode}\n${stdout}${stderr}`)
  }

  async logTail(): Promise<string> {
    const log = await Bun.file(join(this.directory, 'agent.log'))
      .text()
      .catch(() => '')
    return log.split('\n').slice(-40).join('\n')
  }
}
