import type { PeerCertificate } from 'node:tls'
import type { UserInfo } from '../resource/definition.ts'

export type CertificateUser = UserInfo

/** CN is the user, each O a group (k8s.io/apiserver x509 request). Undefined without a CN. */
export function certificateUser(certificate: PeerCertificate | undefined): CertificateUser | undefined {
  const subject = certificate?.subject as { CN?: string | string[]; O?: string | string[] } | undefined
  const name = Array.isArray(subject?.CN) ? subject.CN[0] : subject?.CN
  if (!name) return undefined
  const organizations = subject?.O === undefined ? [] : Array.isArray(subject.O) ? subject.O : [subject.O]
  return { name, groups: [...organizations, 'system:authenticated'] }
}
