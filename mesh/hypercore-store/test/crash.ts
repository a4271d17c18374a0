import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Hypercore from 'hypercore'
import { keyPair as keyPairOf } from 'hypercore-crypto'
import CoreStorage from 'hypercore-storage'
import { smallSizes } from './fuzz.ts'
import { Random } from './random.ts'

export async function openCore(storage: CoreStorage): Promise<Hypercore> {
  const keyPair = keyPairOf(Buffer.alloc(32, 9))
  const manifest = { version: 1, signers: [{ publicKey: keyPair.publicKey }] }
  const core = new Hypercore(storage, { key: Hypercore.key(manifest), keyPair, manifest })
  await core.ready()
  return core
}

/**
 * So many times: a process that works on a core (crash-writer.ts) is killed at a random moment, and what it leaves is
 * checked. Throws when something acknowledged is lost or the audit finds damage.
 */
export async function killRounds(rounds: number, seed: number): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'hypercore-store-crash-'))
  const random = new Random(seed)
  try {
    for (let round = 0; round < rounds; round++) {
      const lines = await killWriter(directory, seed * 1000 + round, random.below(120))
      await check(directory, lines, `seed ${seed}, round ${round}`)
    }
  } finally {
    await rm(directory, { recursive: true })
  }
}

/** The lines of a writer that is killed so long after its first one. */
async function killWriter(directory: string, seed: number, afterMs: number): Promise<string[]> {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, 'crash-writer.ts'), directory, String(seed)], {
    stdout: 'pipe',
    stderr: 'pipe',
  })
  let text = ''
  for await (const chunk of child.stdout) {
    if (text === '') setTimeout(() => child.kill('SIGKILL'), afterMs)
    text += Buffer.from(chunk).toString()
  }
  await child.exited
  const errors = await new Response(child.stderr).text()
  if (errors !== '') throw new Error(`crash-writer.ts with seed ${seed}: ${errors}`)
  return text.split('\n').slice(0, -1)
}

async function check(directory: string, lines: string[], where: string): Promise<void> {
  const acknowledged = lines.findLast((line) => line.startsWith('is '))
  const [length, fork] = (acknowledged?.split(' ').slice(1) ?? []).map(Number) as [number, number]
  const truncating = lines.at(-1)?.match(/^truncate (\d+)/)?.[1]
  const storage = new CoreStorage(directory, { sizes: smallSizes })
  const core = await openCore(storage)
  const isKept = core.fork === fork && core.length >= length
  const isTruncated = truncating !== undefined && core.fork === fork + 1 && core.length === Number(truncating)
  if (!isKept && !isTruncated) {
    throw new Error(
      `${where}: '${acknowledged}' was acknowledged, here is ${core.length} ${core.fork}; last: ${lines.at(-1)}`,
    )
  }
  for (let index = 0; index < core.length; index++) {
    const block = await core.get(index, { wait: false })
    if (block === null) continue
    if (!block.toString().startsWith(`block ${index} of fork `))
      throw new Error(`${where}: block ${index} holds ${block}`)
  }
  const audit = await core.core.audit({ dryRun: true })
  const dropped = audit === null ? 1 : audit.droppedTreeNodes + audit.droppedBlocks + audit.droppedBits
  if (audit === null || audit.corrupt || dropped > 0) throw new Error(`${where}: audit gives ${JSON.stringify(audit)}`)
  await core.close()
}
