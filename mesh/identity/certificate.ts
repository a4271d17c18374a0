// @peculiar/x509 2.2 wants this polyfill loaded before it.
import 'reflect-metadata'
import { X509Certificate as ParsedCertificate } from 'node:crypto'
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  type JsonGeneralName,
  KeyUsageFlags,
  KeyUsagesExtension,
  Name,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509'

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
cryptoProvider.set(crypto)

/** Clocks of peers may be behind: everything is valid from a day before it was made. */
const backdateMs = 24 * 3600_000

/** A certificate and its private key, both PEM (PKCS #8 for the key). */
export interface KeyedCertificate {
  certificatePem: string
  keyPem: string
}

export interface CertificateRequest {
  commonName: string
  /** Kubernetes reads these as groups. */
  organizations?: string[]
  /** DNS names the certificate serves. */
  dnsNames?: string[]
  /** IPv4 and IPv6 addresses it serves. */
  addresses?: string[]
  uses: ('server' | 'client')[]
  nowMs: number
  lifetimeMs: number
}

/** When a certificate made here is to be renewed: at two thirds of its life from the moment it was made. */
export function renewalDueMs({ certificatePem }: Pick<KeyedCertificate, 'certificatePem'>): number {
  const { validFrom, validTo } = new ParsedCertificate(certificatePem)
  const madeMs = new Date(validFrom).getTime() + backdateMs
  return madeMs + ((new Date(validTo).getTime() - madeMs) * 2) / 3
}

/** A self-signed P-256 authority. */
export async function createAuthority(
  commonName: string,
  nowMs: number,
  lifetimeMs: number,
): Promise<KeyedCertificate> {
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: randomSerial(),
    name: new Name([{ CN: [commonName] }]),
    notBefore: new Date(nowMs - backdateMs),
    notAfter: new Date(nowMs + lifetimeMs),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign | KeyUsageFlags.digitalSignature, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return { certificatePem: certificate.toString('pem'), keyPem: await exportKeyPem(keys.privateKey) }
}

/** A certificate with a fresh P-256 key, signed by the authority. It signs what it is given and knows no policy. */
export async function issueCertificate(
  authority: KeyedCertificate,
  request: CertificateRequest,
): Promise<KeyedCertificate> {
  const issuer = new X509Certificate(authority.certificatePem)
  const signingKey = await importKeyPem(authority.keyPem)
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const organizations = (request.organizations ?? []).map((organization) => ({ O: [organization] }))
  const certificate = await X509CertificateGenerator.create({
    serialNumber: randomSerial(),
    subject: [...organizations, { CN: [request.commonName] }],
    issuer: issuer.subjectName,
    notBefore: new Date(request.nowMs - backdateMs),
    notAfter: new Date(Math.min(request.nowMs + request.lifetimeMs, issuer.notAfter.getTime())),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey,
    extensions: await extensionsOf(request, issuer, keys.publicKey),
  })
  return { certificatePem: certificate.toString('pem'), keyPem: await exportKeyPem(keys.privateKey) }
}

async function extensionsOf(request: CertificateRequest, issuer: X509Certificate, publicKey: CryptoKey) {
  const names: JsonGeneralName[] = [
    ...(request.dnsNames ?? []).map((value) => ({ type: 'dns' as const, value })),
    ...(request.addresses ?? []).map((value) => ({ type: 'ip' as const, value })),
  ]
  const uses = request.uses.map((use) => (use === 'server' ? ExtendedKeyUsage.serverAuth : ExtendedKeyUsage.clientAuth))
  const extensions: Extension[] = [
    new BasicConstraintsExtension(false, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    new ExtendedKeyUsageExtension(uses),
    await AuthorityKeyIdentifierExtension.create(issuer),
    await SubjectKeyIdentifierExtension.create(publicKey),
  ]
  if (names.length > 0) extensions.push(new SubjectAlternativeNameExtension(names))
  return extensions
}

/** 20 bytes at most, positive (RFC 5280, 4.1.2.2). */
function randomSerial(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[0] = (bytes[0]! & 0x7f) | 0x40
  return Buffer.from(bytes).toString('hex')
}

async function exportKeyPem(key: CryptoKey): Promise<string> {
  const der = Buffer.from(await crypto.subtle.exportKey('pkcs8', key)).toString('base64')
  return `-----BEGIN PRIVATE KEY-----\n${der.match(/.{1,64}/g)!.join('\n')}\n-----END PRIVATE KEY-----\n`
}

async function importKeyPem(pem: string): Promise<CryptoKey> {
  const der = Buffer.from(pem.replace(/-----[^-]+-----/g, '').replace(/\s+/g, ''), 'base64')
  return crypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign'])
}
