import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { shimLibrary } from '../../mesh/hypercore-store/test/shim.ts'
import { output } from '../lab/command.ts'
import type { Host } from '../lab/host.ts'
import { NatLab } from '../lab/nat-lab.ts'
import type { FaultLab, FaultNode } from './fault-node.ts'

/** What consensus-node.ts is started with. */
export interface NodeConfig {
  /** 1 is the founder; its key follows from it. */
  number: number
  directory: string
  /** Unix socket that it is asked at. */
  socket: string
  address: string
  port: number
  members: { number: number; address: string }[]
  isVerbose: boolean
}

export interface NodeStatus {
  role: string
  term: number
  leader: string | null
  configuration: { voters: string[]; outgoing: string[]; learners: string[] }
  failure?: string
  fence: { written: number; stale: number; failed: number }
  isOpen: boolean
}

export interface LabNodeOptions {
  /** Of its disk, an ext4 image of its own. */
  diskMiB?: number
  slowSyncMs?: number
}

const port = 4001
const askTimeoutMs = 12_000

/** One node: a network namespace, a disk and, while it runs, a process of its own. */
export class LabNode implements FaultNode {
  #child: Bun.Subprocess | undefined
  #isStopped = false

  constructor(
    readonly config: NodeConfig,
    readonly host: Host,
    readonly options: LabNodeOptions,
  ) {}

  get isRunning(): boolean {
    return this.#child !== undefined
  }

  get isStopped(): boolean {
    return this.#isStopped
  }

  async makeDisk(): Promise<void> {
    const { directory } = this.config
    mkdirSync(directory, { recursive: true })
    const image = `${directory}.img`
    await output(['truncate', '-s', `${this.options.diskMiB ?? 512}M`, image])
    await output(['mkfs.ext4', '-q', image])
    await output(['mount', '-o', 'loop', image, directory])
  }

  async start(): Promise<void> {
    rmSync(this.config.socket, { force: true })
    const program = join(import.meta.dir, 'consensus-node.ts')
    const { slowSyncMs } = this.options
    const shim = slowSyncMs === undefined ? {} : await this.#shim(slowSyncMs)
    this.#child = Bun.spawn(this.host.command([process.execPath, program, JSON.stringify(this.config)]), {
      env: { ...process.env, ...shim },
      stdout: 'ignore',
      stderr: this.config.isVerbose ? 'inherit' : 'ignore',
    })
  }

  async kill(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (child === undefined) return
    if (this.#isStopped) this.resume(child)
    child.kill(signal)
    await child.exited
  }

  suspend(): void {
    this.#child?.kill('SIGSTOP')
    this.#isStopped = true
  }

  resume(child = this.#child): void {
    child?.kill('SIGCONT')
    this.#isStopped = false
  }

  /** Nothing from these addresses gets in any more. */
  async cut(addresses: readonly string[]): Promise<void> {
    const drops = addresses.map((address) => `ip saddr ${address} drop`).join('\n')
    const rules = `table ip cut {\nchain input { type filter hook input priority 0;\n${drops}\n}\n}\n`
    await this.host.output(['nft', '-f', '-'], { stdin: rules })
  }

  async heal(): Promise<void> {
    await this.host.run(['nft', 'delete', 'table', 'ip', 'cut'])
  }

  /** Throws when the node does not answer. */
  async ask<T>(action: string, body: object = {}, timeoutMs = askTimeoutMs): Promise<T & { error?: string }> {
    const response = await fetch(`http://node/${action}`, {
      unix: this.config.socket,
      method: 'POST',
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(timeoutMs),
    })
    return (await response.json()) as T & { error?: string }
  }

  async status(): Promise<NodeStatus | undefined> {
    return this.ask<NodeStatus>('status', {}, 500).catch(() => undefined)
  }

  leadership(): Promise<NodeStatus | undefined> {
    return this.status()
  }

  async remove(): Promise<void> {
    await this.kill()
    await output(['umount', this.config.directory]).catch(() => {})
  }

  async #shim(slowSyncMs: number): Promise<Record<string, string>> {
    return {
      LD_PRELOAD: await shimLibrary(),
      SHIM_DIRECTORY: this.config.directory,
      SHIM_SLOW_SYNC_MS: `${slowSyncMs}`,
    }
  }
}

/** Nodes on one segment, the first of which founds the cluster. */
export class ConsensusLab implements FaultLab {
  readonly nodes: LabNode[]
  readonly #segment: NatLab
  readonly #directory: string

  private constructor(segment: NatLab, directory: string, nodes: LabNode[]) {
    this.#segment = segment
    this.#directory = directory
    this.nodes = nodes
  }

  /** Starts them, and waits until they are three voters. */
  static async open(name: string, options: readonly LabNodeOptions[]): Promise<ConsensusLab> {
    const segment = await NatLab.open(`skein-${name}-${process.pid}`)
    const directory = mkdtempSync(join(tmpdir(), `skein-${name}-`))
    const members = options.map((_, at) => ({ number: at + 1, address: `51.10.0.${at + 1}` }))
    const lab = new ConsensusLab(segment, directory, [])
    try {
      for (const [at, { number, address }] of members.entries()) {
        const { host } = await segment.publicHost(`n${number}`, number)
        const config = {
          number,
          address,
          port,
          members,
          directory: join(directory, `${number}`),
          socket: join(directory, `${number}.sock`),
          isVerbose: process.env.VERBOSE !== undefined,
        }
        const node = new LabNode(config, host, options[at]!)
        lab.nodes.push(node)
        await node.makeDisk()
        await node.start()
      }
      await lab.settled()
      return lab
    } catch (error) {
      await lab.close()
      throw error
    }
  }

  /** Waits until every running node is open and all agree on a leader and three voters. */
  async settled(): Promise<LabNode> {
    for (;;) {
      const running = this.nodes.filter((node) => node.isRunning && !node.isStopped)
      const found = await Promise.all(running.map((node) => node.status()))
      const leaders = new Set(found.map((status) => `${status?.leader} ${status?.term}`))
      const at = found.findIndex((status) => status?.role === 'leader')
      // While the old voters count too, nobody can be elected without the founder.
      const isWhole = found.every((status) => status?.isOpen && areThree(status.configuration))
      if (leaders.size === 1 && at >= 0 && isWhole) return running[at]!
      await Bun.sleep(50)
    }
  }

  async leader(): Promise<LabNode> {
    for (;;) {
      for (const node of this.nodes) {
        if (node.isRunning && !node.isStopped && (await node.status())?.role === 'leader') return node
      }
      await Bun.sleep(20)
    }
  }

  async close(): Promise<void> {
    for (const node of this.nodes) await node.remove()
    await this.#segment.close()
    rmSync(this.#directory, { recursive: true, force: true })
  }
}

function areThree({ voters, outgoing }: NodeStatus['configuration']): boolean {
  return voters.length === 3 && outgoing.length === 0
}
