import { encodeRecord, rememberedMs, stateKeys, type TokenRecord } from './member.ts'
import type { Membership } from './membership.ts'
import { formatToken, newToken, type TokenWays, tokenKeyPair } from './token.ts'

export interface TokenWishes {
  ttlMs: number
  uses: number
}

/** Makes a token and writes down its public half; the text is shown once and stored nowhere. */
export async function createToken(
  membership: Membership,
  clusterKey: string,
  ways: TokenWays,
  { ttlMs, uses }: TokenWishes,
  nowMs: number,
): Promise<{ text: string; record: TokenRecord }> {
  const token = newToken(clusterKey, ways)
  const key = tokenKeyPair(token).publicKey.toString('hex')
  const record: TokenRecord = { format: 1, key, createdMs: nowMs, expiresMs: nowMs + ttlMs, maxUses: uses, uses: 0 }
  const change = { key: stateKeys.token(key), value: encodeRecord(record), ttlMs: ttlMs + rememberedMs }
  await membership.change('a join token is made', () => ({ changes: [change], preconditions: [], value: undefined }))
  return { text: formatToken(token), record }
}

/** Of tokens whose public key begins so: undefined when there is not exactly one. */
export async function revokeToken(membership: Membership, prefix: string): Promise<TokenRecord | undefined> {
  const found = membership.tokens.filter(({ key }) => key.startsWith(prefix))
  const [token] = found
  if (token === undefined || found.length > 1) return undefined
  const change = {
    key: stateKeys.token(token.key),
    value: encodeRecord({ ...token, isRevoked: true }),
    ttlMs: rememberedMs,
  }
  await membership.change('a join token is revoked', () => ({ changes: [change], preconditions: [], value: undefined }))
  return token
}
