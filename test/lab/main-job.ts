import { join } from 'node:path'
import { ChatClient } from './chat.ts'
import type { Host } from './host.ts'
import type { Lab } from './lab.ts'
import { leaderOf } from './leader.ts'
import type { Server } from './server.ts'
import { until } from './until.ts'

const rendezvousAddress = '51.10.0.10'
const rendezvousPort = 49737
const chatPort = 30080
const application = join(import.meta.dir, '../fixtures/chat/chat.yaml')
const images = ['busybox', 'chat']

/** Everything of one showing: a rendezvous host, three servers (two of them behind NAT), people in a chat room. */
export class MainJob {
  readonly lab: Lab
  readonly servers: Server[] = []
  readonly clients: ChatClient[] = []
  /** Computers from which people chat, one near each server. */
  readonly #outside: { host: Host; url: string }[] = []

  constructor(lab: Lab) {
    this.lab = lab
  }

  /** The server that leads. Throws when nobody does. */
  leader(): Promise<Server> {
    return leaderOf(this.servers)
  }

  async openHosts(): Promise<void> {
    const flags = ['--rendezvous', `${rendezvousAddress}:${rendezvousPort}`, '--dht', 'none']
    const equipment = { flags, images }
    await this.lab.rendezvous('rendezvous', 10, rendezvousPort)
    this.servers.push(await this.lab.publicServer('server-1', 1, equipment))
    const segment = await this.lab.segment()
    const { host } = await segment.publicHost(`people-1`, 21)
    this.#outside.push({ host, url: `ws://51.10.0.1:${chatPort}/` })
    for (const number of [2, 3]) {
      const { server, router } = await this.lab.siteServer(`server-${number}`, number, 'plain', equipment)
      this.servers.push(server)
      this.#outside.push({ host: router, url: `ws://192.168.${number}.2:${chatPort}/` })
    }
  }

  async openClients(): Promise<void> {
    for (const [index, { host, url }] of this.#outside.entries()) {
      const client = new ChatClient(host, url, `visitor-${index + 1}`)
      this.clients.push(client)
      await client.heard((line) => line.includes(`${client.name} says`), 20_000)
    }
  }

  async close(): Promise<void> {
    for (const client of this.clients.splice(0)) await client.end()
  }
}

/** One step; gives what was seen, or throws. */
export interface MainJobStep {
  title: string
  run(job: MainJob): Promise<string>
}

/** From one copied file to people who chat in a room on three servers. */
const beginning: MainJobStep[] = [
  {
    title: 'start skein on server 1; it packs a token into a copy of its executable',
    async run(job) {
      const [first, ...others] = job.servers as [Server, ...Server[]]
      await first.start()
      await first.ready()
      await first.writeKubeconfig()
      await first.pack(others)
      return first.kubectl(['get', 'nodes', '-o', 'wide'])
    },
  },
  {
    title: 'start the copies on servers 2 and 3, each behind a NAT of its own: they join by themselves',
    async run(job) {
      const begin = performance.now()
      await Promise.all(job.servers.slice(1).map((server) => server.start()))
      await Promise.all(job.servers.map((server) => server.ready()))
      for (const server of job.servers) await server.writeKubeconfig()
      await job.servers[1]!.kubectl(['wait', '--for=condition=Ready', 'node', '--all', '--timeout=60s'])
      const tookMs = performance.now() - begin
      const nodes = await job.servers[2]!.kubectl(['get', 'nodes', '-o', 'wide'])
      return `all Ready after ${(tookMs / 1000).toFixed(1)} s, as server 3 sees it:\n${nodes}`
    },
  },
  {
    title: 'deploy the chat room through server 2',
    async run(job) {
      const server = job.servers[1]!
      await server.kubectl(['apply', '-f', application])
      await server.kubectl(['rollout', 'status', 'deployment/chat', 'statefulset/archive', '--timeout=90s'])
      return server.kubectl(['get', 'pods,services,persistentvolumeclaims', '-o', 'wide'])
    },
  },
  {
    title: 'three people chat, each through the server that is near',
    async run(job) {
      await job.openClients()
      for (const client of job.clients) {
        for (const other of job.clients) await client.heard((line) => line.includes(`${other.name} says`), 20_000)
      }
      return job.clients.map(({ name, lines }) => `${name}: ${lines[0]}; everyone hears everyone`).join('\n')
    },
  },
]

