import { existsSync } from 'node:fs'
import { readdir, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { systemClock } from '../mesh/clock/clock.ts'
import type { Logger } from '../mesh/logger/logger.ts'
import { clusterAddresses } from './cluster-addresses.ts'
import { dataDirectoryAt } from './data-directory.ts'
import { removeNetwork } from './network/network.ts'
import type { NodeOptions } from './node-options.ts'
import { firstPlace, readPlace } from './node-place.ts'
import { networkOptions, workerOptions } from './part-options.ts'
import { openPayload, type Payload } from './payload/payload.ts'
import { assertNoneRuns } from './status.ts'
import { removeWorker } from './worker/remove.ts'

/**
 * Removes from this machine what a node that has stopped left for its pods: containers, mounts, links, nftables table,
 * cgroups; with `data` its data directory too. Safe to repeat.
 */
export async function uninstall(options: NodeOptions, data: boolean, log: Logger): Promise<void> {
  const directory = dataDirectoryAt(options.dataDirectory)
  if (!existsSync(directory.root)) throw new Error(`${directory.root} does not exist: nothing is installed there`)
  await assertNoneRuns(directory.statusSocket)
  const payload: Payload | undefined = await openPayload({ directory: directory.payload, log }).catch(
    (error: Error) => {
      log.warn('the runtime cannot be unpacked; what it left is removed without it', { error: error.message })
      return undefined
    },
  )
  // A node that never got into a cluster may still have made its addresses.
  const place = (await readPlace(directory.place)) ?? firstPlace(options)
  const addresses = clusterAddresses(place, place.nodeNumber)
  const sources = { options, place, directory, addresses, payload, log }
  await removeWorker({ ...workerOptions(sources), clock: systemClock })
  await removeNetwork(networkOptions(sources))
  if (data) await removeDirectory(directory.root)
}

/** With all that is in it. One on a disk of its own is a mount point: that stays, empty but for what is the disk's own. */
async function removeDirectory(path: string): Promise<void> {
  const isMountPoint = (await stat(path)).dev !== (await stat(dirname(path))).dev
  if (!isMountPoint) return rm(path, { recursive: true, force: true })
  for (const name of await readdir(path)) {
    if (name !== 'lost+found') await rm(join(path, name), { recursive: true, force: true })
  }
}
