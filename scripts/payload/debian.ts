/** Fetches Debian packages with the machine's own apt, from a private list: the system's state is left alone. */

import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PayloadPackage } from '../../agent/payload/manifest.ts'
import { debianNames, type PackagePin, packagePins, type Target } from './packages.ts'

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg'

export interface FetchedPackage extends PayloadPackage {
  pin: PackagePin
  /** The .deb on this machine. */
  file: string
}

/** What a fetch left in the cache; `pins` tells whether it answers today's table. */
interface CacheRecord {
  pins: string
  packages: (PayloadPackage & { file: string })[]
}

interface Mirrors {
  main: string
  /** Undefined when the machine names none. */
  security: string | undefined
}

function run(command: string[], cwd?: string): string {
  const result = Bun.spawnSync(command, { cwd, stdout: 'pipe', stderr: 'pipe', env: { ...process.env, LC_ALL: 'C' } })
  if (result.exitCode !== 0) {
    throw new Error(`${command[0]} failed (exit ${result.exitCode}):\n${result.stderr.toString().trim()}`)
  }
  return result.stdout.toString()
}

/**
 * The Debian mirror: SKEIN_DEBIAN_MIRROR, or the one that this machine's apt uses. apt itself is asked which index
 * files it would fetch, so that every form of sources file is understood.
 */
export function findMirrors(named: string | undefined, aptUris: () => string): Mirrors {
  if (named) return { main: named.replace(/\/*$/, '/'), security: undefined }
  const sources = [...aptUris().matchAll(/'([^']+\/)dists\/([^/']+)\/InRelease'/g)]
  const uri = (wanted: RegExp) => sources.map(([, base]) => base!).find((base) => wanted.test(base))
  const main = uri(/\/debian\/$/)
  if (!main) {
    throw new Error(
      "this machine's apt sources name no Debian mirror: set SKEIN_DEBIAN_MIRROR to one (the URL whose dists/ holds " +
        'bookworm and trixie), or build without the container runtime by SKEIN_PAYLOAD=none',
    )
  }
  return { main, security: uri(/\/debian-security\/$/) }
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function cacheDirectory(architecture: string): string {
  const base = process.env.XDG_CACHE_HOME || join(process.env.HOME ?? '/root', '.cache')
  return join(base, 'skein', 'packages', architecture)
}

function readCache(directory: string, pins: string): FetchedPackage[] | undefined {
  const recordFile = join(directory, 'record.json')
  if (!existsSync(recordFile)) return undefined
  const record = JSON.parse(readFileSync(recordFile, 'utf8')) as CacheRecord
  if (record.pins !== pins) return undefined
  const fetched: FetchedPackage[] = []
  for (const entry of record.packages) {
    const file = join(directory, entry.file)
    const pin = packagePins.find((candidate) => candidate.name === entry.name)
    if (!pin || !existsSync(file) || sha256(readFileSync(file)) !== entry.sha256) return undefined
    fetched.push({ ...entry, pin, file })
  }
  return fetched
}

function aptOptions(state: string, architecture: string, sourceList: string): string[] {
  for (const folder of ['lists/partial', 'cache/archives/partial']) mkdirSync(join(state, folder), { recursive: true })
  const options = {
    'Dir::Etc::sourcelist': sourceList,
    'Dir::Etc::sourceparts': '-',
    'Dir::State::lists': join(state, 'lists'),
    'Dir::State::status': '/dev/null',
    'Dir::Cache': join(state, 'cache'),
    'APT::Sandbox::User': 'root',
    'APT::Architectures::': architecture,
    'APT::Get::List-Cleanup': 'false',
    'Acquire::Languages': 'none',
    'Acquire::IndexTargets::deb::DEP-11::DefaultEnabled': 'false',
    'Acquire::Retries': '3',
  }
  return Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`])
}

function downloadSuite(suite: PackagePin['suite'], architecture: string, mirrors: Mirrors, folder: string): void {
  const state = mkdtempSync(join(tmpdir(), 'skein-apt-'))
  try {
    const sourceList = join(state, 'sources.list')
    const lines = [`deb [signed-by=${keyring}] ${mirrors.main} ${suite} main`]
    if (mirrors.security) lines.push(`deb [signed-by=${keyring}] ${mirrors.security} ${suite}-security main`)
    writeFileSync(sourceList, `${lines.join('\n')}\n`)
    const options = aptOptions(state, architecture, sourceList)
    run(['apt-get', ...options, '--error-on=any', 'update'])
    // apt takes the highest version that begins so; what follows the upstream version is Debian's own.
    const wanted = packagePins
      .filter((pin) => pin.suite === suite)
      .map((pin) => `${pin.name}:${architecture}=${pin.upstream}*`)
    run(['apt-get', ...options, 'download', ...wanted], folder)
  } finally {
    rmSync(state, { recursive: true, force: true })
  }
}

/** Refuses what begins like a pinned version and is another one (1.1.50 for 1.1.5). */
export function checkVersions(packages: readonly { name: string; version: string }[]): void {
  for (const pin of packagePins) {
    const version = packages.find(({ name }) => name === pin.name)?.version
    const rest = version?.startsWith(pin.upstream) ? version.slice(pin.upstream.length) : undefined
    if (rest === undefined || !/^[-+~]/.test(rest)) {
      throw new Error(`${pin.name} ${pin.upstream} is wanted, Debian ${pin.suite} offers ${version ?? 'none'}`)
    }
  }
}

/**
 * The payload's packages for a target. The cache is used when it holds all of them, unless `update` asks for
 * Debian's newest revisions; else apt fetches them and verifies each by Debian's signatures.
 */
export function fetchPackages(target: Target, update: boolean): FetchedPackage[] {
  const { architecture } = debianNames[target]
  const directory = cacheDirectory(architecture)
  const pins = sha256(Buffer.from(JSON.stringify(packagePins)))
  const cached = update ? undefined : readCache(directory, pins)
  if (cached) return cached
  if (!existsSync(keyring)) throw new Error(`${keyring} is missing: apt-get install debian-archive-keyring`)
  const mirrors = findMirrors(process.env.SKEIN_DEBIAN_MIRROR, () => run(['apt-get', 'update', '--print-uris']))
  console.error(`fetching Debian packages for ${target} from ${mirrors.main}`)
  const fresh = `${directory}.new-${process.pid}`
  rmSync(fresh, { recursive: true, force: true })
  mkdirSync(fresh, { recursive: true, mode: 0o700 })
  for (const suite of new Set(packagePins.map((pin) => pin.suite))) downloadSuite(suite, architecture, mirrors, fresh)
  const packages = readdirSync(fresh)
    .sort()
    .map((file) => {
      const fields = run(['dpkg-deb', '--show', '--showformat=$' + '{Package} $' + '{Version}', join(fresh, file)])
      const [name, version] = fields.split(' ') as [string, string]
      return { name, version, architecture, sha256: sha256(readFileSync(join(fresh, file))), file }
    })
  checkVersions(packages)
  const record: CacheRecord = { pins, packages }
  writeFileSync(join(fresh, 'record.json'), JSON.stringify(record, undefined, 2))
  rmSync(directory, { recursive: true, force: true })
  renameSync(fresh, directory)
  const fetched = readCache(directory, pins)
  if (!fetched || fetched.length !== packagePins.length) throw new Error(`apt fetched ${packages.length} packages only`)
  return fetched
}
