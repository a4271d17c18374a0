import { Code } from '@connectrpc/connect'
import type { Container, Probe } from '../../../api/schema/generated/types/core-v1.ts'
import { portNumber } from '../pod/hook.ts'
import { isCode, type RuntimeConnection, runtimeMessage } from '../runtime/connection.ts'
import { checkGrpcHealth } from './grpc.ts'

export interface ProbeTarget {
  container: Container
  containerId: string
  podIP: string
}

export interface Outcome {
  succeeded: boolean
  /** For the event. */
  message: string
}

const maxBodyBytes = 10 << 10

/** Runs a probe once, for at most `timeoutMs`. Never rejects: whatever goes wrong is a failure. */
export async function runProbe(
  connection: RuntimeConnection,
  probe: Probe,
  target: ProbeTarget,
  timeoutMs: number,
): Promise<Outcome> {
  const { container, containerId, podIP } = target
  try {
    if (probe.exec) return await execProbe(connection, containerId, probe.exec.command ?? [], timeoutMs)
    if (probe.httpGet) {
      const { host, port, path = '/', scheme = 'HTTP', httpHeaders = [] } = probe.httpGet
      const slash = path.startsWith('/') ? '' : '/'
      const url = `${scheme.toLowerCase()}://${host || podIP}:${portNumber(container, port)}${slash}${path}`
      return await httpProbe(url, httpHeaders, timeoutMs)
    }
    if (probe.tcpSocket) {
      const { host, port } = probe.tcpSocket
      return await tcpProbe(host || podIP, portNumber(container, port), timeoutMs)
    }
    if (probe.grpc) return await checkGrpcHealth(podIP, probe.grpc.port, probe.grpc.service ?? '', timeoutMs)
    return { succeeded: false, message: 'missing probe handler' }
  } catch (error) {
    return { succeeded: false, message: runtimeMessage(error) }
  }
}

async function execProbe(
  { runtime }: RuntimeConnection,
  containerId: string,
  cmd: string[],
  timeoutMs: number,
): Promise<Outcome> {
  try {
    const timeout = BigInt(Math.ceil(timeoutMs / 1000))
    // The runtime ends the command by its own timeout; the call's is for a runtime that does not answer.
    const answer = await runtime.execSync({ containerId, cmd, timeout }, { timeoutMs: timeoutMs + 15_000 })
    const output = Buffer.concat([answer.stdout, answer.stderr]).subarray(0, maxBodyBytes).toString('utf8')
    return { succeeded: answer.exitCode === 0, message: output }
  } catch (error) {
    if (isCode(error, Code.DeadlineExceeded)) {
      return { succeeded: false, message: `command timed out: "${cmd.join(' ')}" timed out after ${timeoutMs / 1000}s` }
    }
    throw error
  }
}

async function httpProbe(
  url: string,
  httpHeaders: { name: string; value: string }[],
  timeoutMs: number,
): Promise<Outcome> {
  const headers = new Headers({ 'user-agent': 'kube-probe/1.36', accept: '*/*', connection: 'close' })
  for (const { name, value } of httpHeaders) headers.append(name, value)
  try {
    const answer = await fetch(url, {
      headers,
      signal: AbortSignal.timeout(timeoutMs),
      tls: { rejectUnauthorized: false },
      redirect: 'follow',
      keepalive: false,
    })
    await answer.body?.cancel()
    const succeeded = answer.status >= 200 && answer.status < 400
    return { succeeded, message: succeeded ? '' : `HTTP probe failed with statuscode: ${answer.status}` }
  } catch (error) {
    const late = error instanceof DOMException && error.name === 'TimeoutError'
    const reason = late ? 'context deadline exceeded' : error instanceof Error ? error.message : String(error)
    return { succeeded: false, message: `Get "${url}": ${reason}` }
  }
}

async function tcpProbe(hostname: string, port: number, timeoutMs: number): Promise<Outcome> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      resolve({ succeeded: false, message: `dial tcp ${hostname}:${port}: i/o timeout` })
    }, timeoutMs)
    const done = (outcome: Outcome) => {
      clearTimeout(timer)
      resolve(outcome)
    }
    Bun.connect({
      hostname,
      port,
      socket: {
        open(socket) {
          socket.end()
          done({ succeeded: true, message: '' })
        },
        data() {},
        error(_, error) {
          done({ succeeded: false, message: `dial tcp ${hostname}:${port}: ${error.message}` })
        },
      },
    }).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error)
      done({ succeeded: false, message: `dial tcp ${hostname}:${port}: connect: ${reason}` })
    })
  })
}
