import type { Connection } from '../link/transport.ts'

/** After an attempt that failed, the next one; the last of them again and again. */
const pausesMs = [20_000, 60_000, 120_000, 300_000]

/**
 * Tries for a direct connection beside a relayed one, as long as that is there: NATs change, and random ports need luck.
 * `first` is the attempt that is under way.
 */
export async function upgrade(
  relayed: Connection,
  first: Promise<Connection>,
  tryAgain: () => Promise<Connection>,
  found: (connection: Connection) => void,
): Promise<void> {
  const closed = new Promise<void>((resolve) => relayed.stream.once('close', resolve))
  let attempt = first
  for (let count = 0; ; count++) {
    try {
      found(await attempt)
      return
    } catch {
      // The reason was told when the peer was dialled; the relayed connection goes on.
    }
    const pauseMs = pausesMs[Math.min(count, pausesMs.length - 1)]! * (0.8 + 0.4 * Math.random())
    await Promise.race([closed, pause(pauseMs)])
    if (relayed.stream.destroying || relayed.way !== 'relayed') return
    attempt = tryAgain()
  }
}

function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, delayMs).unref()
  })
}
