import { createHash } from 'node:crypto'
import Hypercore from 'hypercore'
import { keyPair as keyPairOf } from 'hypercore-crypto'
import type CoreStorage from 'hypercore-storage'

/**
 * Opens the cluster's operations core. Its key pair follows from the keyring's seed and a generation number alone, so
 * that every voter's copy is the same core.
 */
export async function openOperationsCoreIn(
  storage: CoreStorage,
  seed: Uint8Array,
  generation: number,
): Promise<Hypercore> {
  const derived = createHash('sha256').update('skein operations').update(seed).update(`${generation}`).digest()
  const keyPair = keyPairOf(derived)
  const manifest = { version: 1, signers: [{ publicKey: keyPair.publicKey }] }
  // hypercore 11.37 opens the directory's default core when no key is given with a key pair.
  const core = new Hypercore(storage, { key: Hypercore.key(manifest), keyPair, manifest })
  await core.ready()
  return core
}

const floorKey = 'floor'

/** From this block on all are kept; of those before, some or all are cleared on this node. */
export async function floorOf(core: Hypercore): Promise<number> {
  const stored = await core.getUserData(floorKey)
  return stored === null ? 0 : Number(stored.toString())
}

/** To be durable before the first of the blocks below is cleared, or they would look like an interrupted fetch. */
export async function raiseFloor(core: Hypercore, floor: number): Promise<void> {
  await core.setUserData(floorKey, Buffer.from(`${floor}`))
}

/** The first block from the floor on that is not here; the core's length or more when all are. */
export function firstMissing(core: Hypercore, floor: number): number {
  const missing = core.core.bitfield.firstUnset(floor)
  return missing < 0 ? core.length : missing
}
