import { afterAll, expect, test } from 'bun:test'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { Lab } from '../lab/lab.ts'
import type { Server } from '../lab/server.ts'
import { manifests } from '../lab/thin-path.ts'

let lab: Lab | undefined

afterAll(async () => {
  await lab?.close()
}, 60_000)

/** What a node makes on its machine, as the machine itself shows it. */
async function traces(server: Server): Promise<Record<string, string[]>> {
  const { host, dataDirectory } = server
  // The kernel gives link-local addresses a moment after a link is up.
  const lines = async (command: string[]) => {
    const text = await host.output(command)
    return text
      .trim()
      .replaceAll(/ ?\S*fe80:\S+/g, '')
      .split('\n')
      .filter((line) => !/^local\s+dev/.test(line))
      .sort()
  }
  const cgroup = host.name
  return {
    links: await lines(['ip', '-brief', 'link']),
    addresses: await lines(['ip', '-brief', 'address']),
    routes: await lines(['ip', 'route', 'show', 'table', 'all']),
    rules: await lines(['ip', 'rule']),
    tables: await lines(['nft', 'list', 'ruleset']),
    podNamespaces: readdirSync('/run/netns').filter((name) => name.startsWith('cni-')),
    state: readdirSync('/run').filter((name) => name.startsWith('skein-')),
    mounts: readFileSync('/proc/self/mounts', 'utf8')
      .split('\n')
      .filter((line) => line.includes(dataDirectory)),
    cgroups: readdirSync('/sys/fs/cgroup').filter((name) => existsSync(`/sys/fs/cgroup/${name}/${cgroup}`)),
    processes: readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && commandLine(pid).includes(dataDirectory)),
  }
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}

test('skein uninstall --data leaves the machine as it was, pods and all', async () => {
  lab = await Lab.forTest('uninstall')
  const server = await lab.publicServer('s1', 1)
  const before = await traces(server)
  await server.start()
  await server.ready()
  await server.writeKubeconfig()
  await server.kubectl(['apply', '-f', '-'], { stdin: manifests })
  await server.kubectl(['rollout', 'status', 'deployment/web', '--timeout=60s'])
  const during = await traces(server)
  for (const kind of ['links', 'addresses', 'tables', 'mounts', 'processes'])
    expect(during[kind]).not.toEqual(before[kind])
  await server.end('SIGTERM')
  await server.remove()
  expect(await traces(server)).toEqual(before)
  expect(existsSync(server.dataDirectory)).toBe(false)
}, 180_000)
