import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { cacheDirectory, fetchDebianPackages, type PackageWish } from '../../scripts/debian/fetch.ts'
import { debianNames, type Target } from '../../scripts/payload/packages.ts'

/** The path of one program out of a Debian package, e.g. `usr/bin/prometheus`; kept in the cache, not installed. */
export function debianProgram(wish: PackageWish, path: string): string {
  const { architecture } = debianNames[`linux-${process.arch}` as Target]
  const [fetched] = fetchDebianPackages({
    cache: `${wish.name}-package`,
    architecture,
    wishes: [wish],
    allowExpired: true,
  })
  const folder = join(cacheDirectory(wish.name), fetched!.version)
  const program = join(folder, basename(path))
  if (existsSync(program)) return program
  const unpacked = mkdtempSync(join(tmpdir(), 'skein-program-'))
  try {
    const { exitCode } = Bun.spawnSync(['dpkg-deb', '--extract', fetched!.file, unpacked], { stderr: 'inherit' })
    if (exitCode !== 0) throw new Error(`cannot unpack ${fetched!.file}`)
    mkdirSync(folder, { recursive: true })
    const fresh = join(folder, `.fresh-${process.pid}`)
    cpSync(join(unpacked, path), fresh)
    chmodSync(fresh, 0o755)
    renameSync(fresh, program)
  } finally {
    rmSync(unpacked, { recursive: true, force: true })
  }
  return program
}
