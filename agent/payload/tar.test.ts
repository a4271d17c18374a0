import { expect, test } from 'bun:test'
import { readTar, writeTar } from './tar.ts'

const files = [
  { path: 'empty', mode: 0o644, content: new Uint8Array() },
  { path: 'bin/small', mode: 0o755, content: Buffer.from('small') },
  { path: 'block', mode: 0o600, content: Buffer.alloc(512, 1) },
  { path: 'large', mode: 0o644, content: Buffer.alloc(100_001, 'skein') },
]

async function* cut(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function unpack(chunks: AsyncIterable<Uint8Array>) {
  const found: { path: string; mode: number; content: Buffer }[] = []
  for await (const piece of readTar(chunks)) {
    if (piece.kind === 'entry') found.push({ path: piece.entry.path, mode: piece.entry.mode, content: Buffer.alloc(0) })
    else found.at(-1)!.content = Buffer.concat([found.at(-1)!.content, piece.bytes])
  }
  return found.map((file) => ({ ...file, content: file.content.toString('hex') }))
}

const wanted = files.map((file) => ({ ...file, content: Buffer.from(file.content).toString('hex') }))

test.each([1, 7, 511, 512, 513, 4096, 1_000_000])('reads what was written, in chunks of %d bytes', async (size) => {
  expect(await unpack(cut(writeTar(files), size))).toEqual(wanted)
})

test('tar reads it too', async () => {
  const child = Bun.spawnSync(['tar', '-tvf', '-'], { stdin: writeTar(files) })
  expect(child.exitCode).toBe(0)
  expect(child.stdout.toString()).toContain('-rwxr-xr-x 0/0               5 1970-01-01')
})

test('is the same every time', () => {
  expect(Buffer.from(writeTar(files)).equals(Buffer.from(writeTar(files)))).toBe(true)
})

test('an archive that ends early, or is damaged, is refused', async () => {
  const archive = writeTar(files)
  await expect(unpack(cut(archive.subarray(0, archive.length - 1024), 4096))).rejects.toThrow('ends early')
  const damaged = Buffer.from(archive)
  damaged[3]! ^= 1
  await expect(unpack(cut(damaged, 4096))).rejects.toThrow('damaged header')
})
