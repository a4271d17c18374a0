import { existsSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type UnitOptions, unitName, unitText } from './unit.ts'

const unitDirectory = '/etc/systemd/system'

/** Made while systemd is the machine's init, see sd_booted(3). */
const bootedDirectory = '/run/systemd/system'

const unitFile = join(unitDirectory, unitName)

/** Writes the unit, and starts the node now and at every boot. Throws with one clear line where there is no systemd. */
export async function installUnit(options: UnitOptions): Promise<string> {
  if (!existsSync(bootedDirectory)) {
    throw new Error('systemd does not run this machine: start skein by its own init system, as `skein start`')
  }
  await writeFile(unitFile, unitText(options), { mode: 0o644 })
  await systemctl('daemon-reload')
  await systemctl('enable', '--now', '--no-block', unitName)
  return unitFile
}

/** Stops and removes the unit where there is one; false when there was none. */
export async function removeUnit(): Promise<boolean> {
  if (!existsSync(unitFile)) return false
  if (existsSync(bootedDirectory)) await systemctl('disable', '--now', unitName)
  await rm(unitFile, { force: true })
  if (existsSync(bootedDirectory)) await systemctl('daemon-reload')
  return true
}

/** Whether the unit that is installed runs the node of this data directory. */
export async function unitRuns(dataDirectory: string, defaultDataDirectory: string): Promise<boolean> {
  if (!existsSync(unitFile)) return false
  const command = /^ExecStart=(.*)$/m.exec(await Bun.file(unitFile).text())?.[1] ?? ''
  const named = /--data-dir[ =]"?([^"\s]+)/.exec(command)?.[1] ?? defaultDataDirectory
  return named === dataDirectory
}

async function systemctl(...args: string[]): Promise<void> {
  const child = Bun.spawn(['systemctl', ...args], { stdin: 'ignore', stdout: 'ignore', stderr: 'pipe' })
  const said = await new Response(child.stderr).text()
  if ((await child.exited) !== 0) throw new Error(`systemctl ${args.join(' ')} failed: ${said.trim()}`)
}
