import { timingSafeEqual } from 'node:crypto'
import type { Clock } from '../../mesh/clock/clock.ts'
import type { ClusterView, UserInfo } from '../resource/definition.ts'
import type { TokenAuthenticator } from './authenticator.ts'

const groupPrefix = 'system:bootstrappers:'

/**
 * Tokens `id.secret` kept as secrets `bootstrap-token-<id>` in kube-system, for what joins.
 * https://kubernetes.io/docs/reference/access-authn-authz/bootstrap-tokens/
 */
export class BootstrapTokens implements TokenAuthenticator {
  #view: ClusterView
  #clock: Clock

  constructor(view: ClusterView, clock: Clock) {
    this.#view = view
    this.#clock = clock
  }

  async authenticate(token: string): Promise<UserInfo | undefined> {
    const match = /^([a-z0-9]{6})\.([a-z0-9]{16})$/.exec(token)
    if (!match) return undefined
    const [, id = '', secret = ''] = match
    const found = this.#view.get({ group: '', resource: 'secrets' }, 'kube-system', `bootstrap-token-${id}`)?.object
    if (found?.type !== 'bootstrap.kubernetes.io/token' || found.metadata.deletionTimestamp) return undefined
    const data = (found.data ?? {}) as Record<string, string>
    const text = (name: string) => Buffer.from(data[name] ?? '', 'base64').toString()
    const isRight = text('token-id') === id && isEqual(text('token-secret'), secret)
    if (!isRight || text('usage-bootstrap-authentication') !== 'true') return undefined
    const expiration = text('expiration')
    if (expiration !== '' && !(Date.parse(expiration) > this.#clock.nowMs())) return undefined
    const extra = text('auth-extra-groups')
      .split(',')
      .filter((group) => group.startsWith(groupPrefix))
    return { name: `system:bootstrap:${id}`, groups: ['system:bootstrappers', ...extra] }
  }
}

function isEqual(a: string, b: string): boolean {
  const left = Buffer.from(a)
  const right = Buffer.from(b)
  return left.length === right.length && timingSafeEqual(left, right)
}
