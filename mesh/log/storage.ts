import CoreStorage from 'hypercore-storage'
import type { Logger } from '../logger/logger.ts'

/** Opens what holds the cores of a directory; a torn tail that had to be cut is told to the log. `synced`: how long each fsync took. */
export function openStorage(directory: string, logger: Logger, synced?: (durationMs: number) => void): CoreStorage {
  return new CoreStorage(directory, {
    onSynced: synced,
    onTornTail({ file, offset, droppedBytes, sequence }) {
      // Not an error: it was never acknowledged. But on a machine that did not crash it asks for a look at the disk.
      logger.warn('the end of the log was torn and is cut: nothing that was acknowledged is lost', {
        file,
        offset,
        droppedBytes,
        sequence,
      })
    },
  })
}
