import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Logger } from '../../mesh/logger/logger.ts'
import { silentLogger } from '../../mesh/logger/logger.ts'
import { findAppended, writeTrailer } from './appended.ts'
import type { EmbeddedPayload } from './embedded.ts'
import type { PayloadManifest } from './manifest.ts'
import { openPayload, PayloadError } from './payload.ts'
import { writeTar } from './tar.ts'

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const isRoot = process.geteuid!() === 0

let scratch: string
let directory: string

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'skein-payload-test-'))
  directory = join(scratch, 'payload')
})

afterEach(() => rmSync(scratch, { recursive: true, force: true }))

/** A program with a payload at its end. */
const archiveFile = (word: string) => join(scratch, `${word}.program`)

/** A payload of two files; another `word` makes another build. */
function makeSource(word: string): EmbeddedPayload {
  const files = [
    { path: 'bin/tool', mode: 0o755, content: Buffer.from(`#!/bin/sh\necho ${word}\n`) },
    { path: 'lib/data', mode: 0o644, content: Buffer.alloc(3_000_000, word) },
  ]
  const manifest: PayloadManifest = {
    format: 1,
    target: 'linux-x64',
    packages: [],
    files: files.map(({ path, mode, content }) => ({ path, mode, sizeBytes: content.length, sha256: sha256(content) })),
  }
  const text = Buffer.from(JSON.stringify(manifest))
  const archive = writeTar([{ path: 'manifest.json', mode: 0o644, content: text }, ...files])
  const packed = Bun.zstdCompressSync(archive)
  writeFileSync(archiveFile(word), Buffer.concat([Buffer.from('some program'), packed, writeTrailer(packed.length)]))
  return { locate: () => findAppended(archiveFile(word)), checksum: sha256(text), unpackedBytes: archive.length }
}

const open = (source: EmbeddedPayload | undefined, log: Logger = silentLogger) =>
  openPayload({ directory, log, source })

/** Rejects with what? The error itself. */
async function failure(action: Promise<unknown>): Promise<Error> {
  const outcome = await action.then(
    () => undefined,
    (error: Error) => error,
  )
  if (!outcome) throw new Error('it did not fail')
  return outcome
}

function capture(): { log: Logger; lines: string[] } {
  const lines: string[] = []
  const write = (level: string) => (message: string, fields?: object) =>
    void lines.push(`${level} ${message} ${JSON.stringify(fields)}`)
  const log: Logger = {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child: () => log,
  }
  return { log, lines }
}

describe('unpacking', () => {
  test('makes a private copy whose programs run', async () => {
    const payload = await open(makeSource('one'))
    expect(payload.action).toBe('unpacked')
    expect(Bun.spawnSync([payload.path('bin/tool')]).stdout.toString()).toBe('one\n')
    expect(statSync(directory).mode & 0o777).toBe(0o700)
    expect(payload.path('lib')).toBe(join(directory, 'current/lib'))
    expect(() => payload.path('bin/other')).toThrow('no bin/other')
  })

  test('happens once, and again only for another checksum', async () => {
    await open(makeSource('one'))
    const before = statSync(join(directory, 'current/lib/data'))
    expect((await open(makeSource('one'))).action).toBe('none')
    expect(statSync(join(directory, 'current/lib/data')).ino).toBe(before.ino)
    const payload = await open(makeSource('two'))
    expect(payload.action).toBe('unpacked')
    expect(Bun.spawnSync([payload.path('bin/tool')]).stdout.toString()).toBe('two\n')
    // The older copy is gone, and nothing else is left.
    expect(readdirSync(directory)).toHaveLength(2)
  })

  test('removes what a crashed process left half done, and leaves that of a living one', async () => {
    mkdirSync(join(directory, '.unpack-4194304'), { recursive: true, mode: 0o700 })
    chmodSync(directory, 0o700)
    mkdirSync(join(directory, `.unpack-${process.ppid}`))
    await open(makeSource('one'))
    expect(existsSync(join(directory, '.unpack-4194304'))).toBe(false)
    expect(existsSync(join(directory, `.unpack-${process.ppid}`))).toBe(true)
  })

  test('several processes may do so at once', async () => {
    makeSource('one')
    const script = `import { openPayload } from ${JSON.stringify(join(import.meta.dir, 'payload.ts'))}
      import { findAppended } from ${JSON.stringify(join(import.meta.dir, 'appended.ts'))}
      import { silentLogger } from ${JSON.stringify(join(import.meta.dir, '../../mesh/logger/logger.ts'))}
      const { locate, ...facts } = ${JSON.stringify(makeSource('one'))}
      const source = { ...facts, locate: () => findAppended(${JSON.stringify(archiveFile('one'))}) }
      await openPayload({ directory: ${JSON.stringify(directory)}, log: silentLogger, source })`
    const children = Array.from({ length: 4 }, () => Bun.spawn([process.execPath, '-e', script], { stderr: 'pipe' }))
    for (const child of children) {
      const [status, text] = await Promise.all([child.exited, new Response(child.stderr).text()])
      expect({ status, text }).toEqual({ status: 0, text: '' })
    }
    expect((await open(makeSource('one'))).action).toBe('none')
    expect(readdirSync(directory)).toHaveLength(2)
  }, 30_000)

  test('a build without payload says so', async () => {
    const error = await failure(open(undefined))
    expect(error).toBeInstanceOf(PayloadError)
    expect(error.message).toContain('--container-runtime-endpoint')
  })
})

