import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The packed runtime that this program carries. */
export interface EmbeddedPayload {
  /** The archive (tar, zstd); inside a compiled executable a path that only Bun.file() can open. */
  archivePath: string
  /** SHA-256 of the manifest, which names the hash of every file. */
  checksum: string
  /** Space that the unpacked files take. */
  unpackedBytes: number
}

/**
 * Run from source: what `scripts/build` (or `bun scripts/payload/main.ts`) last left in dist/. In a compiled executable this module is replaced at build
 * time by one that names the embedded archive (scripts/executable/embed.ts).
 * Undefined when there is none (SKEIN_PAYLOAD=none, or never built).
 */
export function embeddedPayload(): EmbeddedPayload | undefined {
  const base = join(import.meta.dir, '../../dist', `payload-linux-${process.arch}`)
  if (!existsSync(`${base}.json`)) return undefined
  const { checksum, unpackedBytes } = JSON.parse(readFileSync(`${base}.json`, 'utf8')) as EmbeddedPayload
  return { archivePath: `${base}.tar.zst`, checksum, unpackedBytes }
}
