import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const source = join(import.meta.dir, 'shim.c')

/** The compiled test/shim.c, for LD_PRELOAD. */
export async function shimLibrary(): Promise<string> {
  const name = Bun.hash(await Bun.file(source).bytes()).toString(36)
  const directory = join(tmpdir(), `skein-hypercore-store-shim-${process.getuid?.()}`)
  const library = join(directory, `${name}.so`)
  if (existsSync(library)) return library
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const part = `${library}.${process.pid}`
  const compiler = Bun.which('cc') ?? Bun.which('gcc')
  if (compiler === null) throw new Error('no C compiler: install gcc and libc6-dev')
  const child = Bun.spawn([compiler, '-shared', '-fPIC', '-O1', '-o', part, source, '-ldl'], { stderr: 'pipe' })
  const report = await new Response(child.stderr).text()
  if ((await child.exited) !== 0) throw new Error(`${compiler} failed: ${report}`)
  renameSync(part, library)
  return library
}
