import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { ArchiveLocation } from './appended.ts'

/** The packed runtime that this program carries. */
export interface EmbeddedPayload {
  /** Where the archive (tar, zstd) lies. Throws when it is not where it should be. */
  locate(): ArchiveLocation
  /** SHA-256 of the manifest, which names the hash of every file. */
  checksum: string
  /** Space that the unpacked files take. */
  unpackedBytes: number
}

/**
 * Run from source: what `scripts/build` (or `bun scripts/payload/main.ts`) last left in dist/. In a compiled executable
 * this module is replaced at build time by one that finds the archive at the executable's end
 * (scripts/executable/embed.ts). Undefined when there is none (SKEIN_PAYLOAD=none, or never built).
 */
export function embeddedPayload(): EmbeddedPayload | undefined {
  const base = join(import.meta.dir, '../../dist', `payload-linux-${process.arch}`)
  if (!existsSync(`${base}.json`)) return undefined
  const { checksum, unpackedBytes } = JSON.parse(readFileSync(`${base}.json`, 'utf8')) as EmbeddedPayload
  const path = `${base}.tar.zst`
  return { locate: () => ({ path, offsetBytes: 0, sizeBytes: statSync(path).size }), checksum, unpackedBytes }
}
