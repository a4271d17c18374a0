import { readPrivateFile, writePrivateFile } from '../../mesh/identity/private-file.ts'
import type { PeerAddresses, PeerKey } from '../../mesh/link/links.ts'

/** What a node needs to find the others before it can read the state. */
export interface Remembered {
  /** Members other than this node and where they said they are. */
  peers: ReadonlyMap<PeerKey, PeerAddresses>
  /** `host:port` of rendezvous: those of the token, and those that answered. */
  rendezvous: string[]
}

interface File {
  format: 1
  peers: Record<PeerKey, PeerAddresses>
  rendezvous: string[]
}

/** Nothing when there is no such file, or none that can be read: the peers are found in other ways then. */
export async function readRemembered(path: string): Promise<Remembered> {
  const nothing: Remembered = { peers: new Map(), rendezvous: [] }
  const text = await readPrivateFile(path)
  if (text === undefined) return nothing
  try {
    const { format, peers, rendezvous } = JSON.parse(text) as File
    return format === 1 ? { peers: new Map(Object.entries(peers)), rendezvous } : nothing
  } catch {
    return nothing
  }
}

export function writeRemembered(path: string, { peers, rendezvous }: Remembered): Promise<void> {
  const file: File = { format: 1, peers: Object.fromEntries(peers), rendezvous }
  return writePrivateFile(path, `${JSON.stringify(file)}\n`)
}

/** Both, without doubles. */
export function mergedAddresses(known: PeerAddresses, met: PeerAddresses | undefined): PeerAddresses {
  if (met === undefined) return known
  return {
    udp: [...new Set([...met.udp, ...known.udp])],
    webSocket: [...new Set([...met.webSocket, ...known.webSocket])],
  }
}
