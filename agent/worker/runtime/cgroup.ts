import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Pod } from '../../../api/schema/generated/types/core-v1.ts'
import type { Logger } from '../../../mesh/logger/logger.ts'
import { type CpuAndMemory, cpuWeight, minShares, periodMicros, podCpuAndMemory } from '../pod/resources.ts'
import type { HostFacts } from './host.ts'
import { setSlice, stopSlice } from './systemd-slice.ts'

const hierarchy = '/sys/fs/cgroup'

/** The cgroups above containers: `kubepods`, one for each class of service, one for each pod. */
export class PodCgroups {
  readonly #facts: HostFacts
  /** '' on a node of its own, e.g. `/test` for a second one on the same machine. */
  readonly #root: string
  readonly #log: Logger
  /** What the cgroups of classes were last given. */
  #weighed = ''

  constructor(facts: HostFacts, root: string, log: Logger) {
    this.#facts = facts
    this.#root = root
    this.#log = log
  }

  /** As the runtime wants it, in the driver's way of naming. */
  parentOf(pod: Pod): string {
    const names = cgroupNames(pod)
    if (this.#facts.cgroupDriver === 'systemd') return `/${systemdPath(this.#slices(names))}`
    return [this.#root, ...names].join('/')
  }

  #slices(names: string[]): string[] {
    const own = this.#root.split('/').filter((part) => part !== '')
    return [...own, ...names]
  }

  #path(names: string[]): string {
    if (this.#facts.cgroupDriver === 'systemd') return systemdPath(this.#slices(names))
    return [...this.#root.split('/'), ...names].filter((part) => part !== '').join('/')
  }

  /** Directories of a cgroup: one a controller with version 1. */
  #directories(path: string): string[] {
    if (this.#facts.cgroupVersion === 2) return [join(hierarchy, path)]
    return controllers().map((controller) => join(hierarchy, controller, path))
  }

  /** Makes the pod's cgroup with its limits. */
  apply(pod: Pod): Promise<void> {
    return this.#give(cgroupNames(pod), podCpuAndMemory(pod))
  }

  /**
   * Shares the processors among the classes of service: what pods asked for counts, and those that asked for nothing
   * get what the others leave. All together have what the node offers. Upstream: setCPUCgroupConfig.
   */
  async weigh(pods: readonly Pod[], allocatable: CpuAndMemory): Promise<void> {
    const burstable = pods.filter(({ status }) => status?.qosClass === 'Burstable')
    const asked = burstable.reduce((total, pod) => total + podCpuAndMemory(pod).cpuShares, 0)
    const of = (cpuShares: number): CpuAndMemory => ({ cpuShares, cpuPeriodMicros: periodMicros })
    const wanted: [string[], CpuAndMemory][] = [
      [['kubepods'], allocatable],
      [['kubepods', 'burstable'], of(Math.max(minShares, asked))],
      [['kubepods', 'besteffort'], of(minShares)],
    ]
    const text = JSON.stringify(wanted)
    if (text === this.#weighed) return
    for (const [names, limits] of wanted) await this.#give(names, limits)
    this.#weighed = text
  }

  async #give(names: string[], limits: CpuAndMemory): Promise<void> {
    const path = this.#path(names)
    if (this.#facts.cgroupDriver === 'cgroupfs') {
      for (let depth = 1; depth <= names.length; depth++) this.#make(this.#path(names.slice(0, depth)))
      this.#setLimits(path, limits)
      return
    }
    try {
      await setSlice(basename(path), limits, this.#facts.cgroupVersion)
    } catch (error) {
      this.#log.warn('systemd did not take the limits of a cgroup', { error: String(error) })
    }
  }

  #make(path: string): void {
    for (const directory of this.#directories(path)) mkdirSync(directory, { recursive: true })
    if (this.#facts.cgroupVersion === 1) {
      // A cpuset without CPUs lets no process in; a new one begins empty.
      for (const file of ['cpuset.cpus', 'cpuset.mems']) inherit(join(hierarchy, 'cpuset'), path, file)
      return
    }
    const parts = path.split('/')
    for (let depth = 0; depth < parts.length; depth++) {
      this.#write(join(hierarchy, ...parts.slice(0, depth), 'cgroup.subtree_control'), '+cpu +memory +pids +io')
    }
    this.#write(join(hierarchy, path, 'cgroup.subtree_control'), '+cpu +memory +pids +io')
  }

  #setLimits(path: string, limits: CpuAndMemory): void {
    const { cpuShares, cpuQuotaMicros, cpuPeriodMicros, memoryLimitBytes } = limits
    if (this.#facts.cgroupVersion === 2) {
      const own = join(hierarchy, path)
      this.#write(join(own, 'cpu.weight'), String(cpuWeight(cpuShares)))
      this.#write(join(own, 'cpu.max'), `${cpuQuotaMicros ?? 'max'} ${cpuPeriodMicros}`)
      this.#write(join(own, 'memory.max'), String(memoryLimitBytes ?? 'max'))
      return
    }
    this.#write(join(hierarchy, 'cpu', path, 'cpu.shares'), String(cpuShares))
    this.#write(join(hierarchy, 'cpu', path, 'cpu.cfs_period_us'), String(cpuPeriodMicros))
    this.#write(join(hierarchy, 'cpu', path, 'cpu.cfs_quota_us'), String(cpuQuotaMicros ?? -1))
    this.#write(join(hierarchy, 'memory', path, 'memory.limit_in_bytes'), String(memoryLimitBytes ?? -1))
  }

  #write(file: string, value: string): void {
    try {
      writeFileSync(file, value)
    } catch (error) {
      // A kernel may lack a controller: containers run without that limit rather than not at all.
      this.#log.debug('cgroup setting not accepted', { file, error: String(error) })
    }
  }

  /** Removes what the runtime leaves behind; a cgroup that still has processes stays, but with systemd. */
  async remove(uid: string): Promise<void> {
    for (const names of possibleNames(uid)) await this.#remove(this.#path(names))
  }

  async #remove(path: string): Promise<void> {
    const isThere = () => this.#directories(path).some((directory) => existsSync(directory))
    if (this.#facts.cgroupDriver === 'systemd' && isThere()) await stopSlice(basename(path))
    for (const directory of this.#directories(path)) if (existsSync(directory)) this.#removeTree(directory)
  }

  /** Ends what still runs in a pod's cgroup; resolves when nothing does. */
  async kill(uid: string): Promise<void> {
    const directories = possibleNames(uid).flatMap((names) => this.#directories(this.#path(names)))
    for (let tries = 0; tries < 100; tries++) {
      const pids = new Set(directories.flatMap((directory) => processesBelow(directory)))
      if (pids.size === 0) return
      for (const pid of pids) {
        try {
          process.kill(pid, 'SIGKILL')
        } catch {
          // Gone meanwhile.
        }
      }
      await Bun.sleep(20)
    }
  }

  /** Removes what is above the pods, when no pod is left. */
  async removeRoot(): Promise<void> {
    const own = this.#root.split('/').filter((part) => part !== '')
    const names = own.length > 0 ? own : ['kubepods']
    await this.#remove(this.#facts.cgroupDriver === 'systemd' ? systemdPath(names) : names.join('/'))
  }

  #removeTree(directory: string): void {
    try {
      for (const name of readdirSync(directory)) {
        const child = join(directory, name)
        if (statSync(child, { throwIfNoEntry: false })?.isDirectory()) this.#removeTree(child)
      }
      rmdirSync(directory)
    } catch (error) {
      this.#log.debug('cgroup not removed', { directory, error: String(error) })
    }
  }

  /** Uids of pods that have a cgroup. */
  podUids(): string[] {
    const uids = new Set<string>()
    for (const names of possibleNames('')) {
      for (const directory of this.#directories(this.#path(names.slice(0, -1)))) {
        if (!existsSync(directory)) continue
        for (const name of readdirSync(directory)) {
          const uid = /^(?:kubepods-.*)?pod([0-9a-f][-_0-9a-f]{35})(?:\.slice)?$/.exec(name)?.[1]
          if (uid) uids.add(uid.replaceAll('_', '-'))
        }
      }
    }
    return [...uids]
  }
}

function processesBelow(directory: string): number[] {
  try {
    const children = readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    const own = readFileSync(join(directory, 'cgroup.procs'), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
    return [...own.map(Number), ...children.flatMap(({ name }) => processesBelow(join(directory, name)))]
  } catch {
    return []
  }
}

function controllers(): string[] {
  return [
    'cpu',
    'cpuacct',
    'memory',
    'cpuset',
    'pids',
    'blkio',
    'devices',
    'freezer',
    'hugetlb',
    'net_cls',
    'perf_event',
    'systemd',
    // The second version's hierarchy beside the first's: runc makes its groups there too.
    'unified',
  ].filter((name) => existsSync(join(hierarchy, name)))
}

function cgroupNames(pod: Pod): string[] {
  const level = { Burstable: ['burstable'], BestEffort: ['besteffort'] }[pod.status?.qosClass ?? 'BestEffort'] ?? []
  return ['kubepods', ...level, `pod${pod.metadata!.uid}`]
}

function possibleNames(uid: string): string[][] {
  return [[], ['burstable'], ['besteffort']].map((level) => ['kubepods', ...level, `pod${uid}`])
}

/** `a`, `b-c` become `a.slice/a-b_c.slice`: a slice's name holds its path, so dashes within a name are written `_`. */
function systemdPath(names: string[]): string {
  const escaped = names.map((name) => name.replaceAll('-', '_'))
  return escaped.map((_, index) => `${escaped.slice(0, index + 1).join('-')}.slice`).join('/')
}

function inherit(controller: string, path: string, file: string): void {
  const parts = path.split('/')
  for (let depth = 1; depth <= parts.length; depth++) {
    const own = join(controller, ...parts.slice(0, depth), file)
    if (!existsSync(own) || readFileSync(own, 'utf8').trim() !== '') continue
    writeFileSync(own, readFileSync(join(controller, ...parts.slice(0, depth - 1), file)))
  }
}
