import { readdirSync, readFileSync, readlinkSync, rmdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { stateDirectoryOf } from '../../agent/worker/runtime/open-runtime.ts'
import { output, run } from './command.ts'
import type { Server } from './server.ts'

const cgroups = '/sys/fs/cgroup'
const namespaces = '/run/netns'

/**
 * Cuts a server's power: all its processes at once, and then what a machine's memory holds (mounts, links, tables,
 * namespaces, cgroups, /run). Its disk stays as it is.
 */
export async function cutPower(server: Server, cgroupRoot: string): Promise<void> {
  const worker = join(server.dataDirectory, 'worker')
  const state = stateDirectoryOf(worker)
  // Read before the processes are gone: it is they who tell which namespaces are this server's.
  const pids = [...processesIn(cgroupRoot), ...processesNaming([`${server.dataDirectory}/`, `${state}/`])]
  const podNamespaces = namespacesOf(pids)
  for (const pid of new Set(pids)) kill(pid)
  await server.end('SIGKILL')
  await gone(pids)
  await unmountBelow([server.dataDirectory, state])
  for (const name of podNamespaces) await run(['ip', 'netns', 'delete', name])
  rmSync(state, { recursive: true, force: true })
  rmSync(join(server.dataDirectory, 'run'), { recursive: true, force: true })
  removeCgroups(cgroupRoot)
  await forgetNetwork(server)
}

function processesIn(cgroupRoot: string): number[] {
  const found: number[] = []
  for (const directory of cgroupDirectories(cgroupRoot)) {
    const procs = read(join(directory, 'cgroup.procs'))
    found.push(...procs.split('\n').filter(Boolean).map(Number))
  }
  return found
}

/** Deepest first; of every controller. */
function cgroupDirectories(cgroupRoot: string): string[] {
  const below = (directory: string): string[] => {
    const names = list(directory).filter((name) =>
      statSync(join(directory, name), { throwIfNoEntry: false })?.isDirectory(),
    )
    return [...names.flatMap((name) => below(join(directory, name))), directory]
  }
  const roots = ['', ...list(cgroups)].map((controller) => join(cgroups, controller, cgroupRoot))
  return roots.filter((root) => statSync(root, { throwIfNoEntry: false })?.isDirectory()).flatMap(below)
}

function removeCgroups(cgroupRoot: string): void {
  for (const directory of cgroupDirectories(cgroupRoot)) {
    try {
      rmdirSync(directory)
    } catch {
      // Two controllers in one hierarchy: gone under its other name.
    }
  }
}

/** The agent, containerd and its shims name their directories. */
function processesNaming(paths: string[]): number[] {
  return list('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => {
      const words = `${read(`/proc/${pid}/cmdline`)}/`.split('\0')
      const isOurs = /(^|\/)(skein[\w.-]*|containerd|containerd-shim-runc-v2|runc)$/.test(words[0] ?? '')
      return isOurs && words.some((word) => paths.some((path) => `${word}/`.startsWith(path)))
    })
    .map(Number)
}

function namespacesOf(pids: number[]): string[] {
  const inodes = new Set(pids.map((pid) => link(`/proc/${pid}/ns/net`).replace(/\D/g, '')))
  return list(namespaces).filter(
    (name) => name.startsWith('cni-') && inodes.has(String(statSync(join(namespaces, name)).ino)),
  )
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // Gone meanwhile.
  }
}

async function gone(pids: number[]): Promise<void> {
  const isThere = (pid: number) => !['', 'Z'].includes(/^State:\s+(\w)/m.exec(read(`/proc/${pid}/status`))?.[1] ?? '')
  for (let tries = 0; pids.some(isThere) && tries < 500; tries++) await Bun.sleep(20)
}

async function unmountBelow(directories: string[]): Promise<void> {
  const targets = read('/proc/self/mounts')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
  const ours = targets.filter((target) => directories.some((directory) => target.startsWith(`${directory}/`)))
  for (const target of ours.reverse()) await run(['umount', '-l', target])
}

/** Addresses, links and tables that a node made; the host's own links to other hosts stay. */
async function forgetNetwork({ host }: Server): Promise<void> {
  await host.output(['nft', 'flush', 'ruleset'])
  const links = JSON.parse(await host.output(['ip', '-j', 'link'])) as { ifname: string }[]
  for (const { ifname } of links) {
    if (!['lo', 'wan', 'eth0'].includes(ifname)) await host.run(['ip', 'link', 'delete', ifname])
  }
  await output(host.command(['ip', 'addr', 'flush', 'dev', 'lo']))
  await host.output(['ip', 'addr', 'add', '127.0.0.1/8', 'dev', 'lo'])
  const routes = (await host.output(['ip', 'route'])).split('\n').filter((line) => / proto (?!kernel)/.test(line))
  for (const route of routes) await host.run(['ip', 'route', 'delete', ...route.trim().split(/\s+/).slice(0, 1)])
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

function link(file: string): string {
  try {
    return readlinkSync(file)
  } catch {
    return ''
  }
}

function list(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}
