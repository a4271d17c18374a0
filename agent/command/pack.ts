import { chmod, copyFile, open, rename, rm, truncate } from 'node:fs/promises'
import { resolve } from 'node:path'
import { packedToken, tokenTail } from '../cluster/token-source.ts'
import { CommandError, type CommandModule } from './command.ts'
import { parseDuration } from './duration.ts'
import { askNode, declareDataDirectory, type RunningNodeFlags } from './running-node.ts'

interface Flags extends RunningNodeFlags {
  out: string
  ttl: string
  uses: string
}

export const command: CommandModule<Flags> = {
  declare(command) {
    command
      .requiredOption('--out <file>', 'where the copy goes')
      .option('--ttl <duration>', 'how long its token lets nodes in', '24h')
      .option('--uses <number>', 'how many nodes it lets in', '16')
    declareDataDirectory(command)
  },
  /** Bytes after the end of an executable do no harm: the copy is this file and a token. Whoever has it can join: 0700. */
  async run(flags, _args, context) {
    const out = resolve(flags.out)
    if (out === process.execPath) throw new CommandError('--out names this executable: choose another file')
    const request = { ttlMs: parseDuration('--ttl', flags.ttl), uses: Number(flags.uses) }
    const { token } = await askNode<{ token: string }>(flags, 'token-create', request)
    const unfinished = `${out}.new`
    try {
      await copyFile(process.execPath, unfinished)
      await chmod(unfinished, 0o700)
      await replaceTail(unfinished, tokenTail(token))
      await rename(unfinished, out)
    } catch (error) {
      await rm(unfinished, { force: true })
      throw error
    }
    context.print(
      context.output === 'json'
        ? JSON.stringify({ file: out })
        : `${out}: copy it to a server and run it there as root: ${out} start`,
    )
    return 0
  },
}

/** A copy of a packed executable gets the new token instead of the old one. */
async function replaceTail(file: string, tail: Uint8Array): Promise<void> {
  const old = packedToken(file)
  const handle = await open(file, 'r+')
  try {
    const { size } = await handle.stat()
    const endBytes = size - (old?.sizeBytes ?? 0)
    await truncate(file, endBytes)
    await handle.write(tail, 0, tail.byteLength, endBytes)
    await handle.sync()
  } finally {
    await handle.close()
  }
}
