import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
} from 'node:crypto'

/**
 * The recovery key opens the keyring inside a snapshot. It is shown once, when the cluster is made, and kept by people; nodes
 * know only its public half, so that a stolen node cannot read older snapshots and no node can lose it.
 */
export interface RecoveryKey {
  /** For people: `skein-recovery-1-`, 64 hex digits, 8 more that notice a slip. Secret. */
  text: string
  /** Hex, 32 bytes (X25519). */
  publicKey: string
}

const prefix = 'skein-recovery-1-'
/** First byte of what is sealed: X25519 with an ephemeral key, HKDF-SHA-256, AES-256-GCM. */
const format = 1
const keyBytes = 32
const tagBytes = 16
/** DER of PKCS #8 and of SubjectPublicKeyInfo before the 32 bytes of an X25519 key (RFC 8410). */
const privatePrefix = Buffer.from('302e020100300506032b656e04220420', 'hex')
const publicPrefix = Buffer.from('302a300506032b656e032100', 'hex')

export function createRecoveryKey(): RecoveryKey {
  const { privateKey, publicKey } = generateKeyPairSync('x25519')
  const secret = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-keyBytes)
  return {
    text: `${prefix}${secret.toString('hex')}${checkDigits(secret)}`,
    publicKey: bytesOf(publicKey).toString('hex'),
  }
}

/** Throws for a text that is no recovery key, or has a slip; never says what it was. */
export function parseRecoveryKey(text: string): RecoveryKey {
  const [, hex = '', check] = /^skein-recovery-1-([0-9a-f]{64})([0-9a-f]{8})$/.exec(text.trim()) ?? []
  const secret = Buffer.from(hex, 'hex')
  if (check === undefined || checkDigits(secret) !== check) {
    throw new Error(
      'this is no recovery key, or it was not copied whole: it begins with skein-recovery-1- and has 72 digits',
    )
  }
  return { text: text.trim(), publicKey: bytesOf(createPublicKey(privateKeyOf(secret))).toString('hex') }
}

/** What only the recovery key opens again. */
export function sealFor(publicKey: string, content: Uint8Array): Uint8Array {
  const receiver = Buffer.from(publicKey, 'hex')
  const ephemeral = generateKeyPairSync('x25519')
  const sender = bytesOf(ephemeral.publicKey)
  const shared = diffieHellman({ privateKey: ephemeral.privateKey, publicKey: publicKeyOf(receiver) })
  const { key, nonce } = derive(shared, sender, receiver)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  const sealed = Buffer.concat([cipher.update(content), cipher.final()])
  return Buffer.concat([Buffer.from([format]), sender, sealed, cipher.getAuthTag()])
}

/** Throws when it was sealed for another recovery key, was changed, or by a newer release. */
export function openSealed(recoveryKey: RecoveryKey, sealed: Uint8Array): Uint8Array {
  if (sealed[0] !== format)
    throw new Error(`sealed in format ${sealed[0]}, this build knows ${format}: use a newer skein`)
  const sender = sealed.subarray(1, 1 + keyBytes)
  const secret = Buffer.from(recoveryKey.text.slice(prefix.length, prefix.length + 2 * keyBytes), 'hex')
  try {
    const shared = diffieHellman({ privateKey: privateKeyOf(secret), publicKey: publicKeyOf(sender) })
    const { key, nonce } = derive(shared, sender, Buffer.from(recoveryKey.publicKey, 'hex'))
    const decipher = createDecipheriv('aes-256-gcm', key, nonce)
    decipher.setAuthTag(sealed.subarray(-tagBytes))
    return Buffer.concat([decipher.update(sealed.subarray(1 + keyBytes, -tagBytes)), decipher.final()])
  } catch {
    throw new Error("the recovery key does not open this: it is another cluster's, or the content was changed")
  }
}

function derive(shared: Uint8Array, sender: Uint8Array, receiver: Uint8Array): { key: Uint8Array; nonce: Uint8Array } {
  const salt = Buffer.concat([sender, receiver])
  const bytes = new Uint8Array(hkdfSync('sha256', shared, salt, 'skein recovery', keyBytes + 12))
  return { key: bytes.subarray(0, keyBytes), nonce: bytes.subarray(keyBytes) }
}

function checkDigits(secret: Uint8Array): string {
  return createHash('sha256').update('skein recovery').update(secret).digest('hex').slice(0, 8)
}

function privateKeyOf(secret: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([privatePrefix, secret]), format: 'der', type: 'pkcs8' })
}

function publicKeyOf(bytes: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.concat([publicPrefix, bytes]), format: 'der', type: 'spki' })
}

function bytesOf(publicKey: KeyObject): Buffer {
  return publicKey.export({ format: 'der', type: 'spki' }).subarray(-keyBytes)
}
