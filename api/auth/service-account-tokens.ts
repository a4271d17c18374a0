import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { decodeProtectedHeader, errors, exportJWK, type JWTPayload, jwtVerify, SignJWT } from 'jose'
import type { Clock } from '../../mesh/clock/clock.ts'
import type { ClusterView, UserInfo } from '../resource/definition.ts'
import { type TokenAuthenticator, unauthorized } from './authenticator.ts'

/** Of `mesh/identity`'s keyring: the newest signs, all verify. */
export interface ServiceAccountKey {
  id: string
  /** P-256, PKCS #8 PEM. */
  privateKeyPem: string
  createdMs: number
}

/** An object a token is bound to: gone, the token is worth nothing. */
export interface BoundObject {
  kind: 'Pod' | 'Secret' | 'Node'
  name: string
  uid: string
}

export interface TokenClaims {
  namespace: string
  name: string
  uid: string
  audiences: string[]
  expirationSeconds: number
  bound?: BoundObject
  /** The node of the pod it is bound to. */
  node?: { name: string; uid?: string }
}

interface PrivateClaims {
  namespace: string
  serviceaccount: { name: string; uid: string }
  pod?: { name: string; uid: string }
  secret?: { name: string; uid: string }
  node?: { name: string; uid?: string }
}

interface Verified {
  payload: JWTPayload & { 'kubernetes.io': PrivateClaims }
  expiresMs: number
}

const maxCached = 10_000
/** A pod's token is good while the pod ends, and a little longer. Upstream: validator.go. */
const deletionLeewayMs = 60_000

/**
 * Service account tokens: ES256 JWTs with upstream's claims (pkg/serviceaccount/claims.go). A verified signature is
 * remembered by the token's hash; whether account and bound object still exist is looked up each time.
 */
export class ServiceAccountTokens implements TokenAuthenticator {
  readonly #keys: { id: string; privateKey: KeyObject; publicKey: KeyObject }[]
  readonly #issuer: string
  readonly #clock: Clock
  readonly #view: ClusterView
  #verified = new Map<string, Verified>()

  constructor(keys: readonly ServiceAccountKey[], issuer: string, clock: Clock, view: ClusterView) {
    this.#keys = keys
      .toSorted((a, b) => b.createdMs - a.createdMs)
      .map(({ id, privateKeyPem }) => {
        const privateKey = createPrivateKey(privateKeyPem)
        return { id, privateKey, publicKey: createPublicKey(privateKey) }
      })
    this.#issuer = issuer
    this.#clock = clock
    this.#view = view
  }

  get issuer(): string {
    return this.#issuer
  }

  async issue(claims: TokenClaims): Promise<{ token: string; expiresMs: number }> {
    const { namespace, name, uid, audiences, expirationSeconds, bound, node } = claims
    const nowSeconds = Math.floor(this.#clock.nowMs() / 1000)
    const own: PrivateClaims = { namespace, serviceaccount: { name, uid } }
    if (bound?.kind === 'Pod') own.pod = { name: bound.name, uid: bound.uid }
    if (bound?.kind === 'Secret') own.secret = { name: bound.name, uid: bound.uid }
    if (bound?.kind === 'Node') own.node = { name: bound.name, uid: bound.uid }
    if (node) own.node = node
    const key = this.#keys[0]
    if (!key) throw new Error('there is no key to sign service account tokens with')
    const token = await new SignJWT({ 'kubernetes.io': own })
      .setProtectedHeader({ alg: 'ES256', kid: key.id })
      .setIssuer(this.#issuer)
      .setSubject(`system:serviceaccount:${namespace}:${name}`)
      .setAudience(audiences.length > 0 ? audiences : [this.#issuer])
      .setIssuedAt(nowSeconds)
      .setNotBefore(nowSeconds)
      .setExpirationTime(nowSeconds + expirationSeconds)
      .setJti(crypto.randomUUID())
      .sign(key.privateKey)
    return { token, expiresMs: (nowSeconds + expirationSeconds) * 1000 }
  }

  /** Undefined for a token that is not one of ours; throws 401 for one of ours that is no longer good. */
  async authenticate(token: string): Promise<UserInfo | undefined> {
    if (token.split('.').length !== 3) return undefined
    const hash = createHash('sha256').update(token).digest('base64')
    let verified = this.#verified.get(hash)
    if (!verified) {
      verified = await this.#verify(token)
      if (!verified) return undefined
      this.#verified.set(hash, verified)
      if (this.#verified.size > maxCached) this.#verified.delete(this.#verified.keys().next().value!)
    }
    if (verified.expiresMs <= this.#clock.nowMs()) {
      this.#verified.delete(hash)
      throw unauthorized()
    }
    return this.#userOf(verified.payload)
  }

  /** The public keys, for /openid/v1/jwks. */
  async jwks(): Promise<object> {
    const keys = this.#keys.map(async ({ id, publicKey }) => {
      return { use: 'sig', alg: 'ES256', kid: id, ...(await exportJWK(publicKey)) }
    })
    return { keys: await Promise.all(keys) }
  }

  async #verify(token: string): Promise<Verified | undefined> {
    let id: string | undefined
    try {
      id = decodeProtectedHeader(token).kid
    } catch {
      return undefined
    }
    const key = this.#keys.find((candidate) => candidate.id === id)
    if (!key) return undefined
    try {
      const currentDate = new Date(this.#clock.nowMs())
      const options = { issuer: this.#issuer, audience: this.#issuer, algorithms: ['ES256'], currentDate }
      const { payload } = await jwtVerify(token, key.publicKey, options)
      return { payload: payload as Verified['payload'], expiresMs: (payload.exp ?? 0) * 1000 }
    } catch (error) {
      if (error instanceof errors.JOSEError) throw unauthorized()
      throw error
    }
  }

  #userOf(payload: Verified['payload']): UserInfo {
    const { namespace, serviceaccount, pod, secret, node } = payload['kubernetes.io']
    this.#requireAlive('serviceaccounts', namespace, serviceaccount)
    if (pod) this.#requireAlive('pods', namespace, pod)
    if (secret) this.#requireAlive('secrets', namespace, secret)
    if (node && !pod) this.#requireAlive('nodes', '', node)
    const extra: Record<string, string[]> = { 'authentication.kubernetes.io/credential-id': [`JTI=${payload.jti}`] }
    if (pod) {
      extra['authentication.kubernetes.io/pod-name'] = [pod.name]
      extra['authentication.kubernetes.io/pod-uid'] = [pod.uid]
    }
    if (node) extra['authentication.kubernetes.io/node-name'] = [node.name]
    const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated']
    return { name: `system:serviceaccount:${namespace}:${serviceaccount.name}`, uid: serviceaccount.uid, groups, extra }
  }

  #requireAlive(resource: string, namespace: string, named: { name: string; uid?: string }): void {
    const found = this.#view.get({ group: '', resource }, namespace, named.name)?.object
    if (!found || (named.uid !== undefined && found.metadata.uid !== named.uid)) throw unauthorized()
    const { deletionTimestamp } = found.metadata
    if (deletionTimestamp && Date.parse(deletionTimestamp) + deletionLeewayMs < this.#clock.nowMs())
      throw unauthorized()
  }
}
