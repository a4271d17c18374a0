/** Packs the runtime payload from Debian packages: `dist/payload-TARGET.tar.zst` and `.json` beside it. */

import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { manifestPath, type PayloadManifest } from '../../agent/payload/manifest.ts'
import { writeTar } from '../../agent/payload/tar.ts'
import { type FetchedPackage, fetchDebianPackages, sha256 } from '../debian/fetch.ts'
import { debianNames, packagePins, type Target } from './packages.ts'

interface PackedFile {
  path: string
  mode: number
  content: Uint8Array
}

function extract(fetched: FetchedPackage, triplet: string): PackedFile[] {
  const folder = mkdtempSync(join(tmpdir(), 'skein-deb-'))
  try {
    const result = Bun.spawnSync(['dpkg-deb', '--extract', fetched.file, folder], { stderr: 'pipe' })
    if (result.exitCode !== 0) throw new Error(`cannot unpack ${fetched.file}: ${result.stderr.toString().trim()}`)
    const pin = packagePins.find(({ name }) => name === fetched.name)!
    const files = Object.entries(pin.files).map(([path, source]) => ({
      path,
      mode: /^(bin|cni)\//.test(path) ? 0o755 : 0o644,
      content: readFileSync(join(folder, source.replace('{triplet}', triplet))),
    }))
    const licence = readFileSync(join(folder, 'usr/share/doc', fetched.name, 'copyright'))
    return [...files, { path: `licences/${fetched.name}`, mode: 0o644, content: licence }]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The payload's packages for a target, from the cache or Debian; `update` asks for Debian's newest revisions. */
export function fetchPackages(target: Target, update: boolean): FetchedPackage[] {
  const { architecture } = debianNames[target]
  const wishes = packagePins.map(({ name, suite, upstream }) => ({ name, suite, upstream }))
  return fetchDebianPackages({ cache: 'payload', architecture, wishes, update })
}

export interface PackedPayload {
  archive: Uint8Array
  /** SHA-256 of the manifest, and so of all content. */
  checksum: string
  /** What it takes on disk when unpacked. */
  unpackedBytes: number
  manifest: PayloadManifest
}

/** Equal packages give an equal checksum: order, times and owners are fixed. */
export function packPayload(target: Target, packages: FetchedPackage[], level: number): PackedPayload {
  const { triplet } = debianNames[target]
  const files = packages.flatMap((fetched) => extract(fetched, triplet))
  files.sort((a, b) => (a.path < b.path ? -1 : 1))
  const manifest: PayloadManifest = {
    format: 1,
    target,
    packages: packages.map(({ name, version, architecture, sha256 }) => ({ name, version, architecture, sha256 })),
    files: files.map(({ path, mode, content }) => ({ path, sizeBytes: content.length, mode, sha256: sha256(content) })),
  }
  manifest.packages.sort((a, b) => (a.name < b.name ? -1 : 1))
  const manifestBytes = Buffer.from(`${JSON.stringify(manifest, undefined, 2)}\n`)
  const tar = writeTar([{ path: manifestPath, mode: 0o644, content: manifestBytes }, ...files])
  return {
    archive: Bun.zstdCompressSync(tar, { level }),
    checksum: sha256(manifestBytes),
    unpackedBytes: tar.length,
    manifest,
  }
}

/** What `dist/payload-TARGET.json` holds: what a program must know before it opens the archive. */
export interface PayloadFacts {
  checksum: string
  unpackedBytes: number
  archiveSha256: string
}

/** Level 19 keeps the decoder's window at 8 MiB; higher levels need up to 128 MiB to unpack. */
const distributionLevel = 19

export function archivePath(target: Target, dist: string): string {
  return join(dist, `payload-${target}.tar.zst`)
}

/** Writes the two files into `dist`; compressing is skipped when they already hold this payload. */
export function distributePayload(target: Target, packages: FetchedPackage[], dist: string): PayloadFacts {
  const archiveFile = archivePath(target, dist)
  const factsFile = join(dist, `payload-${target}.json`)
  const quick = packPayload(target, packages, 1)
  const existing = readFacts(factsFile, archiveFile)
  if (existing?.checksum === quick.checksum) return existing
  mkdirSync(dist, { recursive: true })
  const packed = packPayload(target, packages, distributionLevel)
  const facts = {
    checksum: packed.checksum,
    unpackedBytes: packed.unpackedBytes,
    archiveSha256: sha256(packed.archive),
  }
  rmSync(factsFile, { force: true })
  writeFileSync(`${archiveFile}.new`, packed.archive)
  renameSync(`${archiveFile}.new`, archiveFile)
  writeFileSync(factsFile, JSON.stringify(facts))
  return facts
}

function readFacts(factsFile: string, archiveFile: string): PayloadFacts | undefined {
  try {
    const facts = JSON.parse(readFileSync(factsFile, 'utf8')) as PayloadFacts
    return sha256(readFileSync(archiveFile)) === facts.archiveSha256 ? facts : undefined
  } catch {
    return undefined
  }
}
