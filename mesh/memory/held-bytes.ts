/**
 * What this process holds, without garbage. The process's RSS would say more, but it moves by tens of megabytes with what
 * other tests of the same process gave back to the allocator, or left to be collected.
 */
export function heldBytes(): number {
  Bun.gc(true)
  const { heapUsed, external, arrayBuffers } = process.memoryUsage()
  return heapUsed + external + arrayBuffers
}
