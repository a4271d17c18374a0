/** Prints a folder that holds kubectl, from Debian's package; for machines that have none. */

import { chmodSync, cpSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cacheDirectory, fetchDebianPackages } from '../debian/fetch.ts'
import { debianNames, type Target } from '../payload/packages.ts'

const { architecture } = debianNames[`linux-${process.arch}` as Target]
const [kubectl] = fetchDebianPackages({
  cache: 'kubectl-package',
  architecture,
  wishes: [{ name: 'kubectl', suite: 'trixie', upstream: '1.32.3' }],
})
const folder = cacheDirectory('kubectl')
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
console.log(folder)
