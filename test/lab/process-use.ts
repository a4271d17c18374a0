import { readFileSync } from 'node:fs'
import type { Server } from './server.ts'

const clockTicksPerSecond = 100

/** What a process takes, as /proc shows it. */
export interface ProcessUse {
  /** Resident megabytes. */
  rssMb: number
  /** Since it began. */
  cpuSeconds: number
}

export interface ServerUse {
  agent: ProcessUse
  containerd: ProcessUse
}

/** Reads what a server's agent and containerd take; both have to run. */
export async function serverUse(server: Server): Promise<ServerUse> {
  const status = await server.status()
  if (status === undefined) throw new Error(`${server.name} does not run`)
  return { agent: processUse(status.pid), containerd: processUse(containerdPid(server)) }
}

function processUse(pid: number): ProcessUse {
  const rssKb = Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1])
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  return { rssMb: rssKb / 1024, cpuSeconds: (Number(fields[11]) + Number(fields[12])) / clockTicksPerSecond }
}

function containerdPid(server: Server): number {
  const { stdout } = Bun.spawnSync(['pgrep', '-f', `containerd --config ${server.dataDirectory}/`])
  return Number(stdout.toString().trim().split('\n')[0])
}
