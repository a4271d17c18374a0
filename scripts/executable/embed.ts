/** What the bundler puts in place of the modules that stand for embedded files. */

import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BunPlugin } from 'bun'
import type { PayloadFacts } from '../payload/pack.ts'
import type { Target } from '../payload/packages.ts'

/** Packages with a native part that works on Bun. */
const addonPackages = ['sodium-native', 'quickbit-native', 'simdle-native']

export interface EmbedOptions {
  root: string
  dist: string
  target: Target
  /** Undefined for SKEIN_PAYLOAD=none. */
  payload: PayloadFacts | undefined
}

/**
 * Copies each addon of the target under an ending that Bun does not know (it would extract `.node` itself, to a place
 * that anybody can write), and names the copies. They must exist before the bundler starts.
 */
function embeddedAddonsModule({ root, dist, target }: EmbedOptions): string {
  const folder = join(dist, 'addons', target)
  mkdirSync(folder, { recursive: true })
  const imports: string[] = []
  const entries: string[] = []
  for (const [index, name] of addonPackages.entries()) {
    const source = join(root, 'node_modules', name, 'prebuilds', target, `${name}.node`)
    const copy = join(folder, `${name}.addon`)
    cpSync(source, copy)
    const sha256 = createHash('sha256').update(readFileSync(copy)).digest('hex')
    imports.push(`import file${index} from ${JSON.stringify(copy)} with { type: 'file' }`)
    entries.push(`${JSON.stringify(name)}: { path: file${index}, sha256: '${sha256}' }`)
  }
  return `${imports.join('\n')}\nexport const embeddedAddons = { ${entries.join(', ')} }\n`
}

function embeddedPayloadModule({ root, payload }: EmbedOptions): string {
  if (!payload) return 'export const embeddedPayload = () => undefined\n'
  const facts = JSON.stringify({ checksum: payload.checksum, unpackedBytes: payload.unpackedBytes })
  // /proc/self/exe stays the running program, also when a newer one takes its place.
  return [
    `import { findAppended } from ${JSON.stringify(join(root, 'agent/payload/appended.ts'))}`,
    `export const embeddedPayload = () => ({ locate: () => findAppended('/proc/self/exe'), ...${facts} })`,
    '',
  ].join('\n')
}

/** The replaced modules are agent/addon/embedded.ts, agent/payload/embedded.ts and the addons' binding.js. */
export function embedPlugin(options: EmbedOptions): BunPlugin {
  return {
    name: 'skein-embed',
    setup(build) {
      build.onLoad({ filter: /\/agent\/addon\/embedded\.ts$/ }, () => ({
        contents: embeddedAddonsModule(options),
        loader: 'ts',
      }))
      build.onLoad({ filter: /\/agent\/payload\/embedded\.ts$/ }, () => ({
        contents: embeddedPayloadModule(options),
        loader: 'ts',
      }))
      // The bundler writes the build machine's path for __filename; only the package's name matters.
      build.onLoad({ filter: /\/node_modules\/[^/]+-native\/binding\.js$/ }, ({ path }) => {
        const name = path.split('/').at(-2)
        return { contents: `module.exports = require('require-addon')('.', '/${name}/binding.js')\n`, loader: 'js' }
      })
    },
  }
}
