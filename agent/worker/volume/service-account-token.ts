import type { Client } from '../../../api/client/client.ts'
import { serviceaccounts } from '../../../api/schema/generated/resources.ts'
import type { TokenRequest } from '../../../api/schema/generated/types/authentication-v1.ts'
import type { Pod, ServiceAccountTokenProjection } from '../../../api/schema/generated/types/core-v1.ts'
import type { Clock } from '../../../mesh/clock/clock.ts'

interface HeldToken {
  token: string
  issuedMs: number
  expiresMs: number
}

const dayMs = 24 * 60 * 60 * 1000

/** Tokens of pods' service accounts, bound to the pod, asked for anew before they expire. Upstream: token manager. */
export class ServiceAccountTokens {
  readonly #client: Client
  readonly #clock: Clock
  readonly #held = new Map<string, HeldToken>()

  constructor(client: Client, clock: Clock) {
    this.#client = client
    this.#clock = clock
  }

  async get(pod: Pod, projection: ServiceAccountTokenProjection): Promise<string> {
    const { name, namespace, uid } = pod.metadata!
    const account = pod.spec!.serviceAccountName ?? 'default'
    const expirationSeconds = projection.expirationSeconds ?? 3600
    const key = JSON.stringify([uid, account, projection.audience, expirationSeconds])
    const held = this.#held.get(key)
    if (held && !this.#isDue(held)) return held.token
    const request: TokenRequest = {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      metadata: { name: account, namespace },
      spec: {
        audiences: projection.audience ? [projection.audience] : [],
        expirationSeconds,
        boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid },
      },
    }
    const answer = await this.#client
      .resource(serviceaccounts, namespace)
      .createSubresource<TokenRequest>(account, 'token', request)
    const { token = '', expirationTimestamp = '' } = answer.status ?? {}
    const nowMs = this.#clock.nowMs()
    this.#held.set(key, { token, issuedMs: nowMs, expiresMs: Date.parse(expirationTimestamp) || nowMs + 3600_000 })
    return token
  }

  /** After 80 % of its life, or a day. */
  #isDue({ issuedMs, expiresMs }: HeldToken): boolean {
    const age = this.#clock.nowMs() - issuedMs
    return age > (expiresMs - issuedMs) * 0.8 || age > dayMs
  }

  forget(uid: string): void {
    for (const key of this.#held.keys()) if (key.startsWith(`[${JSON.stringify(uid)},`)) this.#held.delete(key)
  }
}
