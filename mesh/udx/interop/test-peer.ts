import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { LineProcess } from '../../../test/lab/line-process.ts'

export type PeerKind = 'bun' | 'node'

const program = join(import.meta.dir, 'peer.cjs')

/**
 * A process that speaks UDX and does what it is told: ours on Bun, or the original on Node. `prefix` runs it elsewhere:
 * `['nsenter', '--net=...']`.
 */
export async function startPeer(kind: PeerKind, prefix: string[] = []): Promise<LineProcess> {
  const command =
    kind === 'bun'
      ? [process.execPath, program, join(import.meta.dir, '../index.cts')]
      : ['node', program, await nativeModule()]
  return new LineProcess([...prefix, ...command])
}

/** The original udx-native, installed by npm once into the user's cache (in the tree our own stands in its place). */
async function nativeModule(): Promise<string> {
  const manifest = join(import.meta.dir, 'native', 'package.json')
  const { dependencies } = (await Bun.file(manifest).json()) as { dependencies: Record<string, string> }
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache')
  const directory = join(cache, 'skein', `udx-native-${dependencies['udx-native']}`)
  const module = join(directory, 'node_modules', 'udx-native')
  if (existsSync(module)) return module
  await mkdir(dirname(directory), { recursive: true })
  const fresh = await mkdtemp(`${directory}.`)
  try {
    await cp(manifest, join(fresh, 'package.json'))
    const install = Bun.spawnSync(['npm', 'install', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: fresh })
    if (install.exitCode !== 0) throw new Error(`npm cannot install udx-native:\n${install.stderr}`)
    await rename(fresh, directory)
  } finally {
    await rm(fresh, { recursive: true, force: true })
  }
  return module
}
