import { rmSync } from 'node:fs'
import type { LinkStatus } from '../mesh/link/links.ts'
import type { Logger } from '../mesh/logger/logger.ts'
import type { PullStatus } from './worker/image/images.ts'

export type PartName = 'mesh' | 'store' | 'api' | 'runtime' | 'network' | 'control'
export type PartState = 'starting' | 'ready' | 'failed' | 'stopped'

/** What one part says of itself. `message` says what is wrong and what to do. */
export interface PartStatus {
  name: PartName
  state: PartState
  message: string
}

export interface NodeStatus {
  node: string
  cluster: string
  pid: number
  version: string
  startedAt: string
  /** Cluster time when this was asked, once it is known: the machine's clock may be wrong. */
  clusterTime?: string
  ready: boolean
  parts: PartStatus[]
  /** Once this node is in a cluster. */
  quorum?: QuorumStatus
  /** To each other member. */
  links?: NamedLink[]
  /** Images that this node pulls now. */
  pulls?: PullStatus[]
  /** What is not as it should be though every part works, one sentence each, with what to do where there is something. */
  remarks?: string[]
}

/** As this node sees it; nodes by their names, or the begin of their keys. */
export interface QuorumStatus {
  role: 'leader' | 'follower' | 'candidate' | 'pre-candidate'
  term: number
  leader: string | null
  voters: string[]
  learners: string[]
  /** At the leader: who does not vote although more voters are wanted, and why. */
  heldBack: { node: string; reason: string }[]
}

export interface NamedLink extends LinkStatus {
  node: string
}

/** The states of a node's parts, in start-up order. */
export class StatusBoard {
  readonly #parts = new Map<PartName, PartStatus>()
  readonly #log: Logger

  constructor(log: Logger) {
    this.#log = log
  }

  set(name: PartName, state: PartState, message = ''): void {
    this.#parts.set(name, { name, state, message })
    const fields = { part: name, ...(message === '' ? {} : { message }) }
    if (state === 'failed') this.#log.error('part failed', fields)
    else this.#log.info(`part ${state}`, fields)
  }

  get parts(): PartStatus[] {
    return [...this.#parts.values()]
  }

  /** Ready means ready: every part. */
  get ready(): boolean {
    return this.#parts.size > 0 && this.parts.every((part) => part.state === 'ready')
  }
}

/** Serves the node's status on a unix socket in its private directory; root of this machine needs no certificate. */
export function serveStatus(socket: string, read: () => Promise<NodeStatus>): { stop(): Promise<void> } {
  rmSync(socket, { force: true })
  const server = Bun.serve({ unix: socket, fetch: async () => Response.json(await read()) })
  return {
    async stop() {
      await server.stop(true)
      rmSync(socket, { force: true })
    },
  }
}

/** Throws when a node runs with this socket: a second one would take its sockets away. */
export async function assertNoneRuns(socket: string): Promise<void> {
  const status = await readStatus(socket)
  if (status !== undefined) throw new Error(`the node ${status.node} runs there (pid ${status.pid}): stop it first`)
}

/** Asks the node that runs with this socket; undefined when none does. */
export async function readStatus(socket: string): Promise<NodeStatus | undefined> {
  try {
    const response = await fetch('http://node/status', { unix: socket, signal: AbortSignal.timeout(5000) })
    return (await response.json()) as NodeStatus
  } catch (error) {
    const code = (error as { code?: string }).code ?? ''
    if (['ENOENT', 'ECONNREFUSED', 'FailedToOpenSocket', 'ConnectionRefused'].includes(code)) return undefined
    throw error
  }
}
