import { createHash, type Hash } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { dirname, join, normalize } from 'node:path'
import { Readable } from 'node:stream'
import { createZstdDecompress } from 'node:zlib'
import type { ArchiveLocation } from './appended.ts'
import { manifestPath, type PayloadManifest, parseManifest } from './manifest.ts'
import { readTar, type TarEntry } from './tar.ts'

const readBytes = 256 * 1024

/** How much goes by between two collections: what a stream leaves behind is outside of the heap that triggers them. */
const collectBytes = 4 * 1024 * 1024

async function* archivePieces({ path, offsetBytes, sizeBytes }: ArchiveLocation): AsyncGenerator<Uint8Array> {
  const handle = await open(path, constants.O_RDONLY)
  try {
    for (let at = 0; at < sizeBytes; ) {
      const buffer = Buffer.allocUnsafe(Math.min(readBytes, sizeBytes - at))
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, offsetBytes + at)
      if (bytesRead === 0) throw new Error(`${path} ends early`)
      at += bytesRead
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    await handle.close()
  }
}

/** What is compared with the manifest. */
export interface FileFacts {
  sha256: string
  sizeBytes: number
  mode: number
}

/**
 * Unpacks the archive into `directory` (which must exist) as a stream, and says by path what it wrote. Rejects with the
 * file system's error (ENOSPC) or with an error that says how the archive is damaged. Nothing is synced to disk: every
 * start verifies all files, so that what a power cut spoils is unpacked again.
 */
export async function unpackArchive(archive: ArchiveLocation, directory: string): Promise<Map<string, FileFacts>> {
  const written = new Map<string, FileFacts>()
  let file: { handle: FileHandle; entry: TarEntry; hash: Hash } | undefined
  const finish = async () => {
    if (!file) return
    const { path, sizeBytes, mode } = file.entry
    written.set(path, { sha256: file.hash.digest('hex'), sizeBytes, mode })
    await file.handle.close()
    file = undefined
  }
  let uncollectedBytes = 0
  try {
    const source = Readable.from(archivePieces(archive), { objectMode: false, highWaterMark: readBytes })
    const decoder = source.pipe(createZstdDecompress({ chunkSize: readBytes }))
    source.on('error', (error) => decoder.destroy(error))
    for await (const piece of readTar(decoder)) {
      if (piece.kind === 'data') {
        const writing = file!.handle.writeFile(piece.bytes)
        file!.hash.update(piece.bytes)
        await writing
        uncollectedBytes += piece.bytes.length
        if (uncollectedBytes >= collectBytes) {
          Bun.gc(true)
          uncollectedBytes = 0
        }
        continue
      }
      await finish()
      const path = piece.entry.path
      if (path !== normalize(path) || path.startsWith('/') || path.startsWith('..')) {
        throw new Error(`the archive names a file outside of it: ${path}`)
      }
      const target = join(directory, path)
      await mkdir(dirname(target), { recursive: true, mode: 0o700 })
      const handle = await open(target, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, piece.entry.mode)
      file = { handle, entry: piece.entry, hash: createHash('sha256') }
      await handle.chmod(piece.entry.mode)
    }
    await finish()
    return written
  } finally {
    await file?.handle.close()
  }
}

/** What became of an unpacked copy. */
export type Verdict =
  | { state: 'good'; manifest: PayloadManifest }
  | { state: 'absent' }
  | { state: 'damaged'; path: string; reason: string }

async function hashFile(path: string): Promise<FileFacts> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  try {
    const stat = await handle.stat()
    const hash = createHash('sha256')
    const buffer = Buffer.allocUnsafe(1024 * 1024)
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length)
      if (bytesRead === 0) break
      hash.update(buffer.subarray(0, bytesRead))
    }
    return { sha256: hash.digest('hex'), sizeBytes: stat.size, mode: stat.mode & 0o7777 }
  } finally {
    await handle.close()
  }
}

/**
 * Compares every byte of an unpacked copy with what the checksum stands for (about 60 ms for 95 MB).
 * @param written what was just unpacked, which is not read again
 */
export async function verifyCopy(
  directory: string,
  checksum: string,
  written?: ReadonlyMap<string, FileFacts>,
): Promise<Verdict> {
  const manifestFile = join(directory, manifestPath)
  if (!(await Bun.file(manifestFile).exists())) return { state: 'absent' }
  const text = await Bun.file(manifestFile).bytes()
  const manifest = parseManifest(Buffer.from(text).toString('utf8'))
  if (!manifest || createHash('sha256').update(text).digest('hex') !== checksum) {
    return { state: 'damaged', path: manifestPath, reason: 'is not the manifest of this build' }
  }
  for (const file of manifest.files) {
    const known = written?.get(file.path)
    const reason = await (known ? Promise.resolve(known) : hashFile(join(directory, file.path))).then(
      (found) => {
        if (found.sizeBytes !== file.sizeBytes) return `has ${found.sizeBytes} bytes instead of ${file.sizeBytes}`
        if (found.sha256 !== file.sha256) return 'has other content than it should'
        return found.mode === file.mode ? undefined : `has mode ${found.mode.toString(8)}`
      },
      (error: NodeJS.ErrnoException) => `cannot be read (${error.code})`,
    )
    if (reason) return { state: 'damaged', path: file.path, reason }
  }
  return { state: 'good', manifest }
}
