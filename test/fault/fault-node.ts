import type { Host } from '../lab/host.ts'

/** A node that faults are done to and clients ask: a program around the mesh, or a whole agent. */
export interface FaultNode {
  readonly config: { number: number; address: string }
  readonly host: Host
  readonly isRunning: boolean
  readonly isStopped: boolean
  start(): Promise<void>
  kill(): Promise<void>
  suspend(): void
  resume(): void
  /** Nothing from these addresses gets in any more. */
  cut(addresses: readonly string[]): Promise<void>
  heal(): Promise<void>
  /**
   * `get`, `put` and `swap` of a register (`key`, `value`; answered with `found`), `state`. `error` says that nothing was changed,
   * or is Unknown. Throws when the node does not answer.
   */
  ask<T>(action: string, body?: object): Promise<T & { error?: string }>
  /** Undefined when it does not say. */
  leadership(): Promise<{ role: string; term: number; leader: string | null } | undefined>
}

/** Three voters on one segment. */
export interface FaultLab {
  readonly nodes: readonly FaultNode[]
  /** Waits until every running node works and all agree on a leader and three voters. */
  settled(): Promise<FaultNode>
  leader(): Promise<FaultNode>
  close(): Promise<void>
}
