/** `scripts/build`: makes dist/skein, or dist/skein-linux-arm64 for another target. */

import { appendFileSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { writeTrailer } from '../../agent/payload/appended.ts'
import { archivePath, distributePayload, fetchPackages, type PayloadFacts } from '../payload/pack.ts'
import { debianNames, type Target } from '../payload/packages.ts'
import { embedPlugin } from './embed.ts'

const root = join(import.meta.dir, '../..')
const dist = join(root, 'dist')

interface BuildOrder {
  target: Target
  updatePackages: boolean
  outfile: string
}

function refuse(message: string): never {
  console.error(`build: ${message}`)
  process.exit(2)
}

function readOrder(): BuildOrder {
  const usage = 'usage: scripts/build [--target linux-x64|linux-arm64] [--update-packages] [--outfile FILE]'
  try {
    const { values } = parseArgs({
      options: {
        target: { type: 'string', default: `linux-${process.arch}` },
        'update-packages': { type: 'boolean', default: false },
        outfile: { type: 'string' },
      },
    })
    const target = values.target as Target
    if (!(target in debianNames)) refuse(`unknown target ${target}; ${usage}`)
    const name = target === `linux-${process.arch}` ? 'skein' : `skein-${target}`
    return { target, updatePackages: values['update-packages'], outfile: values.outfile ?? join(dist, name) }
  } catch (error) {
    refuse(`${(error as Error).message}; ${usage}`)
  }
}

function readCommit(): string {
  const git = (...args: string[]) => Bun.spawnSync(['git', ...args], { cwd: root, stderr: 'ignore' })
  const commit = git('rev-parse', '--short=12', 'HEAD').stdout.toString().trim()
  if (commit === '') return 'unknown'
  const changed = git('status', '--porcelain', '--untracked-files=no').stdout.toString().trim() !== ''
  return changed ? `${commit}-modified` : commit
}

function readPayload(target: Target, updatePackages: boolean): PayloadFacts | undefined {
  const wanted = process.env.SKEIN_PAYLOAD ?? 'debian'
  if (wanted === 'none') return undefined
  if (wanted !== 'debian') refuse(`SKEIN_PAYLOAD=${wanted}: expected "none", or unset`)
  return distributePayload(target, fetchPackages(target, updatePackages), dist)
}

/** main.ts first: it is what the executable runs. The workers lie beside it under their path from the root. */
function entryPoints(): string[] {
  const workers = [...new Bun.Glob('{agent,mesh,api}/**/*.worker.ts').scanSync(root)].sort()
  return ['agent/main.ts', ...workers].map((path) => join(root, path))
}

async function compile({ target, outfile }: BuildOrder, payload: PayloadFacts | undefined): Promise<void> {
  const fresh = `${outfile}.new-${process.pid}`
  try {
    const result = await Bun.build({
      entrypoints: entryPoints(),
      root,
      target: 'bun',
      format: 'esm',
      minify: true,
      bytecode: true,
      define: {
        SKEIN_COMMIT: JSON.stringify(readCommit()),
        // Else the bundler writes the paths of this machine into the executable.
        __dirname: '"/skein"',
        __filename: '"/skein/bundle.js"',
      },
      plugins: [embedPlugin({ root, dist, target, payload })],
      compile: {
        target: `bun-${target}`,
        outfile: fresh,
        // The executable must not take settings from the directory it is started in.
        autoloadDotenv: false,
        autoloadBunfig: false,
        autoloadTsconfig: false,
        autoloadPackageJson: false,
      },
    })
    for (const line of result.logs) console.error(String(line))
    if (!result.success) process.exit(1)
    if (payload) {
      const archive = readFileSync(archivePath(target, dist))
      appendFileSync(fresh, archive)
      appendFileSync(fresh, writeTrailer(archive.length))
    }
    // Never written in place: an executable that runs from there goes on.
    renameSync(fresh, outfile)
  } finally {
    rmSync(fresh, { force: true })
  }
}

const order = readOrder()
mkdirSync(dist, { recursive: true })
try {
  const payload = readPayload(order.target, order.updatePackages)
  await compile(order, payload)
  const megabytes = (statSync(order.outfile).size / 1e6).toFixed(1)
  console.log(`${order.outfile}: ${megabytes} MB, ${order.target}, payload ${payload?.checksum ?? 'none'}`)
} catch (error) {
  console.error(`build: ${(error as Error).message}`)
  process.exit(1)
}
