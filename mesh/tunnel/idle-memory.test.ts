import { expect, test } from 'bun:test'
import { join } from 'node:path'

const boundBytes = 64 * 1024

// In a process of its own: what other tests gave back to the allocator, or took from it meanwhile, is not a stream's.
test('an idle stream that was used costs at most 64 kB, both ends together', async () => {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, 'idle-streams.ts')], { stdout: 'pipe' })
  const { heldBytes, rssBytes } = JSON.parse(await new Response(child.stdout).text())
  expect(await child.exited).toBe(0)
  console.log(`${(heldBytes / 1024).toFixed(1)} kB held, ${(rssBytes / 1024).toFixed(1)} kB of the process, a stream`)
  expect(heldBytes).toBeLessThan(boundBytes)
  expect(rssBytes).toBeLessThan(boundBytes)
}, 60_000)
