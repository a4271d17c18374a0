import { Lab, type ServerEquipment } from './lab.ts'
import { leaderOf } from './leader.ts'
import type { Server } from './server.ts'
import { until } from './until.ts'

const rendezvousPort = 49737

/** Three servers that vote, two of them behind NATs of their own, with a rendezvous that is no member. */
export class ClusterOfThree {
  readonly lab: Lab
  readonly servers: Server[] = []
  /** Of a server behind NAT: its site's number. */
  readonly #sites = new Map<Server, number>()
  readonly #equipment: ServerEquipment

  private constructor(lab: Lab, equipment: ServerEquipment) {
    this.lab = lab
    this.#equipment = { flags: ['--rendezvous', `51.10.0.10:${rendezvousPort}`, '--dht', 'none'], ...equipment }
  }

  static async open(name: string, equipment: ServerEquipment = {}): Promise<ClusterOfThree> {
    const cluster = new ClusterOfThree(await Lab.forTest(name), equipment)
    await cluster.lab.rendezvous('meet', 10, rendezvousPort)
    cluster.servers.push(await cluster.lab.publicServer('s1', 1, cluster.#equipment))
    for (const number of [2, 3]) await cluster.addSite(`s${number}`, number)
    const [first, ...others] = cluster.servers
    await first!.start()
    await first!.ready()
    await first!.pack(others)
    await Promise.all(others.map((server) => server.start()))
    await cluster.whole()
    for (const server of cluster.servers) await server.writeKubeconfig()
    await until('three voters', async () => (await first!.status())?.quorum?.voters.length === 3)
    return cluster
  }

  async addSite(name: string, number: number): Promise<Server> {
    const { server } = await this.lab.siteServer(name, number, 'plain', this.#equipment)
    this.servers.push(server)
    this.#sites.set(server, number)
    return server
  }

  leader(): Promise<Server> {
    return leaderOf(this.servers)
  }

  /** Every server is ready and the nodes are, as each sees it. */
  async whole(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.ready()))
  }

  /** Its cable is pulled. */
  async cutOff({ host }: Server): Promise<void> {
    const link = (await host.run(['ip', 'link', 'show', 'wan'])).exitCode === 0 ? 'wan' : 'eth0'
    await host.output(['ip', 'link', 'set', link, 'down'])
  }

  async plugIn(server: Server): Promise<void> {
    const site = this.#sites.get(server)
    await server.host.output(['ip', 'link', 'set', site === undefined ? 'wan' : 'eth0', 'up'])
    if (site !== undefined) await server.host.output(['ip', 'route', 'replace', 'default', 'via', `192.168.${site}.1`])
  }

  /** The site's router gives the server another address. */
  async readdress(server: Server, number: number): Promise<void> {
    const site = this.#sites.get(server)
    if (site === undefined) throw new Error(`${server.name} is behind no router`)
    await (await this.lab.segment()).readdress(server.host, site, number)
  }

  close(): Promise<void> {
    return this.lab.close()
  }
}
