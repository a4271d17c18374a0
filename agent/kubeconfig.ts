import { stringify } from 'yaml'
import { issueCertificate, type KeyedCertificate } from '../mesh/identity/certificate.ts'

export interface KubeconfigRequest {
  authority: KeyedCertificate
  clusterName: string
  /** e.g. https://127.0.0.1:6443 */
  server: string
  user: string
  groups: string[]
  nowMs: number
  lifetimeMs: number
}

/** A kubeconfig (v1 Config) with a client certificate of its own; holds a private key. */
export async function makeKubeconfig(request: KubeconfigRequest): Promise<string> {
  const { clusterName, user } = request
  const certificate = await issueCertificate(request.authority, {
    commonName: user,
    organizations: request.groups,
    uses: ['client'],
    nowMs: request.nowMs,
    lifetimeMs: request.lifetimeMs,
  })
  const base64 = (text: string) => Buffer.from(text).toString('base64')
  const context = `${user}@${clusterName}`
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': context,
    clusters: [
      {
        name: clusterName,
        cluster: {
          server: request.server,
          'certificate-authority-data': base64(request.authority.certificatePem),
        },
      },
    ],
    contexts: [{ name: context, context: { cluster: clusterName, user } }],
    users: [
      {
        name: user,
        user: {
          'client-certificate-data': base64(certificate.certificatePem),
          'client-key-data': base64(certificate.keyPem),
        },
      },
    ],
  })
}
