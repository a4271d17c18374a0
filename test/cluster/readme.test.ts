import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { chmod, copyFile, mkdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { makeImages } from '../fixtures/images/make.ts'
import { Lab } from '../lab/lab.ts'
import type { Server } from '../lab/server.ts'
import { until } from '../lab/until.ts'

const root = resolve(import.meta.dir, '../..')

/** The lines of the shell example in the README that begins with this command, without their comments. */
async function example(begin: string): Promise<string[]> {
  const text = await readFile(join(root, 'README.md'), 'utf8')
  const blocks = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block]) => block!.trim())
  const block = blocks.find((candidate) => candidate.startsWith(begin))
  if (block === undefined) throw new Error(`the README has no example that begins with ${begin}`)
  return block.split('\n').map((line) => line.replace(/\s+#.*/, ''))
}

/**
 * The README's commands, line by line in a shell, on servers that are hosts of the lab. `skein` and `scp` are scripts there:
 * the one names the server's own directories, the other copies from one lab server to another. Servers of the lab have no
 * systemd: for `skein install` the test starts what its unit would.
 */
describe('the commands of the README', () => {
  let lab: Lab
  const servers: Server[] = []
  const home = (server: Server) => join(server.directory, 'home')

  beforeAll(async () => {
    lab = await Lab.forTest('readme')
    for (const number of [1, 2, 3]) servers.push(await lab.publicServer(`server-${number}`, number))
    for (const server of servers) await equip(server)
  }, 60_000)

  afterAll(async () => {
    await lab.close()
  }, 120_000)

  test('three servers', async () => {
    const [first, second, third] = servers as [Server, Server, Server]
    await runLines(await example('scp dist/skein'), first)
    await runLines(await example('skein check\nskein install'), first)
    for (const server of [second, third]) await runLines(await example('skein install'), server)
    await Promise.all(servers.map((server) => server.ready()))
    const lines = await example('skein kubeconfig >')
    for (const server of servers) expect(await runLines(lines, server)).toContain('server-3')
  }, 240_000)

  test('a rendezvous', async () => {
    const [line] = await example('skein rendezvous')
    expect(line).toBe('skein rendezvous')
    const { host, executable } = servers[2]!
    const child = Bun.spawn(host.command([executable, 'rendezvous']), { stdout: 'ignore', stderr: 'pipe' })
    for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) if (text.includes('49737')) break
    child.kill('SIGTERM')
    expect(await child.exited).toBe(0)
  }, 60_000)

  test('every command', async () => {
    const lines = await example('skein check          ')
    const first = servers[0]!
    const refused: Record<string, string> = {
      'skein start': `pid ${first.pid}`,
      'skein recover --from-this-node': 'answer',
    }
    for (const line of lines) {
      // Shown above.
      if (line === 'skein install' || line === 'skein rendezvous') continue
      if (line === 'skein uninstall') await first.end('SIGTERM')
      const { exitCode, stdout, stderr } = await shell(line, first)
      const reason = refused[line]
      expect([line, exitCode === 0, stderr]).toEqual([
        line,
        reason === undefined,
        expect.stringContaining(reason ?? ''),
      ])
      if (line !== 'skein uninstall') expect([line, stdout + stderr]).not.toEqual([line, ''])
    }
    expect(lines.length).toBeGreaterThan(10)
  }, 120_000)

  async function equip(server: Server): Promise<void> {
    const bin = join(server.directory, 'bin')
    await mkdir(bin)
    await mkdir(join(home(server), '.kube'), { recursive: true })
    const [image] = makeImages(['busybox'])
    await copyFile(image!, join(home(server), 'app.tar'))
    const scripts = {
      skein: `
case $1 in
  version | help) exec ${server.executable} "$@" ;;
  uninstall) exec ${server.executable} "$@" --data-dir ${server.dataDirectory} --cgroup-root /${server.host.name} ;;
  *) exec ${server.executable} "$@" --data-dir ${server.dataDirectory} ;;
esac`,
      scp: `
case $2 in
${servers.map(({ name, executable }) => `  root@${name}:/usr/local/bin/skein) exec cp "$1" ${executable} ;;`).join('\n')}
esac
exit 1`,
    }
    for (const [name, text] of Object.entries(scripts)) {
      await Bun.write(join(bin, name), `#!/bin/sh\n${text}\n`)
      await chmod(join(bin, name), 0o755)
    }
  }

  async function shell(line: string, server: Server) {
    const path = `${join(server.directory, 'bin')}:${process.env.PATH}`
    const script = `cd ${line.includes('dist/') ? root : home(server)} && ${line.replaceAll('/root/', '~/')}`
    return server.host.run(['sh', '-c', script], { env: { HOME: home(server), PATH: path } })
  }

  /** Gives what was printed. */
  async function runLines(lines: string[], server: Server): Promise<string> {
    let printed = ''
    for (const line of lines) {
      const [, command, ...words] = line.split(/\s+/)
      if (command === 'install') {
        await server.start(words.map((word) => word.replace('/root/', `${home(server)}/`)))
      } else if (line === 'skein status --watch') {
        await watch(server)
      } else {
        const { exitCode, stdout, stderr } = await shell(line, server)
        expect([line, exitCode, stderr]).toEqual([line, 0, expect.any(String)])
        printed += stdout
      }
    }
    return printed
  }

  /** Looks on until the node is ready, and presses Ctrl-C. */
  async function watch(server: Server): Promise<void> {
    await until('the agent answers', async () => (await server.status()) !== undefined)
    const command = [server.executable, 'status', '--watch', '--data-dir', server.dataDirectory]
    const child = Bun.spawn(server.host.command(command), { stdout: 'ignore', stderr: 'inherit' })
    await server.ready()
    child.kill('SIGINT')
    expect([0, 130]).toContain(await child.exited)
  }
})
