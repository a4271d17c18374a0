import type { ByteStream } from './pod-streams.ts'

/** An HTTP/1.1 request as it goes over the wire; `headers` without those of the connection itself. */
export interface OutgoingRequest {
  method: string
  /** Path and query. */
  target: string
  headers: Headers
  body?: ReadableStream<Uint8Array> | null
}

export interface IncomingResponse {
  status: number
  headers: Headers
  /** Undefined: this response has none. Cancelling it ends the connection. */
  body: ReadableStream<Uint8Array> | undefined
  /** What the server said of its length. */
  sizeBytes: number | undefined
}

/** What came back is not HTTP/1.1. */
export class ExchangeError extends Error {
  override readonly name = 'ExchangeError'
}

const maxHeadBytes = 64 * 1024
const maxInterimResponses = 8
const encoder = new TextEncoder()

/**
 * One HTTP/1.1 request and its response over a connection of its own, for connections that `fetch` cannot make
 * (through the mesh into a pod). Rejects, and ends the connection, when the answer's head does not come.
 */
export async function exchange(stream: ByteStream, request: OutgoingRequest): Promise<IncomingResponse> {
  const reader = new ByteReader(stream.readable)
  const writer = stream.writable.getWriter()
  const close = async () => {
    await Promise.allSettled([reader.cancel(), writer.abort()])
  }
  try {
    await writer.write(requestHead(request))
    // A server may answer before it has read everything: the answer counts, not whether all could be sent.
    if (request.body) void sendChunked(request.body, writer).catch(() => {})
    const { status, headers } = await finalHead(reader)
    return { status, headers, ...bodyOf(request.method, status, headers, reader, close) }
  } catch (error) {
    await close()
    throw error
  }
}

/** The head of a request, with the headers of a connection that is used once. */
function requestHead({ method, target, headers, body }: OutgoingRequest): Uint8Array {
  const own = ['Connection: close', ...(body ? ['Transfer-Encoding: chunked'] : [])]
  if (!body && (method === 'POST' || method === 'PUT' || method === 'PATCH')) own.push('Content-Length: 0')
  return encoder.encode(headText(`${method} ${target} HTTP/1.1`, headers, own))
}

export function headText(first: string, headers: Headers, own: readonly string[]): string {
  const lines = [first]
  headers.forEach((value, name) => {
    lines.push(`${name}: ${value}`)
  })
  return `${[...lines, ...own].join('\r\n')}\r\n\r\n`
}

async function sendChunked(body: ReadableStream<Uint8Array>, writer: WritableStreamDefaultWriter<Uint8Array>) {
  const reader = body.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      if (value.length === 0) continue
      await writer.write(Buffer.concat([encoder.encode(`${value.length.toString(16)}\r\n`), value, crlf]))
    }
    await writer.write(encoder.encode('0\r\n\r\n'))
  } catch (error) {
    await reader.cancel().catch(() => {})
    throw error
  }
}

const crlf = encoder.encode('\r\n')

async function finalHead(reader: ByteReader): Promise<{ status: number; headers: Headers }> {
  for (let interim = 0; interim < maxInterimResponses; interim++) {
    const head = parseHead(await reader.readHead())
    if (head.status >= 200) return head
    if (head.status === 101) throw new ExchangeError('it left HTTP without being asked to')
  }
  throw new ExchangeError('it sends interim responses without end')
}

function parseHead(text: string): { status: number; headers: Headers } {
  const [first = '', ...lines] = text.split('\r\n')
  const status = Number(/^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(first)?.[1])
  if (!(status >= 100 && status < 600)) throw new ExchangeError('its answer is not HTTP/1.1')
  const headers = new Headers()
  for (const line of lines) {
    const colon = line.indexOf(':')
    if (colon <= 0) throw new ExchangeError('its answer has a header without a name')
    try {
      headers.append(line.slice(0, colon), line.slice(colon + 1).trim())
    } catch {
      throw new ExchangeError('its answer has a header that is not allowed')
    }
  }
  return { status, headers }
}

