import { randomBytes } from 'node:crypto'
import { readPrivateFile, writePrivateFile } from './private-file.ts'

/** What a node is known by, whatever its addresses: an ed25519 key pair that follows from 32 secret bytes. */
export interface NodeKey {
  format: 1
  /** Hex, 32 bytes. */
  seed: string
}

/** The node's key in a file, made at first start. */
export async function openNodeKey(path: string): Promise<NodeKey> {
  const stored = await readPrivateFile(path)
  if (stored !== undefined) return parseNodeKey(path, stored)
  const key: NodeKey = { format: 1, seed: randomBytes(32).toString('hex') }
  await writePrivateFile(path, `${JSON.stringify(key)}\n`)
  return key
}

function parseNodeKey(path: string, text: string): NodeKey {
  try {
    const key = JSON.parse(text) as Partial<NodeKey>
    if (key.format === 1 && /^[0-9a-f]{64}$/.test(key.seed ?? '')) return key as NodeKey
  } catch {
    // Said below, without the content.
  }
  throw new Error(`${path} is no node key of this format: restore it, or remove it to join as a new node`)
}
