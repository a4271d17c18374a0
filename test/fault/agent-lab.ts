import { join } from 'node:path'
import { shimLibrary } from '../../mesh/hypercore-store/test/shim.ts'
import { Lab } from '../lab/lab.ts'
import { LineProcess } from '../lab/line-process.ts'
import type { Server } from '../lab/server.ts'
import { SmallDisk } from '../lab/small-disk.ts'
import { until } from '../lab/until.ts'
import type { FaultLab, FaultNode } from './fault-node.ts'

export interface AgentOptions {
  slowSyncMs?: number
}

const diskMb = 2000
const patienceMs = 120_000

/** A server with the compiled executable, whose disk is an image of its own; its registers are ConfigMaps. */
class AgentNode implements FaultNode {
  #client: LineProcess | undefined
  #isStopped = false

  constructor(
    readonly config: { number: number; address: string },
    readonly server: Server,
  ) {}

  get host() {
    return this.server.host
  }

  get isRunning(): boolean {
    return this.server.pid !== undefined
  }

  get isStopped(): boolean {
    return this.#isStopped
  }

  start(): Promise<void> {
    return this.server.start()
  }

  async kill(): Promise<void> {
    if (!this.isRunning) return
    if (this.#isStopped) this.resume()
    await this.server.end('SIGKILL')
  }

  suspend(): void {
    if (this.server.pid === undefined) return
    process.kill(this.server.pid, 'SIGSTOP')
    this.#isStopped = true
  }

  resume(): void {
    if (this.#isStopped) process.kill(this.server.pid!, 'SIGCONT')
    this.#isStopped = false
  }

  async cut(addresses: readonly string[]): Promise<void> {
    const drops = addresses.map((address) => `iifname "wan" ip saddr ${address} drop`).join('\n')
    // They would meet by IPv6 on the segment.
    const rules = `table inet cut {\nchain input { type filter hook input priority -200;\n${drops}\niifname "wan" meta nfproto ipv6 drop\n}\n}\n`
    await this.host.output(['nft', '-f', '-'], { stdin: rules })
  }

  async heal(): Promise<void> {
    await this.host.run(['nft', 'delete', 'table', 'inet', 'cut'])
  }

  async ask<T>(action: string, body: object = {}): Promise<T & { error?: string }> {
    const program = join(import.meta.dir, 'register-client.ts')
    const { kubeconfig } = this.server
    this.#client ??= new LineProcess(this.host.command([process.execPath, program, kubeconfig]))
    const { refused, silent, ...answer } = await this.#client.call(action, body)
    if (silent !== undefined) throw new Error(silent)
    return { ...answer, error: refused }
  }

  async leadership() {
    if (this.#isStopped) return undefined
    const status = await Promise.race([
      this.server.status().catch(() => undefined),
      Bun.sleep(2000).then(() => undefined),
    ])
    return status?.quorum
  }

  async isSettled(): Promise<boolean> {
    const status = await Promise.race([
      this.server.status().catch(() => undefined),
      Bun.sleep(2000).then(() => undefined),
    ])
    return status?.ready === true && status.quorum?.voters.length === 3
  }

  async close(): Promise<void> {
    this.resume()
    await this.#client?.stop()
  }
}

/** Three agents as `skein start` makes them, at public addresses of one segment. */
export class AgentLab implements FaultLab {
  readonly #lab: Lab
  readonly #disks: SmallDisk[] = []
  readonly nodes: AgentNode[] = []

  private constructor(lab: Lab) {
    this.#lab = lab
  }

  static async open(name: string, options: readonly AgentOptions[]): Promise<AgentLab> {
    const lab = new AgentLab(await Lab.forTest(name))
    try {
      for (const [at, { slowSyncMs }] of options.entries()) await lab.#add(at + 1, slowSyncMs)
      const [first, ...others] = lab.nodes.map(({ server }) => server)
      await first!.start()
      await first!.ready()
      await first!.pack(others)
      await Promise.all(others.map((server) => server.start()))
      for (const { server } of lab.nodes) await server.ready(patienceMs)
      for (const { server } of lab.nodes) await server.writeKubeconfig()
      await lab.settled()
      return lab
    } catch (error) {
      await lab.close()
      throw error
    }
  }

  async settled(): Promise<FaultNode> {
    const running = this.nodes.filter((node) => node.isRunning && !node.isStopped)
    const isSettled = async () => {
      const found = await Promise.all(running.map((node) => node.leadership()))
      const leaders = new Set(found.map((leadership) => `${leadership?.leader} ${leadership?.term}`))
      const isWhole = (await Promise.all(running.map((node) => node.isSettled()))).every(Boolean)
      return leaders.size === 1 && isWhole
    }
    await until('the agents are ready and agree', isSettled, patienceMs)
    return this.leader()
  }

  async leader(): Promise<FaultNode> {
    for (;;) {
      for (const node of this.nodes) {
        if (node.isRunning && (await node.leadership())?.role === 'leader') return node
      }
      await Bun.sleep(20)
    }
  }

  async close(): Promise<void> {
    for (const node of this.nodes) await node.close()
    for (const [at, { server }] of this.nodes.entries()) {
      await server.remove()
      await this.#disks[at]?.unmount()
    }
    await this.#lab.close()
  }

  async #add(number: number, slowSyncMs: number | undefined): Promise<void> {
    const server = await this.#lab.publicServer(`s${number}`, number, {
      flags: ['--dht', 'none'],
      prepare: async ({ dataDirectory }) => {
        this.#disks.push(await SmallDisk.mount(dataDirectory, diskMb))
      },
    })
    if (slowSyncMs !== undefined) {
      const SHIM_DIRECTORY = join(server.dataDirectory, 'operations')
      server.env = { LD_PRELOAD: await shimLibrary(), SHIM_DIRECTORY, SHIM_SLOW_SYNC_MS: `${slowSyncMs}` }
    }
    this.nodes.push(new AgentNode({ number, address: `51.10.0.${number}` }, server))
  }
}
