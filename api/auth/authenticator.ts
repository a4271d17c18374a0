import { ApiError } from '../client/client.ts'
import type { UserInfo } from '../resource/definition.ts'

/** Says whose token it is; undefined when it is not one of its kind. Throws ApiError 401 for a bad one of its kind. */
export interface TokenAuthenticator {
  authenticate(token: string): Promise<UserInfo | undefined>
}

export const anonymous: UserInfo = { name: 'system:anonymous', groups: ['system:unauthenticated'] }

export const unauthorized = (): ApiError => new ApiError(401, 'Unauthorized', 'Unauthorized')

/** Who sends a request: the bearer token first, then the client certificate, else nobody in particular. */
export class Authenticator {
  #tokens: TokenAuthenticator[]

  constructor(tokens: TokenAuthenticator[]) {
    this.#tokens = tokens
  }

  /** Throws ApiError 401 for a token that nobody knows. */
  async authenticate(headers: Headers, certificate: UserInfo | undefined): Promise<UserInfo> {
    const token = bearerToken(headers)
    if (token === undefined) return certificate ?? anonymous
    for (const authenticator of this.#tokens) {
      const user = await authenticator.authenticate(token)
      if (user) return withAuthenticatedGroup(user)
    }
    throw unauthorized()
  }
}

function withAuthenticatedGroup(user: UserInfo): UserInfo {
  if (user.groups.includes('system:authenticated')) return user
  return { ...user, groups: [...user.groups, 'system:authenticated'] }
}

const protocolPrefix = 'base64url.bearer.authorization.k8s.io.'

/** From Authorization, or from the WebSocket subprotocol that browsers use in its place. */
function bearerToken(headers: Headers): string | undefined {
  const authorization = headers.get('authorization')
  if (authorization) {
    const match = /^Bearer\s+(\S+)\s*$/i.exec(authorization)
    return match?.[1]
  }
  const protocols = headers.get('sec-websocket-protocol')
  const encoded = protocols
    ?.split(',')
    .map((name) => name.trim())
    .find((name) => name.startsWith(protocolPrefix))
  return encoded && Buffer.from(encoded.slice(protocolPrefix.length), 'base64url').toString()
}

/** Fixed tokens, for bootstrap and tests. */
export function staticTokens(users: Map<string, UserInfo>): TokenAuthenticator {
  return { authenticate: async (token) => users.get(token) }
}
