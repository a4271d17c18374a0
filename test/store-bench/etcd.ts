import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fetchDebianPackages } from '../../scripts/debian/fetch.ts'
import { until } from '../lab/until.ts'
import { Child } from './lines.ts'
import type { Target } from './target.ts'

const basePort = 28_580

/** Three members of etcd as Debian has it. */
export async function startEtcd(directory: string): Promise<Target> {
  const program = etcdProgram(directory)
  const client = (number: number) => `http://127.0.0.1:${basePort + number}`
  const peer = (number: number) => `http://127.0.0.1:${basePort + 3 + number}`
  const cluster = [0, 1, 2].map((number) => `m${number}=${peer(number)}`).join(',')
  const members = [0, 1, 2].map(
    (number) =>
      new Child([
        ...[program, '--name', `m${number}`, '--data-dir', join(directory, `${number}`)],
        ...['--listen-client-urls', client(number), '--advertise-client-urls', client(number)],
        ...['--listen-peer-urls', peer(number), '--initial-advertise-peer-urls', peer(number)],
        ...['--initial-cluster', cluster, '--initial-cluster-token', 'bench', '--log-level', 'fatal'],
      ]),
  )
  const status = async (number: number) => {
    const response = await fetch(`${client(number)}/v3/maintenance/status`, { method: 'POST', body: '{}' })
    return (await response.json()) as { header: { member_id: string }; leader: string; raftAppliedIndex: string }
  }
  const leaderNumber = async () => {
    for (let number = 0; number < 3; number++) {
      const { header, leader } = await status(number)
      if (header.member_id === leader) return number
    }
    throw new Error('etcd has no leader')
  }
  await until('etcd', async () => (await leaderNumber().catch(() => -1)) >= 0)
  const ports = [0, 1, 2].map((number) => `${basePort + number}`)
  const startClient = () => new Child([process.execPath, join(import.meta.dir, 'etcd-load.ts'), ...ports])
  const load = startClient()
  await load.ask({ what: 'puts', clients: 1, limit: { count: 10 } })
  return {
    name: 'etcd',
    members,
    load,
    leader: async () => members[await leaderNumber()]!,
    async restart(killed) {
      const number = members.indexOf(killed)
      const { raftAppliedIndex } = await status((number + 1) % 3)
      killed.restart()
      const isBack = async () => Number((await status(number)).raftAppliedIndex) >= Number(raftAppliedIndex)
      await until('a member of etcd is back', () => isBack().catch(() => false))
      await load.ask({ what: 'connect' })
    },
    async startReader() {
      const child = startClient()
      await child.ask({ what: 'local', clients: 1, seconds: 0.1 })
      return {
        about: 'its client in a process of its own: reads from all members, watches from one',
        child,
        async stop() {
          child.kill()
          await child.exited
        },
      }
    },
    async stop() {
      for (const child of [...members, load]) child.kill()
      await Promise.all([...members, load].map(({ exited }) => exited))
    },
  }
}

function etcdProgram(directory: string): string {
  const wishes = [{ name: 'etcd-server', suite: 'sid', upstream: '3.5.30' }]
  const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64'
  const [found] = fetchDebianPackages({ cache: 'etcd', architecture, wishes, allowExpired: true })
  const root = join(directory, 'package')
  const program = join(root, 'usr/bin/etcd')
  mkdirSync(root, { recursive: true })
  if (!existsSync(program)) Bun.spawnSync(['dpkg-deb', '-x', found!.file, root])
  return program
}
