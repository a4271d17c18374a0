import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'

export type PeerKind = 'bun' | 'node'

const program = join(import.meta.dir, 'peer.cjs')

/** A process that speaks UDX: ours on Bun, or the original on Node. */
export class Peer {
  readonly #child: Bun.Subprocess<'pipe', 'pipe', 'inherit'>
  readonly #waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>()
  #nextId = 1

  private constructor(child: Bun.Subprocess<'pipe', 'pipe', 'inherit'>) {
    this.#child = child
    this.#read().catch((error: Error) => {
      for (const { reject } of this.#waiting.values()) reject(error)
    })
  }

  /** `prefix` runs it elsewhere: `['nsenter', '--net=...']`. */
  static async start(kind: PeerKind, prefix: string[] = []): Promise<Peer> {
    const command =
      kind === 'bun'
        ? [process.execPath, program, join(import.meta.dir, '../index.cts')]
        : ['node', program, await nativeModule()]
    return new Peer(Bun.spawn([...prefix, ...command], { stdin: 'pipe', stdout: 'pipe', stderr: 'inherit' }))
  }

  get pid(): number {
    return this.#child.pid
  }

  // biome-ignore lint/suspicious/noExplicitAny: each command has an answer of its own, checked by the tests
  call(command: string, options: object = {}): Promise<any> {
    const id = this.#nextId++
    this.#child.stdin.write(`${JSON.stringify({ id, command, ...options })}\n`)
    this.#child.stdin.flush()
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }))
  }

  async stop(): Promise<void> {
    this.#child.kill()
    await this.#child.exited
  }

  async #read(): Promise<void> {
    let rest = ''
    const decoder = new TextDecoder()
    for await (const bytes of this.#child.stdout) {
      const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n')
      rest = lines.pop()!
      for (const line of lines) this.#answer(JSON.parse(line))
    }
    throw new Error('the peer ended')
  }

  #answer({ id, error, ...result }: { id: number; error?: string }): void {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (error === undefined) waiting?.resolve(result)
    else waiting?.reject(new Error(error))
  }
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