/** The leader's server dies, and comes back. */
export const mainJobOutage: MainJobStep[] = [
  {
    title: "cut the power of the leader's server",
    async run(job) {
      const leader = await job.leader()
      const rest = job.servers.filter((server) => server !== leader)
      await leader.powerOff()
      const begin = performance.now()
      await writeUntilDone(rest[0]!, 'written-after')
      const tookMs = performance.now() - begin
      await Promise.all(rest.map((server) => server.kubectl(['get', 'configmap', 'written-after'])))
      const clients = job.clients.map((client) => {
        const seen = client.closes === 0 ? 'no break' : `${client.closes} break`
        return `${client.name}: ${seen}, longest silence ${(client.longestSilenceMs / 1000).toFixed(1)} s`
      })
      return [`${leader.name} is off; a write was acknowledged ${(tookMs / 1000).toFixed(1)} s later`, ...clients].join(
        '\n',
      )
    },
  },
  {
    title: 'its pods start elsewhere',
    async run(job) {
      const begin = performance.now()
      const running = await firstOnline(job)
      const online = (
        await Promise.all(job.servers.map(async (server) => ((await server.status()) ? [server.name] : [])))
      ).flat()
      await until(
        'three replicas on the servers that are left',
        async () => {
          const ready = '{.spec.nodeName} {.status.conditions[?(@.type=="Ready")].status}'
          const each = `jsonpath={range .items[*]}${ready}{"\\n"}{end}`
          const lines = (await running.kubectl(['get', 'pods', '-l', 'app=chat', '-o', each])).trim().split('\n')
          const there = lines.filter((line) => online.some((name) => line === `${name} True`))
          return there.length === 3
        },
        150_000,
      )
      const pods = await running.kubectl(['get', 'pods', '-l', 'app=chat', '-o', 'wide'])
      return `after ${((performance.now() - begin) / 1000).toFixed(0)} s:\n${pods}`
    },
  },
  {
    title: 'switch the server on again: it is whole by itself',
    async run(job) {
      for (const server of job.servers) {
        if ((await server.status()) === undefined) await server.start()
      }
      const begin = performance.now()
      await Promise.all(job.servers.map((server) => server.ready()))
      await job.servers[0]!.kubectl(['wait', '--for=condition=Ready', 'node', '--all', '--timeout=60s'])
      await Promise.all(job.servers.map((server) => server.kubectl(['get', 'configmap', 'written-after'])))
      return `all three are Ready ${((performance.now() - begin) / 1000).toFixed(1)} s after the start`
    },
  },
]

/** What Skein is for, from one copied file to an application that goes on when a server dies. */
export const mainJob: MainJobStep[] = [...beginning, ...mainJobOutage]

async function firstOnline(job: MainJob): Promise<Server> {
  for (const server of job.servers) {
    if ((await server.status()) !== undefined) return server
  }
  throw new Error('no server is on')
}

/** Writes a ConfigMap through a server, as often as it takes. */
async function writeUntilDone(server: Server, name: string): Promise<void> {
  const create = ['create', 'configmap', name, '--from-literal=a=b', '--request-timeout=2s']
  for (let tries = 0; ; tries++) {
    const { exitCode, stderr } = await server.host.run(['kubectl', '--kubeconfig', server.kubeconfig, ...create])
    if (exitCode === 0 || stderr.includes('AlreadyExists')) return
    if (tries > 100) throw new Error(`no write was acknowledged: ${stderr}`)
    await Bun.sleep(100)
  }
}
