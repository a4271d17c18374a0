import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** Where Node finds Hypercore on the real rocksdb-native. */
export const nativeModules = import.meta.dir

const node = join(nativeModules, `node_modules/node-linux-${process.arch}/bin/node`)

/** The path of a Node of its own; it and the modules are installed on the first call. */
export async function nativeNode(): Promise<string> {
  if (!existsSync(node) || !existsSync(join(nativeModules, 'node_modules/rocksdb-native'))) {
    const install = Bun.spawn([process.execPath, 'install', '--frozen-lockfile'], {
      cwd: nativeModules,
      stderr: 'pipe',
      stdout: 'ignore',
    })
    const report = await new Response(install.stderr).text()
    if ((await install.exited) !== 0) throw new Error(`bun install in ${nativeModules} failed: ${report}`)
  }
  return node
}
