import { chmodSync, rmSync } from 'node:fs'
import { frames, unframed } from './admin-stream.ts'

/**
 * Requests of this machine's root to the node that runs here, on a unix socket in its private directory:
 * `POST /v1/NAME` with a JSON body, answered by JSON, or by a stream of bytes. A request or an answer that an older
 * build would get wrong gets a new name.
 */
const versionPath = '/v1/'
const maxRequestBytes = 1024 * 1024
const maxConcurrentRequests = 64

/** What a handler says a person did or can mend; its message is all that the other side sees. */
export class AdminRefusal extends Error {
  override readonly name = 'AdminRefusal'
}

/** No node runs with this socket. */
export class NoNodeRuns extends Error {
  override readonly name = 'NoNodeRuns'
}

/**
 * Answers one request: a JSON value, or bytes, which are asked for as fast as they are read and end (`return()`) when the
 * reader goes. It must check the request itself; what it throws becomes the answer, an AdminRefusal as it is.
 */
export type AdminHandler = (request: unknown, signal: AbortSignal) => Promise<unknown> | AsyncIterable<Uint8Array>

export type AdminHandlers = Readonly<Record<string, AdminHandler>>

/** Serves requests until stopped; only the socket's owner gets to it. */
export function serveAdmin(path: string, handlers: AdminHandlers): { stop(): Promise<void> } {
  rmSync(path, { force: true })
  let running = 0
  const server = Bun.serve({
    unix: path,
    maxRequestBodySize: maxRequestBytes,
    async fetch(request) {
      // A snapshot's reader may have a slow disk, and a handler much to do.
      server.timeout(request, 0)
      if (running >= maxConcurrentRequests) return refusal(503, `${running} requests are under way: try again later`)
      running++
      try {
        return await answer(request, handlers)
      } catch (error) {
        return refusal(error instanceof AdminRefusal ? 400 : 500, (error as Error).message)
      } finally {
        running--
      }
    },
  })
  chmodSync(path, 0o600)
  return {
    async stop() {
      await server.stop(true)
      rmSync(path, { force: true })
    },
  }
}

/** The JSON answer of the node that runs with this socket. Throws NoNodeRuns, AdminRefusal, or what the node could not do. */
export async function askAdmin(path: string, name: string, request: unknown = {}, signal?: AbortSignal) {
  const response = await post(path, name, request, signal)
  return (await response.json()) as unknown
}

/** A streamed answer, read as it is asked for. Throws as `askAdmin` does, and when it is not complete. */
export async function* streamAdmin(path: string, name: string, request: unknown = {}): AsyncGenerator<Uint8Array> {
  const ending = new AbortController()
  try {
    const response = await post(path, name, request, ending.signal)
    if (response.body === null) return
    yield* unframed(response.body)
  } finally {
    ending.abort()
  }
}

async function answer(request: Request, handlers: AdminHandlers): Promise<Response> {
  const { pathname } = new URL(request.url)
  const name = pathname.slice(versionPath.length)
  const handler = pathname.startsWith(versionPath) && Object.hasOwn(handlers, name) ? handlers[name] : undefined
  if (handler === undefined) {
    return refusal(
      404,
      `the node that runs does not know ${pathname}: its executable is another release's than this one`,
    )
  }
  if (request.method !== 'POST') return refusal(405, `${pathname} takes POST`)
  let body: unknown
  try {
    body = await request.json()
  } catch {
    return refusal(400, 'the request is not JSON')
  }
  const answered = handler(body, request.signal)
  if (Symbol.asyncIterator in answered) return new Response(streamOf(frames(answered)))
  return Response.json((await answered) ?? null)
}

function streamOf(chunks: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]()
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await iterator.next()
      if (done) controller.close()
      else controller.enqueue(value)
    },
    async cancel() {
      await iterator.return?.()
    },
  })
}

function refusal(status: number, message: string): Response {
  return Response.json({ error: message }, { status })
}

async function post(path: string, name: string, request: unknown, signal?: AbortSignal): Promise<Response> {
  const response = await connect(path, name, request, signal)
  if (response.ok) return response
  const { error } = (await response.json()) as { error: string }
  if (response.status === 500) throw new Error(error)
  throw new AdminRefusal(error)
}

async function connect(path: string, name: string, request: unknown, signal?: AbortSignal): Promise<Response> {
  const body = JSON.stringify(request)
  if (Buffer.byteLength(body) > maxRequestBytes)
    throw new AdminRefusal(`a request has ${maxRequestBytes} bytes at most`)
  try {
    return await fetch(`http://node${versionPath}${name}`, { unix: path, method: 'POST', body, signal, timeout: false })
  } catch (error) {
    const code = (error as { code?: string }).code ?? ''
    if (!['ENOENT', 'ECONNREFUSED', 'FailedToOpenSocket', 'ConnectionRefused'].includes(code)) throw error
    throw new NoNodeRuns('no node runs here: start it by skein start', { cause: error })
  }
}
