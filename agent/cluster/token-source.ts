import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** A token that was packed into a copy of the executable follows all else: the text, its length (2 bytes), a mark. */
const mark = Buffer.from('SKEINTK1')
const tailBytes = mark.byteLength + 2

export interface TokenSources {
  /** Of `--join`. */
  flag?: string
  env: Record<string, string | undefined>
  /** Where `skein install` leaves one. */
  installed: string
  executable: string
}

export interface FoundToken {
  text: string
  /** For people, such as `--join` or `the executable`. */
  from: string
}

/** The join token that this node was given, and where: the first of flag, environment, installation, file beside the executable, executable. */
export function findToken({ flag, env, installed, executable }: TokenSources): FoundToken | undefined {
  if (flag !== undefined) return { text: flag, from: '--join' }
  if (env.SKEIN_TOKEN) return { text: env.SKEIN_TOKEN, from: 'SKEIN_TOKEN' }
  if (existsSync(installed)) return { text: readFileSync(installed, 'utf8').trim(), from: 'skein install' }
  const file = join(dirname(executable), 'skein.token')
  if (existsSync(file)) return { text: readFileSync(file, 'utf8').trim(), from: file }
  const packed = packedToken(executable)
  return packed === undefined ? undefined : { text: packed.text, from: 'the executable' }
}

/** What is appended to a copy of the executable. */
export function tokenTail(text: string): Uint8Array {
  const bytes = Buffer.from(text)
  const length = Buffer.alloc(2)
  length.writeUInt16LE(bytes.byteLength)
  return Buffer.concat([bytes, length, mark])
}

/** The token at the end of an executable, and how many bytes it takes there; undefined when there is none. */
export function packedToken(executable: string): { text: string; sizeBytes: number } | undefined {
  const fd = openSync(executable, 'r')
  try {
    const endBytes = fstatSync(fd).size
    const tail = Buffer.alloc(tailBytes)
    readSync(fd, tail, 0, tailBytes, Math.max(0, endBytes - tailBytes))
    if (!tail.subarray(2).equals(mark)) return undefined
    const text = Buffer.alloc(tail.readUInt16LE(0))
    const sizeBytes = text.byteLength + tailBytes
    readSync(fd, text, 0, text.byteLength, endBytes - sizeBytes)
    return { text: text.toString(), sizeBytes }
  } finally {
    closeSync(fd)
  }
}
