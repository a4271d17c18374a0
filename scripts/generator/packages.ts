/** Fetches Debian's Go packages of the Kubernetes API types and unpacks them in the user's cache directory. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cacheDirectory, fetchDebianPackages } from '../debian/fetch.ts'

/** The upstream version of all of them; the Debian revision may differ. */
const version = '0.36.4'
const names = [
  'golang-k8s-api-dev',
  'golang-k8s-apimachinery-dev',
  'golang-k8s-apiextensions-apiserver-dev',
  // Only for a test: its merge schema is upstream's own reading of the annotations.
  'golang-k8s-client-go-dev',
]
const sourceRoot = 'usr/share/gocode/src'

/** The folder that holds `k8s.io/api/core/v1/types.go` and so on. Throws with the reason when they cannot be had. */
export function fetchSources(): string {
  const unpacked = join(cacheDirectory('kubernetes-api'), version)
  const stamp = join(unpacked, '.complete')
  const wanted = names.join()
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return join(unpacked, sourceRoot)
  const wishes = names.map((name) => ({ name, suite: 'sid', upstream: version }))
  // Go sources are the same for every architecture.
  const packages = fetchDebianPackages({
    cache: 'kubernetes-api-packages',
    architecture: 'amd64',
    wishes,
    allowExpired: true,
  })
  rmSync(unpacked, { recursive: true, force: true })
  mkdirSync(unpacked, { recursive: true })
  for (const { file } of packages) {
    const { exitCode, stderr } = Bun.spawnSync(['dpkg-deb', '--extract', file, unpacked], { stderr: 'pipe' })
    if (exitCode !== 0) throw new Error(`cannot unpack ${file}: ${stderr.toString().trim()}`)
  }
  writeFileSync(stamp, wanted)
  return join(unpacked, sourceRoot)
}
