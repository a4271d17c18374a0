/** An image's name with all its defaults, as containerd and Docker read it. */
export interface ImageReference {
  /** Registry host, e.g. `docker.io`. */
  host: string
  /** e.g. `library/nginx`. */
  repository: string
  tag?: string
  /** e.g. `sha256:...`. */
  digest?: string
}

/** Reads `nginx`, `user/app:1`, `registry:5000/app@sha256:...`; undefined when it is no image name. */
export function parseReference(text: string): ImageReference | undefined {
  const match = /^([^@]+?)(?::([A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(?:@([a-z0-9]+:[0-9a-f]{32,}))?$/.exec(text)
  if (!match) return undefined
  const [, name = '', tag, digest] = match
  const slash = name.indexOf('/')
  const first = slash < 0 ? '' : name.slice(0, slash)
  const hasHost = first.includes('.') || first.includes(':') || first === 'localhost'
  const host = hasHost ? first : 'docker.io'
  let repository = hasHost ? name.slice(slash + 1) : name
  if (host === 'docker.io' && !repository.includes('/')) repository = `library/${repository}`
  if (!/^[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*$/.test(repository)) return undefined
  return { host, repository, tag: tag ?? (digest ? undefined : 'latest'), digest }
}

export function formatReference({ host, repository, tag, digest }: ImageReference): string {
  return `${host}/${repository}${tag ? `:${tag}` : ''}${digest ? `@${digest}` : ''}`
}

/** Upstream's default when a container names no pull policy: pull `latest` always, anything else once. */
export function defaultPullPolicy(image: string): 'Always' | 'IfNotPresent' {
  const reference = parseReference(image)
  return reference && !reference.digest && reference.tag === 'latest' ? 'Always' : 'IfNotPresent'
}
