import type { Secret } from '../../../api/schema/generated/types/core-v1.ts'
import { parseReference } from './reference.ts'

export interface Credentials {
  username?: string
  password?: string
  auth?: string
  identityToken?: string
  registryToken?: string
}

interface DockerConfig {
  auths?: Record<string, DockerEntry>
}

interface DockerEntry {
  username?: string
  password?: string
  auth?: string
  identitytoken?: string
  registrytoken?: string
}

/**
 * What the pull secrets (kubernetes.io/dockerconfigjson, dockercfg) offer for an image, the most specific entry first.
 * Upstream: credentialprovider.BasicDockerKeyring.
 */
export function pullCredentials(image: string, secrets: readonly Secret[]): Credentials[] {
  const reference = parseReference(image)
  if (!reference) return []
  const place = `${reference.host}/${reference.repository}`
  const found: { specificity: number; credentials: Credentials }[] = []
  for (const secret of secrets) {
    for (const [key, entry] of Object.entries(entriesOf(secret))) {
      const pattern = normalize(key)
      if (!matches(pattern, place)) continue
      const { identitytoken: identityToken, registrytoken: registryToken, auth } = entry
      const [username, ...rest] = auth ? Buffer.from(auth, 'base64').toString('utf8').split(':') : [entry.username]
      const password = auth ? rest.join(':') : entry.password
      found.push({ specificity: pattern.length, credentials: { username, password, identityToken, registryToken } })
    }
  }
  return found.sort((a, b) => b.specificity - a.specificity).map(({ credentials }) => credentials)
}

function entriesOf(secret: Secret): Record<string, DockerEntry> {
  const data = (secret.data ?? {}) as Record<string, string>
  const parse = (text: string) => JSON.parse(Buffer.from(text, 'base64').toString('utf8')) as unknown
  try {
    if (data['.dockerconfigjson']) return (parse(data['.dockerconfigjson']) as DockerConfig).auths ?? {}
    if (data['.dockercfg']) return parse(data['.dockercfg']) as Record<string, DockerEntry>
  } catch {
    // An unreadable secret offers nothing: the pull then says that it is not authorised.
  }
  return {}
}

/** `https://index.docker.io/v1/` is how Docker names its own hub. */
function normalize(key: string): string {
  const place = key.replace(/^https?:\/\//, '').replace(/\/(?:v[12]\/?)?$/, '')
  return place === 'index.docker.io' ? 'docker.io' : place
}

/** `*` stands for one part of a host name; a path matches when it begins the image's. */
function matches(pattern: string, place: string): boolean {
  const [patternHost = '', ...patternPath] = pattern.split('/')
  const [host = '', ...path] = place.split('/')
  const expression = patternHost.split('*').map((part) => part.replace(/[.+?^$|()[\]{}\\]/g, '\\$&'))
  if (!new RegExp(`^${expression.join('[^.]*')}$`).test(host)) return false
  return patternPath.every((part, index) => path[index] === part)
}
