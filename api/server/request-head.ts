/** The head of an HTTP/1.1 request, read from bytes: only for connections that leave HTTP (raw SPDY, proxied upgrades). */
export interface RequestHead {
  method: string
  /** Path and query. */
  target: string
  headers: Headers
  /** Bytes of the head with its empty line. */
  length: number
}

/** Larger heads are not waited for. */
export const maxHeadBytes = 32 * 1024

const streamPath = /^(GET|POST) [^ ]*\/pods\/[^/ ]+\/(exec|attach|portforward)(\?| )/
const proxyPath = /^(GET|POST) \/api\/v1\/namespaces\/[^/ ]+\/(pods|services)\/[^/ ]+\/proxy[/? ]/

/** Whether these first bytes of a connection may be of a request that leaves HTTP: only those are looked into. */
export function mayUpgrade(first: Buffer): boolean {
  if (first[0] !== 0x47 && first[0] !== 0x50) return false
  const end = first.indexOf('\r\n')
  const line = first.toString('latin1', 0, end < 0 ? Math.min(first.length, maxHeadBytes) : end)
  return streamPath.test(line) || proxyPath.test(line)
}

/** Undefined while the head is not complete. Throws for what is not HTTP/1.1. */
export function parseRequestHead(bytes: Buffer): RequestHead | undefined {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const [first = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n')
  const match = /^([A-Z]+) (\/[^ ]*) HTTP\/1\.[01]$/.exec(first)
  if (!match) throw new Error('the request line is not one of HTTP/1.1')
  const headers = new Headers()
  for (const line of lines) {
    const colon = line.indexOf(':')
    if (colon <= 0) throw new Error('a header has no name')
    headers.append(line.slice(0, colon), line.slice(colon + 1).trim())
  }
  return { method: match[1]!, target: match[2]!, headers, length: end + 4 }
}

/** Whatever a proxied client upgrades to is between it and the pod. */
export function isProxied({ method, target }: RequestHead): boolean {
  return proxyPath.test(`${method} ${target} `)
}

export function leavesHttp(head: RequestHead): boolean {
  const protocol = head.headers.get('upgrade')?.toLowerCase()
  return protocol === 'spdy/3.1' || (protocol !== undefined && isProxied(head))
}
