import { readFileSync } from 'node:fs'
import type { Child } from './lines.ts'

/** One of the two that are compared: three members in processes of their own, and a process that makes the load. */
export interface Target {
  name: string
  members: Child[]
  load: Child
  /** The member that leads now. */
  leader(): Promise<Child>
  /** Starts a member that was killed, on what it had; resolves when it votes again, has caught up, and is linked with the load. */
  restart(member: Child): Promise<void>
  /** Starts what reads and watches, in a process of its own. */
  startReader(): Promise<Reader>
  stop(): Promise<void>
}

/** Answers `linearizable`, `local` and `watch`. */
export interface Reader {
  /** Where the reads are answered. */
  about: string
  child: Child
  stop(): Promise<void>
}

/** Resident megabytes of the largest member. */
export function largestRssMb({ members }: Target): number {
  const sizes = members.map(({ pid }) =>
    Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]),
  )
  return Math.max(...sizes) / 1024
}

/** Megabytes that the members have sent to the disk. */
export function writtenMb({ members }: Target): number {
  const written = members.map(({ pid }) =>
    Number(/^write_bytes: (\d+)/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1]),
  )
  return written.reduce((sum, one) => sum + one, 0) / 1e6
}

/** Seconds of processor time of the members. */
export function memberCpuSeconds({ members }: Target): number {
  let ticks = 0
  for (const { pid } of members) {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ')
    ticks += Number(fields[11]) + Number(fields[12])
  }
  return ticks / 100
}
