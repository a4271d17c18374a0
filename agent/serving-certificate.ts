import { X509Certificate } from 'node:crypto'
import { issueCertificate, type KeyedCertificate, renewalDueMs } from '../mesh/identity/certificate.ts'
import { readPrivateFile, writePrivateFile } from '../mesh/identity/private-file.ts'

const yearMs = 365 * 24 * 3600_000

export interface ServingNames {
  dnsNames: string[]
  addresses: string[]
}

/** The names under which pods and people reach the API (Kubernetes' own, and the ones given). */
export function apiServingNames(domain: string, addresses: string[], nodeName: string): ServingNames {
  const service = 'kubernetes.default.svc'
  const dnsNames = ['kubernetes', 'kubernetes.default', service, `${service}.${domain}`, 'localhost', nodeName]
  return { dnsNames, addresses: [...new Set(['127.0.0.1', ...addresses])] }
}

/**
 * The node's serving certificate in a file: the stored one while the same authority signed it, it covers all names and
 * less than two thirds of its life are over, which is no longer than wanted; else a new one.
 */
export async function openServingCertificate(
  path: string,
  authority: KeyedCertificate,
  names: ServingNames,
  nowMs: number,
  lifetimeMs = yearMs,
): Promise<KeyedCertificate> {
  const stored = await readPrivateFile(path)
  if (stored !== undefined) {
    const certificate = parse(stored)
    if (certificate !== undefined && serves(certificate, { authority, names, nowMs, lifetimeMs })) return certificate
  }
  const certificate = await issueCertificate(authority, {
    commonName: 'skein',
    ...names,
    uses: ['server'],
    nowMs,
    lifetimeMs,
  })
  await writePrivateFile(path, `${JSON.stringify(certificate)}\n`)
  return certificate
}

/** undefined for a damaged file: a certificate can be made anew. */
function parse(text: string): KeyedCertificate | undefined {
  try {
    const { certificatePem, keyPem } = JSON.parse(text) as Partial<KeyedCertificate>
    if (certificatePem === undefined || keyPem === undefined) return undefined
    new X509Certificate(certificatePem)
    return { certificatePem, keyPem }
  } catch {
    return undefined
  }
}

interface Wanted {
  authority: KeyedCertificate
  names: ServingNames
  nowMs: number
  lifetimeMs: number
}

function serves(stored: KeyedCertificate, { authority, names, nowMs, lifetimeMs }: Wanted): boolean {
  const certificate = new X509Certificate(stored.certificatePem)
  const issuer = new X509Certificate(authority.certificatePem)
  return (
    certificate.checkIssued(issuer) &&
    certificate.verify(issuer.publicKey) &&
    nowMs >= new Date(certificate.validFrom).getTime() &&
    nowMs < renewalDueMs(stored) &&
    // Shorter lives may be wanted since.
    new Date(certificate.validTo).getTime() - nowMs <= lifetimeMs &&
    names.dnsNames.every((name) => certificate.checkHost(name) !== undefined) &&
    names.addresses.every((address) => certificate.checkIP(address) !== undefined)
  )
}
