import type { PodStreams } from '../../api/server/pod-streams.ts'
import type { Logger } from '../../mesh/logger/logger.ts'
import type { Tunnel, Tunnels } from '../../mesh/tunnel/tunnels.ts'
import { copyToTunnel, joinToTunnel } from './byte-stream.ts'
import { encodeJson, FrameReader, kinds, send } from './frame.ts'
import { type PodStreamRequest, parseRequest, podStreamPurpose, refusalOf } from './request.ts'
import { serveCommand } from './served-command.ts'

/** Serves the other nodes logs, exec, attach and port-forward of the pods of this one. */
export function servePodStreams(tunnels: Tunnels, local: PodStreams, log: Logger): void {
  tunnels.accept(podStreamPurpose, (tunnel, _request, peer) => {
    tunnel.on('error', (error: Error) => log.debug('a pod stream was cut', { peer, reason: error.message }))
    void serve(tunnel, local)
  })
}

async function serve(tunnel: Tunnel, local: PodStreams): Promise<void> {
  try {
    const reader = new FrameReader(tunnel)
    const frame = await reader.next()
    if (frame?.kind !== kinds.request) throw new Error('the request is missing')
    let run: (() => Promise<void>) | undefined
    try {
      run = await begin(parseRequest(frame.content), local, tunnel, reader)
    } catch (error) {
      tunnel.end(encodeJson(kinds.refusal, refusalOf(error)))
    }
    await run?.()
  } catch (error) {
    tunnel.destroy(error as Error)
  }
}

/** Throws when the request is refused, before anything was started. */
async function begin(request: PodStreamRequest, local: PodStreams, tunnel: Tunnel, reader: FrameReader) {
  const { pod } = request
  const answer = () => send(tunnel, encodeJson(kinds.answer, {}))
  if (request.verb === 'logs' || request.verb === 'nodePage') {
    const source =
      request.verb === 'logs'
        ? await local.logs(pod, request.options)
        : await local.nodePage(pod.nodeName, request.options.path)
    return async () => {
      await answer()
      await copyToTunnel(source, tunnel)
      // The tunnel closes when both ends were read.
      await reader.chunk()
    }
  }
  if (request.verb === 'portForward') {
    const bytes = await local.portForward(pod, request.port)
    return () => answer().then(() => joinToTunnel(bytes, tunnel, reader))
  }
  const session =
    request.verb === 'exec' ? await local.exec(pod, request.options) : await local.attach(pod, request.options)
  return () => serveCommand(session, tunnel, reader)
}
