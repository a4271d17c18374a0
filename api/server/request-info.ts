/** What a request is about, read from method, path and query. Upstream: k8s.io/apiserver/pkg/endpoints/request. */
export interface RequestInfo {
  isResource: boolean
  path: string
  /** get, list, watch, create, update, patch, delete, deletecollection; for other paths the method in lower case. */
  verb: string
  group: string
  version: string
  resource: string
  subresource: string
  /** '' for cluster-scoped resources and lists over all namespaces. */
  namespace: string
  name: string
  /** What follows the subresource: the path of a proxy request. */
  rest: string
}

const verbs: Record<string, string> = {
  GET: 'get',
  HEAD: 'get',
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
}

/** Below `namespaces/x/` these are the namespace's own subresources, not resources in it. */
const namespaceSubresources = new Set(['status', 'finalize'])

export function parseRequest(method: string, path: string, query: URLSearchParams): RequestInfo {
  const info: RequestInfo = {
    isResource: false,
    path,
    verb: method.toLowerCase(),
    group: '',
    version: '',
    resource: '',
    subresource: '',
    namespace: '',
    name: '',
    rest: '',
  }
  let segments: string[]
  try {
    segments = path.split('/').slice(1)
    if (path.includes('%')) segments = segments.map((segment) => decodeURIComponent(segment))
  } catch {
    return info
  }
  if (segments.at(-1) === '') segments.pop()
  if (segments[0] === 'api' && segments.length > 2) {
    info.version = segments[1]!
    segments = segments.slice(2)
  } else if (segments[0] === 'apis' && segments.length > 3) {
    info.group = segments[1]!
    info.version = segments[2]!
    segments = segments.slice(3)
  } else return info
  info.isResource = true
  info.verb = verbs[method] ?? method.toLowerCase()
  if (segments[0] === 'watch') {
    segments = segments.slice(1)
    info.verb = 'watch'
  }
  readResource(info, segments)
  if (info.name === '') nameCollectionVerb(info, query)
  return info
}

function readResource(info: RequestInfo, segments: string[]): void {
  if (segments[0] === 'namespaces' && segments.length > 1) {
    info.namespace = segments[1]!
    if (segments.length > 2 && !namespaceSubresources.has(segments[2]!)) segments = segments.slice(2)
  }
  info.resource = segments[0] ?? ''
  info.name = segments[1] ?? ''
  info.subresource = segments[2] ?? ''
  info.rest = segments.slice(3).join('/')
}

function nameCollectionVerb(info: RequestInfo, query: URLSearchParams): void {
  if (info.verb === 'get') {
    const watch = query.get('watch')
    info.verb = watch !== null && watch !== '0' && watch !== 'false' ? 'watch' : 'list'
    // A single object chosen by field selector is authorized like a named one.
    const single = /^metadata\.name=([^,=!]+)$/.exec(query.get('fieldSelector') ?? '')
    if (single) info.name = single[1]!
  } else if (info.verb === 'delete') info.verb = 'deletecollection'
}
