import type { CpuAndMemory } from '../pod/resources.ts'
import { cpuWeight } from '../pod/resources.ts'

const manager = ['org.freedesktop.systemd1', '/org/freedesktop/systemd1', 'org.freedesktop.systemd1.Manager']
/** systemd's infinity. */
const unlimited = '18446744073709551615'
/** systemd keeps quotas as whole percents: runc rounds up likewise. */
const quotaStepMicros = 10_000

/** D-Bus: name, signature and value of each property of org.freedesktop.systemd1.Slice. Pure. */
export function sliceProperties(limits: CpuAndMemory, cgroupVersion: 1 | 2): [string, string, string][] {
  const { cpuShares, cpuQuotaMicros, cpuPeriodMicros, memoryLimitBytes } = limits
  const perSecond = cpuQuotaMicros && (cpuQuotaMicros * 1e6) / cpuPeriodMicros
  const quota = perSecond ? String(Math.ceil(perSecond / quotaStepMicros) * quotaStepMicros) : unlimited
  const memory = String(memoryLimitBytes ?? unlimited)
  return [
    ...(cgroupVersion === 2
      ? ([
          ['CPUWeight', 't', String(cpuWeight(cpuShares))],
          ['MemoryMax', 't', memory],
        ] as [string, string, string][])
      : ([
          ['CPUShares', 't', String(cpuShares)],
          ['MemoryLimit', 't', memory],
        ] as [string, string, string][])),
    ['CPUQuotaPerSecUSec', 't', quota],
  ]
}

/**
 * Gives a slice its limits, and starts it where it is not there. systemd has to know them: what others write into its
 * cgroups it takes back at the next daemon-reload. Until a reboot or `stopSlice`, no file is left. Throws with
 * busctl's own words; busctl is a part of systemd.
 */
export async function setSlice(slice: string, limits: CpuAndMemory, cgroupVersion: 1 | 2): Promise<void> {
  const properties = sliceProperties(limits, cgroupVersion)
  const accounting = ['CPUAccounting', 'MemoryAccounting', 'TasksAccounting'].map((name) => [name, 'b', 'true'])
  const all = [...accounting, ...properties]
  const started = await call('StartTransientUnit', 'ssa(sv)a(sa(sv))', slice, 'fail', ...array(all), '0')
  if (started === '') return
  if (!/already (exists|loaded)|UnitExists/.test(started)) throw new Error(`slice ${slice}: ${started}`)
  const set = await call('SetUnitProperties', 'sba(sv)', slice, 'true', ...array(properties))
  if (set !== '') throw new Error(`slice ${slice}: ${set}`)
}

/** Ends what is in it and removes it; nothing happens when it is not there. */
export async function stopSlice(slice: string): Promise<void> {
  await call('StopUnit', 'ss', slice, 'replace')
}

const array = (entries: string[][]) => [String(entries.length), ...entries.flat()]

/** What busctl complains of; '' when it does not. */
async function call(method: string, signature: string, ...args: string[]): Promise<string> {
  const child = Bun.spawn(['busctl', '--system', 'call', ...manager, method, signature, ...args], {
    ...{ stdin: 'ignore', stdout: 'ignore', stderr: 'pipe' },
    timeout: 30_000,
  })
  const said = await child.stderr.text()
  return (await child.exited) === 0 ? '' : said.trim() || `busctl ended with ${child.exitCode ?? child.signalCode}`
}
