import { textResponse } from './respond.ts'

/** One line of `/readyz?verbose`. */
export interface HealthCheck {
  name: string
  /** Undefined when well, else what is wrong. */
  check(): string | undefined | Promise<string | undefined>
  /** Counts for /livez as well. */
  live?: boolean
}

/** `/healthz`, `/livez`, `/readyz`, with `?verbose`, `?exclude=` and `/readyz/<check>`, as k8s.io/apiserver answers. */
export async function healthResponse(path: string, query: URLSearchParams, checks: HealthCheck[]): Promise<Response> {
  const [, endpoint = '', single] = path.split('/')
  const isLive = endpoint === 'livez'
  const excluded = new Set(query.getAll('exclude'))
  let chosen = checks.filter((check) => (!isLive || check.live) && !excluded.has(check.name))
  if (single) {
    chosen = checks.filter((check) => check.name === single)
    if (chosen.length === 0) return textResponse('404 page not found\n', 404)
  }
  const lines = await Promise.all(chosen.map((check) => resultLine(check)))
  const failed = lines.filter((line) => line.startsWith('[-]')).length
  const summary = failed > 0 ? `${endpoint} check failed` : `${endpoint} check passed`
  if (failed > 0) return textResponse(`${lines.join('\n')}\n${summary}\n`, 500)
  return textResponse(query.has('verbose') ? `${lines.join('\n')}\n${summary}\n` : 'ok')
}

async function resultLine({ name, check }: HealthCheck): Promise<string> {
  try {
    const problem = await check()
    return problem === undefined ? `[+]${name} ok` : `[-]${name} failed: ${problem}`
  } catch (error) {
    return `[-]${name} failed: ${error instanceof Error ? error.message : String(error)}`
  }
}