/** How the body is delimited. RFC 9112, section 6.3. */
function bodyOf(
  method: string,
  status: number,
  headers: Headers,
  reader: ByteReader,
  close: () => Promise<void>,
): Pick<IncomingResponse, 'body' | 'sizeBytes'> {
  const length = headers.get('content-length')
  const sizeBytes = length !== null && /^\d{1,15}$/.test(length) ? Number(length) : undefined
  if (method === 'HEAD' || status === 204 || status === 304 || sizeBytes === 0) {
    void close()
    return { body: undefined, sizeBytes }
  }
  const isChunked = /\bchunked\b/i.test(headers.get('transfer-encoding') ?? '')
  const chunks = isChunked ? chunked(reader) : sizeBytes === undefined ? untilEnd(reader) : exactly(reader, sizeBytes)
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await chunks.next()
          if (!done) {
            controller.enqueue(value)
            return
          }
          await close()
          controller.close()
        } catch (error) {
          await close()
          controller.error(error)
        }
      },
      cancel: close,
    },
    { highWaterMark: 0 },
  )
  return { body, sizeBytes: isChunked ? undefined : sizeBytes }
}

async function* untilEnd(reader: ByteReader): AsyncGenerator<Uint8Array> {
  for (;;) {
    const bytes = await reader.read(Number.POSITIVE_INFINITY)
    if (!bytes) return
    yield bytes
  }
}

async function* exactly(reader: ByteReader, length: number): AsyncGenerator<Uint8Array> {
  for (let left = length; left > 0; ) {
    const bytes = await reader.read(left)
    if (!bytes) throw new ExchangeError('its answer ended early')
    left -= bytes.length
    yield bytes
  }
}

async function* chunked(reader: ByteReader): AsyncGenerator<Uint8Array> {
  for (;;) {
    const size = /^([0-9a-f]{1,12})\s*(?:;|$)/i.exec(await reader.readLine())?.[1]
    if (size === undefined) throw new ExchangeError('its answer has a damaged chunk')
    const length = Number.parseInt(size, 16)
    if (length === 0) break
    yield* exactly(reader, length)
    if ((await reader.readLine()) !== '') throw new ExchangeError('its answer has a damaged chunk')
  }
  // Trailers, which nobody asked for.
  while ((await reader.readLine()) !== '');
}

/** Reads heads, lines and bytes of what comes in; holds back at most one read's worth and a head. */
class ByteReader {
  #read: () => Promise<{ value?: Uint8Array }>
  readonly cancel: () => Promise<void>
  #held: Buffer = Buffer.alloc(0)

  constructor(source: ByteStream['readable']) {
    const reader = source.getReader()
    this.#read = () => reader.read()
    this.cancel = () => reader.cancel()
  }

  /** At most `max` bytes, at least one; undefined at the end. */
  async read(max: number): Promise<Uint8Array | undefined> {
    while (this.#held.length === 0) if (!(await this.#more())) return undefined
    const bytes = this.#held.subarray(0, Math.min(max, this.#held.length))
    this.#held = this.#held.subarray(bytes.length)
    return bytes
  }

  readHead(): Promise<string> {
    return this.#until('\r\n\r\n')
  }

  readLine(): Promise<string> {
    return this.#until('\r\n')
  }

  async #until(mark: string): Promise<string> {
    let from = 0
    for (;;) {
      const end = this.#held.indexOf(mark, from, 'latin1')
      if (end >= 0) {
        const text = this.#held.toString('latin1', 0, end)
        this.#held = this.#held.subarray(end + mark.length)
        return text
      }
      if (this.#held.length > maxHeadBytes) throw new ExchangeError('its answer has a head without end')
      from = Math.max(0, this.#held.length - mark.length)
      if (!(await this.#more())) {
        throw new ExchangeError(this.#held.length === 0 ? 'it closed the connection' : 'its answer ended early')
      }
    }
  }

  async #more(): Promise<boolean> {
    const { value } = await this.#read()
    if (!value) return false
    this.#held = this.#held.length === 0 ? Buffer.from(value) : Buffer.concat([this.#held, value])
    return true
  }
}
