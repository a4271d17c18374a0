import type { Container, LifecycleHandler, Pod } from '../../../api/schema/generated/types/core-v1.ts'

/** Port of a container by number or by its name. */
export function portNumber(container: Container, port: number | string | undefined): number {
  if (typeof port === 'number') return port
  const named = container.ports?.find(({ name }) => name === port)?.containerPort
  const number = named ?? Number(port)
  if (!Number.isInteger(number) || number < 1 || number > 65535) throw new Error(`couldn't find port: ${port}`)
  return number
}

/** How to run a command in a container and how to sleep: what hooks and probes need of the shell. */
export interface HookRunner {
  execSync(containerId: string, command: string[], timeoutMs: number): Promise<{ exitCode: number; output: string }>
  sleep(ms: number): Promise<void>
}

/** Runs a postStart or preStop handler; rejects when it fails. */
export async function runHook(
  runner: HookRunner,
  pod: Pod,
  container: Container,
  handler: LifecycleHandler,
  place: { containerId: string; podIP: string | undefined; timeoutMs: number },
): Promise<void> {
  const { exec, httpGet, sleep } = handler
  if (exec) {
    const { exitCode, output } = await runner.execSync(place.containerId, exec.command ?? [], place.timeoutMs)
    if (exitCode !== 0)
      throw new Error(`command '${(exec.command ?? []).join(' ')}' exited with ${exitCode}: ${output}`)
  } else if (sleep) {
    await runner.sleep(Math.min(sleep.seconds * 1000, place.timeoutMs))
  } else if (httpGet) {
    const host = httpGet.host || place.podIP
    if (!host) throw new Error(`pod ${pod.metadata!.name} has no address`)
    const scheme = (httpGet.scheme || 'HTTP').toLowerCase()
    const path = httpGet.path ?? '/'
    const url = `${scheme}://${host}:${portNumber(container, httpGet.port)}${path.startsWith('/') ? '' : '/'}${path}`
    const headers = (httpGet.httpHeaders ?? []).map(({ name, value }): [string, string] => [name, value])
    const signal = AbortSignal.timeout(Math.max(1, place.timeoutMs))
    const answer = await fetch(url, { headers, signal, tls: { rejectUnauthorized: false } })
    await answer.body?.cancel()
    if (answer.status >= 400) throw new Error(`HTTP status ${answer.status}`)
  }
}
