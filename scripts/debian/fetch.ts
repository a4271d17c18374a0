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
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg'

export interface PackageWish {
  name: string
  /** Debian's name of the release, e.g. `trixie`. */
  suite: string
  /** Upstream version (with Debian's epoch where there is one); any Debian revision of it fits. Undefined: any. */
  upstream?: string
}

export interface FetchedPackage {
  name: string
  /** With Debian's revision, e.g. `1.7.24~ds1-6+deb13u1`. */
  version: string
  /** Debian's, e.g. `amd64`; the one that was asked for, also for packages of architecture `all`. */
  architecture: string
  sha256: string
  /** The .deb on this machine. */
  file: string
}

export interface FetchOrder {
  /** Folder in the user's cache, so that a second run needs no network. One order per folder. */
  cache: string
  architecture: string
  wishes: readonly PackageWish[]
  /** Ask for Debian's newest revisions even if the cache holds all. */
  update?: boolean
  /** Take a release whose index is past its date too: for sources that are only read, from mirrors that stand still. */
  allowExpired?: boolean
}

/** Debian has none of the wanted version (any more). */
export class NotOfferedError extends Error {
  override readonly name = 'NotOfferedError'
}

/** What a fetch left in the cache; `wishes` tells whether it answers today's order. */
interface CacheRecord {
  wishes: string
  packages: FetchedPackage[]
}

export interface Mirrors {
  main: string
  /** Undefined when the machine names none. */
  security: string | undefined
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
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
  const sources = [...aptUris().matchAll(/'([^']+\/)dists\/[^']+\/InRelease'/g)]
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

/** Where downloads and what is made of them are kept between runs. */
export function cacheDirectory(name: string): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'skein', name)
}

function readCache(directory: string, wishes: string): FetchedPackage[] | undefined {
  const recordFile = join(directory, 'record.json')
  if (!existsSync(recordFile)) return undefined
  const record = JSON.parse(readFileSync(recordFile, 'utf8')) as CacheRecord
  if (record.wishes !== wishes) return undefined
  const packages = record.packages.map((fetched) => ({ ...fetched, file: join(directory, fetched.file) }))
  return packages.every(({ file, sha256: wanted }) => existsSync(file) && sha256(readFileSync(file)) === wanted)
    ? packages
    : undefined
}

function aptOptions(state: string, order: FetchOrder, sourceList: string): string[] {
  for (const folder of ['lists/partial', 'cache/archives/partial']) mkdirSync(join(state, folder), { recursive: true })
  const options = {
    'Dir::Etc::sourcelist': sourceList,
    'Dir::Etc::sourceparts': '-',
    'Dir::State::lists': join(state, 'lists'),
    'Dir::State::status': '/dev/null',
    'Dir::Cache': join(state, 'cache'),
    'APT::Sandbox::User': 'root',
    'APT::Architectures::': order.architecture,
    ...(order.allowExpired ? { 'Acquire::Check-Valid-Until': 'false' } : {}),
    'Acquire::Languages': 'none',
    'Acquire::IndexTargets::deb::DEP-11::DefaultEnabled': 'false',
    'Acquire::Retries': '3',
  }
  return Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`])
}

function downloadSuite(suite: string, order: FetchOrder, mirrors: Mirrors, folder: string): void {
  const state = mkdtempSync(join(tmpdir(), 'skein-apt-'))
  try {
    const sourceList = join(state, 'sources.list')
    const options = aptOptions(state, order, sourceList)
    const main = `deb [signed-by=${keyring}] ${mirrors.main} ${suite} main\n`
    const update = (list: string) => {
      writeFileSync(sourceList, list)
      run(['apt-get', ...options, '--error-on=any', 'update'])
    }
    if (!mirrors.security || suite === 'sid') update(main)
    else {
      try {
        update(`${main}deb [signed-by=${keyring}] ${mirrors.security} ${suite}-security main\n`)
      } catch (error) {
        console.error(`without ${suite}-security, which cannot be used: ${(error as Error).message}`)
        update(main)
      }
    }
    // apt takes the highest version that begins so; what follows the upstream version is Debian's own.
    const wanted = order.wishes
      .filter((wish) => wish.suite === suite)
      .map(({ name, upstream }) => `${name}:${order.architecture}${upstream ? `=${upstream}*` : ''}`)
    try {
      run(['apt-get', ...options, 'download', ...wanted], folder)
    } catch (error) {
      const { message } = error as Error
      throw /was not found|Unable to locate|no installation candidate/.test(message)
        ? new NotOfferedError(`Debian ${suite} at ${mirrors.main}: ${message}`)
        : error
    }
  } finally {
    rmSync(state, { recursive: true, force: true })
  }
}

/** Refuses what begins like the wanted version and is another one (1.1.50 for 1.1.5). */
export function checkVersions(
  wishes: readonly PackageWish[],
  packages: readonly { name: string; version: string }[],
): void {
  for (const { name, suite, upstream } of wishes) {
    const version = packages.find((fetched) => fetched.name === name)?.version
    const rest = version?.startsWith(upstream ?? '') ? version.slice(upstream?.length ?? version.length) : undefined
    if (rest === undefined || !/^([-+~]|$)/.test(rest)) {
      throw new NotOfferedError(`${name} ${upstream ?? ''} is wanted, Debian ${suite} offers ${version ?? 'none'}`)
    }
  }
}

/**
 * The packages of an order, in its sequence. The cache is used when it holds all of them; else apt fetches them and
 * verifies each by Debian's signatures. Throws with apt's own words when one cannot be had.
 */
export function fetchDebianPackages(order: FetchOrder): FetchedPackage[] {
  const { architecture, wishes } = order
  const directory = cacheDirectory(join(order.cache, architecture))
  const wishText = JSON.stringify(wishes)
  const cached = order.update ? undefined : readCache(directory, wishText)
  if (cached) return cached
  if (!existsSync(keyring)) throw new Error(`${keyring} is missing: apt-get install debian-archive-keyring`)
  const mirrors = findMirrors(process.env.SKEIN_DEBIAN_MIRROR, () => run(['apt-get', 'update', '--print-uris']))
  console.error(`fetching Debian packages (${order.cache}, ${architecture}) from ${mirrors.main}`)
  const fresh = `${directory}.new-${process.pid}`
  rmSync(fresh, { recursive: true, force: true })
  mkdirSync(fresh, { recursive: true, mode: 0o700 })
  for (const suite of new Set(wishes.map((wish) => wish.suite))) downloadSuite(suite, order, mirrors, fresh)
  const found = readdirSync(fresh).map((file) => {
    const fields = run(['dpkg-deb', '--show', '--showformat=$' + '{Package} $' + '{Version}', join(fresh, file)])
    const [name, version] = fields.split(' ') as [string, string]
    return { name, version, architecture, sha256: sha256(readFileSync(join(fresh, file))), file }
  })
  checkVersions(wishes, found)
  const packages = wishes.map((wish) => found.find(({ name }) => name === wish.name)!)
  const record: CacheRecord = { wishes: wishText, packages }
  writeFileSync(join(fresh, 'record.json'), JSON.stringify(record, undefined, 2))
  rmSync(directory, { recursive: true, force: true })
  renameSync(fresh, directory)
  return packages.map((fetched) => ({ ...fetched, file: join(directory, fetched.file) }))
}
