import { existsSync, readdirSync } from 'node:fs'
import { type Finished, output, type RunOptions, run } from './command.ts'

/** A server of the lab: a network namespace with a loopback, and later links to other hosts. */
export class Host {
  readonly name: string
  readonly #namespace: string

  private constructor(name: string) {
    this.name = name
    this.#namespace = `/run/netns/${name}`
  }

  /** Throws when a host of this name is there already: an earlier run left it, or one is going on. */
  static async create(name: string): Promise<Host> {
    const host = new Host(name)
    await output(['ip', 'netns', 'add', name])
    await output(host.command(['ip', 'link', 'set', 'lo', 'up']))
    return host
  }

  /** A host that an earlier run has left; undefined when there is none. */
  static find(name: string): Host | undefined {
    return existsSync(`/run/netns/${name}`) ? new Host(name) : undefined
  }

  /** The hosts that an earlier run has left, by the begin of their names. */
  static all(prefix: string): Host[] {
    if (!existsSync('/run/netns')) return []
    return readdirSync('/run/netns')
      .filter((name) => name.startsWith(prefix))
      .map((name) => new Host(name))
  }

  /** The command, to be run in this host's network. `ip netns exec` would remount /sys: not good for containers. */
  command(command: string[]): string[] {
    return ['nsenter', `--net=${this.#namespace}`, '--', ...command]
  }

  run(command: string[], options?: RunOptions): Promise<Finished> {
    return run(this.command(command), options)
  }

  output(command: string[], options?: RunOptions): Promise<string> {
    return output(this.command(command), options)
  }

  /** Ends what runs in this host's network: an earlier run left it. */
  async endProcesses(): Promise<void> {
    const pids = (await output(['ip', 'netns', 'pids', this.name])).trim().split('\n').filter(Boolean).map(Number)
    for (const pid of pids) process.kill(pid, 'SIGTERM')
    const isThere = (pid: number) => existsSync(`/proc/${pid}`)
    for (let tries = 0; pids.some(isThere) && tries < 100; tries++) await Bun.sleep(50)
  }

  async remove(): Promise<void> {
    await output(['ip', 'netns', 'delete', this.name])
  }
}
