import { keyPair } from 'hypercore-crypto'
import type { Keyring } from './keyring.ts'

/** The cluster's own key pair: every full peer has it, and answers joining nodes with it. */
export function clusterKeyPair({ clusterSeed }: Pick<Keyring, 'clusterSeed'>): {
  publicKey: Buffer
  secretKey: Buffer
} {
  return keyPair(Buffer.from(clusterSeed, 'hex'))
}
