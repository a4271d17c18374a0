import { toApiError } from '../resource/status.ts'
import type { Call } from './call.ts'
import type { CertificateUser } from './certificate-user.ts'
import type { Handler } from './handler.ts'
import { headText } from './http-exchange.ts'
import type { ByteStream } from './pod-streams.ts'
import { connectTo } from './proxy-connection.ts'
import { forwardedHeaders, proxyPlace, proxyTarget, unreachable } from './proxy-verb.ts'
import type { RequestHead } from './request-head.ts'
import { parseRequest } from './request-info.ts'
import { errorResponse } from './respond.ts'
import type { SpdyTransport } from './spdy/connection.ts'
import { refuse, type UpgradedConnection } from './spdy-upgrade.ts'

/**
 * A request that leaves HTTP through a proxy (WebSocket and the like): its head goes on to the pod, and from there on
 * bytes both ways, whatever the pod answers. Undefined when it was refused here.
 */
export async function upgradeProxied(
  handler: Handler,
  head: RequestHead,
  user: CertificateUser | undefined,
  transport: SpdyTransport,
): Promise<UpgradedConnection | undefined> {
  const { serving } = handler
  const request = new Request(`https://api${head.target}`, { method: head.method, headers: head.headers })
  const { pathname, searchParams } = new URL(request.url)
  const info = parseRequest(head.method, pathname, searchParams)
  let call: Call | undefined
  let leave = () => {}
  try {
    call = await handler.admit(request, info, searchParams, user)
    leave = serving.inFlight.enter('stream')
    const definition = serving.api.registry.find(info.group, info.version, info.resource)!
    const target = await proxyTarget(serving, call, definition)
    const { prefix, path, search } = proxyPlace(request.url)
    const headers = forwardedHeaders(call, target, prefix + path)
    const first = `${head.method} ${path || '/'}${search} HTTP/1.1`
    const own = ['Connection: Upgrade', `Upgrade: ${head.headers.get('upgrade')}`]
    const stream = await connectTo(serving.podStreams, target).catch((error) => {
      throw unreachable(error)
    })
    return joined(stream, Buffer.from(headText(first, headers, own)), transport, leave)
  } catch (error) {
    leave()
    await refuse(transport, errorResponse(call, toApiError(error)))
    return undefined
  }
}

function joined(stream: ByteStream, head: Buffer, transport: SpdyTransport, leave: () => void): UpgradedConnection {
  const writer = stream.writable.getWriter()
  const reader = stream.readable.getReader()
  let isClosed = false
  const close = () => {
    if (isClosed) return
    isClosed = true
    leave()
    transport.close()
    void Promise.allSettled([reader.cancel(), writer.abort()])
  }
  const copyOut = async () => {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      await transport.send(Buffer.from(value))
    }
  }
  // What breaks on the pod's side ends the connection: the client knows no other way to be told.
  copyOut().then(close, close)
  const receive = (bytes: Uint8Array) => writer.write(Buffer.from(bytes)).catch(close)
  void receive(head)
  return { receive, close }
}
