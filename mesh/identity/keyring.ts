import { randomBytes } from 'node:crypto'
import { createAuthority, type KeyedCertificate } from './certificate.ts'
import { readPrivateFile, writePrivateFile } from './private-file.ts'

const yearMs = 365 * 24 * 3600_000
const authorityLifetimeMs = 30 * yearMs

/** A key that signs tokens; the newest one signs, all of them verify. PKCS #8 PEM, P-256. */
export interface SigningKey {
  id: string
  privateKeyPem: string
  createdMs: number
}

/** What every full peer of a cluster holds, and nobody else. */
export interface Keyring {
  format: 1
  clusterName: string
  /** Hex, 32 bytes: the cluster's own ed25519 key pair follows from it. */
  clusterSeed: string
  authority: KeyedCertificate
  serviceAccountKeys: SigningKey[]
  operations: {
    /** Hex, 32 bytes: the operations core's key pair follows from it and the generation. */
    seed: string
    generation: number
  }
  /** Hex: the public half of the recovery key (recovery-key.ts), when the cluster was made with one. */
  recoveryPublicKey?: string
}

export async function createKeyring(clusterName: string, nowMs: number): Promise<Keyring> {
  return {
    format: 1,
    clusterName,
    clusterSeed: randomBytes(32).toString('hex'),
    authority: await createAuthority(`skein ${clusterName}`, nowMs, authorityLifetimeMs),
    serviceAccountKeys: [await createSigningKey(nowMs)],
    operations: { seed: randomBytes(32).toString('hex'), generation: 1 },
  }
}

async function createSigningKey(nowMs: number): Promise<SigningKey> {
  const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
  const der = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64')
  const privateKeyPem = `-----BEGIN PRIVATE KEY-----\n${der.match(/.{1,64}/g)!.join('\n')}\n-----END PRIVATE KEY-----\n`
  return { id: randomBytes(8).toString('hex'), privateKeyPem, createdMs: nowMs }
}

/** The keyring in a file, made together with a new cluster when there is none. */
export async function openKeyring(path: string, clusterName: string, nowMs: number): Promise<Keyring> {
  const stored = await readPrivateFile(path)
  if (stored === undefined) {
    const keyring = await createKeyring(clusterName, nowMs)
    await writeKeyring(path, keyring)
    return keyring
  }
  return parseKeyring(path, stored)
}

export function writeKeyring(path: string, keyring: Keyring): Promise<void> {
  return writePrivateFile(path, `${JSON.stringify(keyring, null, 2)}\n`)
}

/** Throws when the file is damaged or written by a newer build; its content never gets into the message. */
export function parseKeyring(path: string, text: string): Keyring {
  let keyring: Partial<Keyring>
  try {
    keyring = JSON.parse(text)
  } catch {
    throw new Error(`${path} is not a keyring (no JSON): restore it from a snapshot or start with an empty directory`)
  }
  if (keyring.format !== 1) {
    throw new Error(`${path} has format ${keyring.format}, this build knows 1: upgrade this node`)
  }
  for (const field of ['clusterName', 'clusterSeed', 'authority', 'serviceAccountKeys', 'operations'] as const) {
    if (keyring[field] === undefined) throw new Error(`${path} lacks ${field}: restore it from a snapshot`)
  }
  return keyring as Keyring
}
