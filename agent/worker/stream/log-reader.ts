import { type FileHandle, open, stat } from 'node:fs/promises'
import { type LineFormat, LineFormatter } from './log-line.ts'
import { rotatedFiles } from './rotated-files.ts'

export interface LogReading extends LineFormat {
  file: string
  follow: boolean
  tailLines?: number
  limitBytes?: number
  /** Whether more may be written: asked at the end of the file when following. */
  isRunning(): Promise<boolean>
}

const chunkBytes = 64 << 10
const pollMs = 100
const newline = 0x0a

/** A log file as a stream. Reads only as fast as it is consumed; ends by itself unless it follows a running container. */
export function readLog(reading: LogReading): ReadableStream<Uint8Array> {
  const cancelled = new AbortController()
  const lines = readLines(reading, cancelled.signal)
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await lines.next()
        if (done) controller.close()
        else controller.enqueue(value)
      },
      async cancel() {
        // A generator that waits for more does not return before it has some.
        cancelled.abort()
        await lines.return(undefined)
      },
    },
    { highWaterMark: 1 },
  )
}

async function* readLines(reading: LogReading, cancelled: AbortSignal): AsyncGenerator<Uint8Array> {
  const formatter = new LineFormatter(reading)
  let left = reading.limitBytes ?? Number.POSITIVE_INFINITY
  for await (const batch of readBatches(reading, cancelled)) {
    const parts: Uint8Array[] = []
    let start = 0
    for (let end = batch.indexOf(newline); end >= 0; end = batch.indexOf(newline, start)) {
      const part = formatter.format(batch.subarray(start, end))
      if (part) parts.push(part)
      start = end + 1
    }
    if (parts.length === 0) continue
    const bytes = Buffer.concat(parts)
    yield bytes.subarray(0, left)
    left -= bytes.length
    if (left <= 0) return
  }
}

/** Whole lines, several at a time. Follows the file over rotations, also several of them. */
async function* readBatches(reading: LogReading, cancelled: AbortSignal): AsyncGenerator<Buffer> {
  let handle = await open(reading.file, 'r')
  // Seen to be rotated at the last read: what the runtime wrote while it changed files is still to be read.
  let isRotated = false
  try {
    let position = await startOf(handle, reading.tailLines)
    let rest: Buffer = Buffer.alloc(0)
    while (!cancelled.aborted) {
      const running = !reading.follow || (await reading.isRunning())
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(chunkBytes), 0, chunkBytes, position)
      if (bytesRead > 0) {
        position += bytesRead
        const bytes =
          rest.length === 0 ? buffer.subarray(0, bytesRead) : Buffer.concat([rest, buffer.subarray(0, bytesRead)])
        const end = bytes.lastIndexOf(newline) + 1
        rest = bytes.subarray(end)
        if (end > 0) yield bytes.subarray(0, end)
        continue
      }
      if (!reading.follow) return
      if (isRotated) {
        const next = await openNext(handle, reading.file)
        await handle.close()
        handle = next
        position = 0
        isRotated = false
        continue
      }
      isRotated = await isReplaced(handle, reading.file)
      // It had ended before this read found nothing new.
      if (!running && !isRotated) return
      await Bun.sleep(pollMs)
    }
  } finally {
    await handle.close()
  }
}

/** Whether another file has taken the place of the opened one. */
async function isReplaced(handle: FileHandle, file: string): Promise<boolean> {
  const [own, present] = await Promise.all([handle.stat(), stat(file).catch(() => undefined)])
  return present !== undefined && present.ino !== own.ino
}

/** The file that was begun after the opened one: a slow reader may be several behind. When that is gone, the oldest. */
async function openNext(handle: FileHandle, file: string): Promise<FileHandle> {
  const { ino } = await handle.stat()
  for (;;) {
    const files = [...(await rotatedFiles(file)), file]
    const inodes = await Promise.all(files.map(async (name) => (await stat(name).catch(() => undefined))?.ino))
    try {
      return await open(files[inodes.indexOf(ino) + 1] ?? file, 'r')
    } catch (error) {
      // Removed, or renamed once more, since it was listed.
      if ((error as { code?: string }).code !== 'ENOENT') throw error
      await Bun.sleep(pollMs)
    }
  }
}

/** Where the last `lines` lines begin. */
async function startOf(handle: FileHandle, lines: number | undefined): Promise<number> {
  if (lines === undefined) return 0
  const { size } = await handle.stat()
  if (lines === 0) return size
  const block = Buffer.alloc(chunkBytes)
  let found = 0
  for (let end = size; end > 0; ) {
    const from = Math.max(0, end - chunkBytes)
    const { bytesRead } = await handle.read(block, 0, end - from, from)
    for (let i = bytesRead - 1; i >= 0; i--) {
      // The newline at the very end closes the last line and begins none.
      if (block[i] !== newline || from + i === size - 1) continue
      if (++found === lines) return from + i + 1
    }
    end = from
  }
  return 0
}