describe('damage', () => {
  const flips: [string, (copy: string) => void][] = [
    ['a flipped byte', (copy) => flip(join(copy, 'lib/data'))],
    ['a cut file', (copy) => writeFileSync(join(copy, 'bin/tool'), '#!')],
    ['a missing file', (copy) => rmSync(join(copy, 'bin/tool'))],
    ['a changed mode', (copy) => chmodSync(join(copy, 'bin/tool'), 0o644)],
    ['a changed manifest', (copy) => flip(join(copy, 'manifest.json'))],
    ['a manifest that is gone', (copy) => rmSync(join(copy, 'manifest.json'))],
  ]

  function flip(file: string): void {
    const { mode, atime, mtime } = statSync(file)
    const bytes = readFileSync(file)
    bytes[bytes.length >> 1]! ^= 1
    writeFileSync(file, bytes, { mode })
    utimesSync(file, atime, mtime)
  }

  for (const [name, damage] of flips) {
    test(`${name} is noticed and replaced`, async () => {
      const source = makeSource('one')
      await open(source)
      damage(realpathSync(join(directory, 'current')))
      const payload = await open(source)
      expect(payload.action).not.toBe('none')
      expect(Bun.spawnSync([payload.path('bin/tool')]).stdout.toString()).toBe('one\n')
      expect((await open(source)).action).toBe('none')
      expect(readdirSync(directory)).toHaveLength(2)
    })
  }

  test('the log names the damaged file', async () => {
    const source = makeSource('one')
    await open(source)
    flip(join(directory, 'current/lib/data'))
    const { log, lines } = capture()
    await open(source, log)
    expect(lines[0]).toContain('warn')
    expect(lines[0]).toContain('lib/data')
  })

  test('a damaged archive is refused and leaves the last good copy', async () => {
    await open(makeSource('one'))
    const source = makeSource('two')
    const bytes = readFileSync(archiveFile('two'))
    bytes[bytes.length >> 1]! ^= 1
    writeFileSync(archiveFile('two'), bytes)
    await failure(open(source))
    expect(Bun.spawnSync([join(directory, 'current/bin/tool')]).stdout.toString()).toBe('one\n')
    expect(readdirSync(directory)).toHaveLength(2)
  })
})

test('an executable that was cut off is refused', async () => {
  const source = makeSource('one')
  writeFileSync(archiveFile('one'), readFileSync(archiveFile('one')).subarray(0, 100))
  expect((await failure(open(source))).message).toContain('copy it here again')
})

describe('a full disk', () => {
  const run = (...command: string[]) => {
    const { exitCode, stderr } = Bun.spawnSync(command, { stderr: 'pipe' })
    if (exitCode !== 0) throw new Error(`${command.join(' ')}: ${stderr}`)
  }

  /** Opens on a file system of 6 MB that has the build `one` (3 MB) unpacked on it. */
  async function openOnSmallDisk(source: EmbeddedPayload): Promise<Error> {
    const disk = join(scratch, 'disk')
    mkdirSync(disk)
    run('mount', '-t', 'tmpfs', '-o', 'size=6m,mode=0700', 'tmpfs', disk)
    try {
      directory = join(disk, 'payload')
      await open(makeSource('one'))
      writeFileSync(join(disk, 'ballast'), Buffer.alloc(1_000_000))
      const error = await failure(open(source))
      expect(Bun.spawnSync([join(directory, 'current/bin/tool')]).stdout.toString()).toBe('one\n')
      expect(readdirSync(directory)).toHaveLength(2)
      expect((await open(makeSource('one'))).action).toBe('none')
      return error
    } finally {
      run('umount', disk)
    }
  }

  test.if(isRoot)('is noticed before unpacking, in one clear error', async () => {
    const error = await openOnSmallDisk(makeSource('two'))
    expect(error.message).toMatch(
      /^cannot unpack the container runtime to .*: the disk is full \(4 MB needed, 2 MB free\)/,
    )
  })

  test.if(isRoot)('is noticed while unpacking too, and leaves the last good copy', async () => {
    const error = await openOnSmallDisk({ ...makeSource('two'), unpackedBytes: 1 })
    expect(error).toBeInstanceOf(PayloadError)
    expect(error.message).toContain('the disk is full')
  })
})

describe('ownership', () => {
  test.if(isRoot)('a file of another user is refused, by name', async () => {
    const source = makeSource('one')
    await open(source)
    const foreign = join(realpathSync(join(directory, 'current')), 'bin/tool')
    chownSync(foreign, 12345, 12345)
    const error = await failure(open(source))
    expect(error.message).toBe(`${foreign} belongs to user 12345, not to user 0, and will not be used: remove it`)
    expect(lstatSync(foreign).uid).toBe(12345)
  })

  test('a directory that others may write is refused', async () => {
    mkdirSync(directory)
    chmodSync(directory, 0o777)
    expect((await failure(open(makeSource('one')))).message).toContain('may be written by other users')
  })

  test('a link in place of the directory is refused', async () => {
    mkdirSync(join(scratch, 'elsewhere'))
    symlinkSync(join(scratch, 'elsewhere'), directory)
    expect((await failure(open(makeSource('one')))).message).toContain('is no directory')
  })
})
