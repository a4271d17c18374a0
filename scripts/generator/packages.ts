/**
 * Fetches Debian's Go packages of the Kubernetes API types and unpacks them, without touching the system's own
 * package lists. They are kept in the user's cache directory, so a second run needs no network.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Package and the upstream version wanted (the Debian revision may differ). */
const packages: Record<string, string> = {
  'golang-k8s-api-dev': '0.36.4',
  'golang-k8s-apimachinery-dev': '0.36.4',
  'golang-k8s-apiextensions-apiserver-dev': '0.36.4',
}
const suite = 'sid'
const sourceRoot = 'usr/share/gocode/src'

/** The folder that holds `k8s.io/api/core/v1/types.go` and so on. Throws with the reason when they cannot be had. */
export function fetchSources(): string {
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'skein', 'kubernetes-api')
  const unpacked = join(cache, Object.values(packages)[0]!)
  const stamp = join(unpacked, '.complete')
  if (existsSync(stamp)) return join(unpacked, sourceRoot)
  const archives = join(cache, 'archives')
  for (const folder of [archives, join(cache, 'lists', 'partial'), unpacked]) mkdirSync(folder, { recursive: true })
  if (missing(archives).length > 0) download(cache, archives)
  for (const [name, version] of Object.entries(packages)) {
    run(['dpkg', '-x', join(archives, archiveOf(archives, name, version)!), unpacked])
  }
  writeFileSync(stamp, '')
  return join(unpacked, sourceRoot)
}

function archiveOf(folder: string, name: string, version: string): string | undefined {
  return readdirSync(folder).find((file) => file.startsWith(`${name}_${version}-`) && file.endsWith('.deb'))
}

function missing(folder: string): string[] {
  return Object.entries(packages)
    .filter(([name, version]) => archiveOf(folder, name, version) === undefined)
    .map(([name]) => name)
}

function download(cache: string, archives: string): void {
  const list = join(cache, 'sources.list')
  writeFileSync(list, `deb ${debianMirror()} ${suite} main\n`)
  const apt = [
    'apt-get',
    ...[
      '-o',
      `Dir::Etc::sourcelist=${list}`,
      '-o',
      'Dir::Etc::sourceparts=-',
      '-o',
      `Dir::State::lists=${cache}/lists`,
    ],
    ...['-o', `Dir::Cache=${cache}`, '-o', 'APT::Sandbox::User=root'],
  ]
  run([...apt, 'update'])
  run([...apt, 'download', ...missing(archives)], archives)
  const absent = missing(archives)
  if (absent.length > 0) {
    throw new Error(
      `${suite} has no longer the wanted version of ${absent.join(', ')}: put the .deb files into ${archives}`,
    )
  }
}

/** SKEIN_DEBIAN_MIRROR, or the first Debian archive this machine's own apt uses. */
function debianMirror(): string {
  const given = process.env.SKEIN_DEBIAN_MIRROR
  if (given) return given
  const parts = '/etc/apt/sources.list.d'
  const files = ['/etc/apt/sources.list', ...(existsSync(parts) ? readdirSync(parts).map((f) => join(parts, f)) : [])]
  for (const file of files.filter((f) => existsSync(f))) {
    const match = /^(?:URIs:|deb(?: \[[^\]]*\])?)\s+(https?:\/\/\S+\/debian\/?)(?:\s|$)/m.exec(
      readFileSync(file, 'utf8'),
    )
    if (match) return match[1]!
  }
  throw new Error('no Debian archive among the apt sources: set SKEIN_DEBIAN_MIRROR to the address of one')
}

function run(command: string[], cwd?: string): void {
  const { exitCode, stderr } = Bun.spawnSync(command, { cwd, stdout: 'ignore', stderr: 'pipe' })
  if (exitCode !== 0) throw new Error(`${command[0]} ${command.at(-1)} failed: ${stderr.toString().trim()}`)
}
