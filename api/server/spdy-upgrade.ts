import { badRequest, notFound, toApiError } from '../resource/status.ts'
import type { Call } from './call.ts'
import type { CertificateUser } from './certificate-user.ts'
import type { Handler } from './handler.ts'
import { PortForward } from './port-forward.ts'
import type { RequestHead } from './request-head.ts'
import { parseRequest } from './request-info.ts'
import { errorResponse } from './respond.ts'
import type { SpdyTransport } from './spdy/connection.ts'
import { remoteCommandProtocol, SpdyExec } from './spdy-exec.ts'
import { execOptions, streamTarget } from './stream-target.ts'

const portForwardStreams = 'portforward.k8s.io'

/** A connection that has left HTTP. */
export interface UpgradedConnection {
  /** A promise: nothing more is to come before it resolves. */
  receive(bytes: Uint8Array): Promise<void> | undefined
  close(): void
}

/**
 * Exec, attach and port-forward of clients that upgrade the connection itself to SPDY (kubectl before 1.31 and
 * `KUBECTL_REMOTE_COMMAND_WEBSOCKETS=false`). Writes the answer's head; undefined when it was a refusal.
 */
export async function upgradeToSpdy(
  handler: Handler,
  head: RequestHead,
  user: CertificateUser | undefined,
  transport: SpdyTransport,
): Promise<UpgradedConnection | undefined> {
  const request = new Request(`https://api${head.target}`, { method: head.method, headers: head.headers })
  const { pathname, searchParams } = new URL(request.url)
  const info = { ...parseRequest(head.method, pathname, searchParams), verb: 'create' }
  let call: Call | undefined
  let leave = () => {}
  try {
    call = await handler.admit(request, info, searchParams, user)
    leave = handler.serving.inFlight.enter('stream')
    const { protocol, open } = await prepare(handler, call)
    const lines = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: SPDY/3.1', 'Connection: Upgrade']
    await transport.send(Buffer.from(`${[...lines, `X-Stream-Protocol-Version: ${protocol}`].join('\r\n')}\r\n\r\n`))
    const upgraded = open(transport)
    const close = () => {
      upgraded.close()
      leave()
    }
    const receive = (bytes: Uint8Array) => {
      upgraded.connection.receive(bytes)
      return undefined
    }
    return { receive, close }
  } catch (error) {
    leave()
    await refuse(transport, errorResponse(call, toApiError(error)))
    return undefined
  }
}

async function prepare({ serving }: Handler, call: Call) {
  const { info, query, request } = call
  const { definition, pod, ref } = await streamTarget(serving, call)
  const offered = (request.headers.get('x-stream-protocol-version') ?? '').split(',').map((name) => name.trim())
  if (info.subresource === 'portforward') {
    const open = (transport: SpdyTransport) =>
      new PortForward(transport, (port) => serving.podStreams.portForward(ref, port))
    return { protocol: portForwardStreams, open }
  }
  if (!offered.includes(remoteCommandProtocol)) {
    throw badRequest(`none of the stream protocols is supported (${offered.join(', ')}): use ${remoteCommandProtocol}`)
  }
  const options = execOptions(query, pod)
  const command = query.getAll('command')
  if (info.subresource === 'exec' && command.length === 0) {
    throw badRequest('you must specify at least one command for the container')
  }
  if (info.subresource !== 'exec' && info.subresource !== 'attach') {
    throw notFound({ ...definition, resource: `pods/${info.subresource}` }, info.name)
  }
  const isExec = info.subresource === 'exec'
  const start = () =>
    isExec ? serving.podStreams.exec(ref, { ...options, command }) : serving.podStreams.attach(ref, options)
  return {
    protocol: remoteCommandProtocol,
    open: (transport: SpdyTransport) => new SpdyExec(transport, options, start),
  }
}

/** Answers in HTTP and closes. */
export async function refuse(transport: SpdyTransport, response: Response): Promise<void> {
  const body = Buffer.from(await response.arrayBuffer())
  const lines = [`HTTP/1.1 ${response.status} Refused`]
  response.headers.forEach((value, name) => {
    lines.push(`${name}: ${value}`)
  })
  lines.push(`content-length: ${body.length}`, 'connection: close')
  await transport.send(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), body]))
  transport.close()
}
