/**
 * Makes agent/worker/runtime/generated from the CRI's and containerd's protocol definitions, which it takes from two
 * Debian packages. Commit what it makes: `bun scripts/runtime-protocol/main.ts [FOLDER]`.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fetchDebianPackages } from '../debian/fetch.ts'

/** Package and upstream version; the Debian revision may differ. */
const packages = {
  'golang-github-kubernetes-cri-api-dev': '0.32.3',
  'golang-github-containerd-containerd-dev': '1.7.24',
}
const suite = 'trixie'
const sourceRoot = 'usr/share/gocode/src'
const containerd = 'github.com/containerd/containerd/api'

/** Definition in the packages -> path under which it is compiled (also the generated file's name). */
const definitions: Record<string, string> = {
  'k8s.io/cri-api/pkg/apis/runtime/v1/api.proto': 'cri/api.proto',
  [`${containerd}/services/tasks/v1/tasks.proto`]: `${containerd}/services/tasks/v1/tasks.proto`,
  [`${containerd}/services/containers/v1/containers.proto`]: `${containerd}/services/containers/v1/containers.proto`,
  [`${containerd}/services/content/v1/content.proto`]: `${containerd}/services/content/v1/content.proto`,
  [`${containerd}/types/mount.proto`]: `${containerd}/types/mount.proto`,
  [`${containerd}/types/metrics.proto`]: `${containerd}/types/metrics.proto`,
  [`${containerd}/types/descriptor.proto`]: `${containerd}/types/descriptor.proto`,
  [`${containerd}/types/task/task.proto`]: `${containerd}/types/task/task.proto`,
}

function run(command: string[], cwd: string): string {
  const result = Bun.spawnSync(command, { cwd, stdout: 'pipe', stderr: 'pipe' })
  if (result.exitCode !== 0) throw new Error(`${command.join(' ')} failed:\n${result.stderr.toString().trim()}`)
  return result.stdout.toString()
}

function unpackSources(folder: string): void {
  const wishes = Object.entries(packages).map(([name, upstream]) => ({ name, suite, upstream }))
  // Go sources are the same for every architecture.
  for (const { file } of fetchDebianPackages({
    cache: 'runtime-protocol',
    architecture: 'amd64',
    wishes,
    allowExpired: true,
  })) {
    run(['dpkg-deb', '--extract', file, join(folder, 'x')], folder)
  }
}

/** gogoproto's annotations only steer Go's generator, and their definition is in neither package. */
function withoutGogoproto(text: string): string {
  return text
    .split('\n')
    .filter((line) => !line.includes('gogoproto'))
    .join('\n')
}

const root = join(import.meta.dir, '../..')
const output = resolve(process.argv[2] ?? join(root, 'agent/worker/runtime/generated'))
const work = mkdtempSync(join(tmpdir(), 'skein-runtime-protocol-'))
try {
  unpackSources(work)
  const protocols = join(work, 'protocols')
  for (const [from, to] of Object.entries(definitions)) {
    const source = join(work, 'x', sourceRoot, from)
    if (!existsSync(source)) throw new Error(`the packages no longer hold ${from}`)
    mkdirSync(dirname(join(protocols, to)), { recursive: true })
    writeFileSync(join(protocols, to), withoutGogoproto(readFileSync(source, 'utf8')))
  }
  writeFileSync(join(protocols, 'buf.yaml'), 'version: v2\n')
  const plugin = {
    local: join(root, 'node_modules/.bin/protoc-gen-es'),
    out: output,
    opt: ['target=ts', 'import_extension=ts'],
  }
  rmSync(output, { recursive: true, force: true })
  run(
    [
      // A script for node; Bun runs it where there is none.
      process.execPath,
      join(root, 'node_modules/.bin/buf'),
      'generate',
      '--template',
      JSON.stringify({ version: 'v2', plugins: [plugin] }),
    ],
    protocols,
  )
} finally {
  rmSync(work, { recursive: true, force: true })
}
