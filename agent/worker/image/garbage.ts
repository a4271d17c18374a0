/** Which images to remove when the disk fills. Pure. Upstream: image_gc_manager.go and its defaults. */

const highPercent = 85
const lowPercent = 80
/** A younger image may be about to be used. */
const minAgeMs = 2 * 60_000

export interface KnownImage {
  id: string
  sizeBytes: number
  /** The runtime keeps it for itself (pause). */
  pinned: boolean
  firstSeenMs: number
  /** When a container last used it; 0 when none has. */
  lastUsedMs: number
}

export interface Disk {
  capacityBytes: number
  availableBytes: number
}

/** Ids in the order of removal: those not used for longest first, until the disk is at 80 %. */
export function imagesToRemove(
  images: readonly KnownImage[],
  inUse: ReadonlySet<string>,
  disk: Disk,
  nowMs: number,
): string[] {
  const usedPercent = 100 - (100 * disk.availableBytes) / disk.capacityBytes
  if (usedPercent < highPercent) return []
  let excessBytes = disk.capacityBytes * (1 - lowPercent / 100) - disk.availableBytes
  const removable = images
    .filter(({ id, pinned, firstSeenMs }) => !pinned && !inUse.has(id) && nowMs - firstSeenMs >= minAgeMs)
    .sort((a, b) => a.lastUsedMs - b.lastUsedMs || a.firstSeenMs - b.firstSeenMs)
  const removed: string[] = []
  for (const { id, sizeBytes } of removable) {
    if (excessBytes <= 0) break
    removed.push(id)
    excessBytes -= sizeBytes
  }
  return removed
}
