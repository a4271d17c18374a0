import { timestamp } from '../pod/container-status.ts'

/** One line of a CRI log file: `2026-01-02T03:04:05.678901234Z stdout F text`. */
export interface LogLine {
  /** As written, with nanoseconds. */
  time: string
  stream: 'stdout' | 'stderr'
  /** The runtime cuts long lines; all pieces but the last are partial. */
  partial: boolean
  text: Uint8Array
}

const space = 0x20

/** Undefined when it is no such line (a crash may leave half of one). `line` is without its newline. */
export function parseLogLine(line: Uint8Array): LogLine | undefined {
  const first = line.indexOf(space)
  const second = line.indexOf(space, first + 1)
  const third = line.indexOf(space, second + 1)
  if (first < 20 || second < 0 || third < 0) return undefined
  const word = (from: number, to: number) =>
    Buffer.from(line.buffer, line.byteOffset + from, to - from).toString('latin1')
  const stream = word(first + 1, second)
  if (stream !== 'stdout' && stream !== 'stderr') return undefined
  const tags = word(second + 1, third).split(':')
  return { time: word(0, first), stream, partial: tags[0] === 'P', text: line.subarray(third + 1) }
}

export interface LineFormat {
  timestamps: boolean
  /** Lines before this are left out; a time as CRI logs write it. */
  since?: string
  stdout?: boolean
  stderr?: boolean
}

/** Turns lines of a CRI log into what people see. Keeps whether the last piece was partial, so one a log. */
export class LineFormatter {
  readonly #format: LineFormat
  #continues = false

  constructor(format: LineFormat) {
    this.#format = format
  }

  format(raw: Uint8Array): Uint8Array | undefined {
    const line = parseLogLine(raw)
    if (!line) return undefined
    const { timestamps, since } = this.#format
    if (since !== undefined && line.time < since) return undefined
    const parts: Uint8Array[] = []
    if (timestamps && !this.#continues) parts.push(Buffer.from(`${line.time} `))
    parts.push(line.text)
    if (!line.partial) parts.push(Buffer.from('\n'))
    this.#continues = line.partial
    return Buffer.concat(parts)
  }
}

/** RFC 3339 with second precision, which sorts before any CRI time of that second or later. */
export function sinceText(
  nowMs: number,
  sinceSeconds: number | undefined,
  sinceTime: string | undefined,
): string | undefined {
  const ms =
    sinceTime !== undefined ? Date.parse(sinceTime) : sinceSeconds !== undefined ? nowMs - sinceSeconds * 1000 : NaN
  return Number.isNaN(ms) ? undefined : timestamp(ms).replace('Z', '')
}
