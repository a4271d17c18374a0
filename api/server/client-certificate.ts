import { X509Certificate } from 'node:crypto'
import type { PeerCertificate } from 'node:tls'
import type { Clock } from '../../mesh/clock/clock.ts'
import { type CertificateUser, certificateUser } from './certificate-user.ts'

/** What TLS says of a client's certificate: fine, or the code of what is wrong with it. */
export interface TlsVerdict {
  isTrusted: boolean
  code?: string
}

/** TLS judges dates by this machine's clock, which may be wrong; it names them though a certificate is nobody's at all. */
const ofDates = ['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']
const clientAuthentication = '1.3.6.1.5.5.7.3.2'

/** Whose a client certificate is. Its dates are judged by cluster time. */
export class ClientCertificates {
  readonly #authorities: X509Certificate[]
  readonly #clock: Clock

  /** Authorities as PEM. */
  constructor(authorities: string[], clock: Clock) {
    this.#authorities = authorities.map((pem) => new X509Certificate(pem))
    this.#clock = clock
  }

  /** Undefined for none, and for one that is not to be trusted: such callers are anonymous. */
  userOf(peer: PeerCertificate | undefined, verdict: TlsVerdict): CertificateUser | undefined {
    if (peer?.raw === undefined) return undefined
    const isSigned = verdict.isTrusted || (ofDates.includes(verdict.code ?? '') && this.#isSigned(peer))
    return isSigned && this.#isValidNow(peer) ? certificateUser(peer) : undefined
  }

  #isSigned(peer: PeerCertificate): boolean {
    if (!peer.ext_key_usage?.includes(clientAuthentication)) return false
    const certificate = new X509Certificate(peer.raw)
    return this.#authorities.some((issuer) => certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey))
  }

  #isValidNow({ valid_from, valid_to }: PeerCertificate): boolean {
    const nowMs = this.#clock.nowMs()
    return Date.parse(valid_from) <= nowMs && nowMs <= Date.parse(valid_to)
  }
}
