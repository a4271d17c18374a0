import { readPrivateFile, writePrivateFile } from '../../mesh/identity/private-file.ts'
import type { PeerAddresses, PeerKey } from '../../mesh/link/links.ts'

/** Members other than this node and where they were last reached: whom to dial before the state can be read. */
export type RememberedPeers = ReadonlyMap<PeerKey, PeerAddresses>

interface File {
  format: 1
  peers: Record<PeerKey, PeerAddresses>
}

/** Empty when there is no such file, or none that can be read: the peers are found in other ways then. */
export async function readPeers(path: string): Promise<RememberedPeers> {
  const text = await readPrivateFile(path)
  if (text === undefined) return new Map()
  try {
    const { format, peers } = JSON.parse(text) as File
    return new Map(format === 1 ? Object.entries(peers) : [])
  } catch {
    return new Map()
  }
}

export function writePeers(path: string, peers: RememberedPeers): Promise<void> {
  const file: File = { format: 1, peers: Object.fromEntries(peers) }
  return writePrivateFile(path, `${JSON.stringify(file)}\n`)
}
