/** kubectl from Debian's packages. As a program: prints a folder that holds trixie's, for machines that have none. */

import { chmodSync, cpSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cacheDirectory, fetchDebianPackages, type PackageWish } from '../debian/fetch.ts'
import { debianNames, type Target } from '../payload/packages.ts'

const wishes = {
  trixie: { name: 'kubectl', suite: 'trixie', upstream: '1.32.3' },
  /** The version that this build claims; sid moves on, so that any will do. */
  sid: { name: 'kubectl', suite: 'sid' },
} satisfies Record<string, PackageWish>

/** A folder with this suite's kubectl. Throws when Debian's packages cannot be had. */
export function kubectlFolder(suite: keyof typeof wishes): string {
  const { architecture } = debianNames[`linux-${process.arch}` as Target]
  const name = suite === 'trixie' ? 'kubectl' : `kubectl-${suite}`
  const [kubectl] = fetchDebianPackages({
    cache: `${name}-package`,
    architecture,
    wishes: [wishes[suite]],
    allowExpired: suite === 'sid',
  })
  const folder = cacheDirectory(name)
  const unpacked = mkdtempSync(join(tmpdir(), 'skein-kubectl-'))
  try {
    const result = Bun.spawnSync(['dpkg-deb', '--extract', kubectl!.file, unpacked], { stderr: 'inherit' })
    if (result.exitCode !== 0) throw new Error(`cannot unpack ${kubectl!.file}`)
    mkdirSync(folder, { recursive: true })
    const fresh = join(folder, `.kubectl-${process.pid}`)
    cpSync(join(unpacked, 'usr/bin/kubectl'), fresh)
    chmodSync(fresh, 0o755)
    renameSync(fresh, join(folder, 'kubectl'))
  } finally {
    rmSync(unpacked, { recursive: true, force: true })
  }
  return folder
}

if (import.meta.main) console.log(kubectlFolder('trixie'))
