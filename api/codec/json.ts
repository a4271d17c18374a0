/** JSON text to values: with a bound on nesting, and the paths of keys that stand twice in an object. */
import { pathText } from '../schema/conform.ts'

/** The bytes are not what their media type says; the message says why. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError'
}

/** Deeper values are refused: no kind needs more, and walking them takes stack. */
export const maxDepth = 1_000

export interface ParsedJson {
  value: unknown
  /** Number of `"key":` in the text, duplicates included. */
  keyCount: number
}

const quote = 0x22
const backslash = 0x5c

/** Throws DecodeError for what is no JSON or nested too deeply. */
export function parseJson(text: string): ParsedJson {
  const keyCount = scan(text)
  try {
    return { value: JSON.parse(text), keyCount }
  } catch (error) {
    const reason = (error as Error).message.replace(/^JSON Parse error: /, '')
    throw new DecodeError(`couldn't get version/kind; json parse error: ${reason}`)
  }
}

/** Counts the colons outside of strings, and checks the depth. */
function scan(text: string): number {
  let depth = 0
  let colons = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === quote) i = stringEnd(text, i)
    else if (code === 0x3a) colons++
    else if (code === 0x7b || code === 0x5b) {
      if (++depth > maxDepth) throw new DecodeError('exceeded max depth')
    } else if (code === 0x7d || code === 0x5d) depth--
  }
  return colons
}

/** Index of the quote that ends the string which begins at `start`. */
function stringEnd(text: string, start: number): number {
  let end = text.indexOf('"', start + 1)
  while (end !== -1) {
    let first = end
    while (text.charCodeAt(first - 1) === backslash) first--
    if ((end - first) % 2 === 0) return end
    end = text.indexOf('"', end + 1)
  }
  return text.length
}

/** As upstream's strict decoder. */
const maxDuplicates = 100

interface Frame {
  keys: Set<string> | undefined
  index: number
}

/**
 * Paths of keys that an object has more than once, e.g. `spec.replicas`; the text must be valid JSON. Slow: called
 * only when the count of keys says that there are some.
 */
export function duplicateFields(text: string): string[] {
  const found: string[] = []
  const path: (string | number)[] = []
  const frames: Frame[] = []
  let key: string | undefined
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!
    const frame = frames.at(-1)
    if (char === '{' || char === '[') {
      frames.push({ keys: char === '{' ? new Set() : undefined, index: 0 })
      path.push(char === '{' ? '' : 0)
    } else if (char === '}' || char === ']') {
      frames.pop()
      path.pop()
    } else if (char === ',' && frame && !frame.keys) {
      path[path.length - 1] = ++frame.index
    } else if (char === '"') {
      const end = stringEnd(text, i)
      key = frame?.keys ? text.slice(i, end + 1) : undefined
      i = end
    } else if (char === ':' && frame?.keys && key !== undefined) {
      const name = JSON.parse(key) as string
      path[path.length - 1] = name
      if (frame.keys.has(name) && found.length < maxDuplicates) found.push(pathText(path))
      frame.keys.add(name)
    }
  }
  return [...new Set(found)]
}
