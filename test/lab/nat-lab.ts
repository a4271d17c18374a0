import { output } from './command.ts'
import { Host } from './host.ts'

/** How a router maps the ports of hosts behind it: kept where possible, or drawn anew for every destination. */
export type NatKind = 'plain' | 'random'

/**
 * Public hosts on one segment, and sites behind NAT routers on it. Public addresses look routable (51.10.0.0/24): DHT
 * nodes treat private ones specially. Routers let nothing in that was not asked for.
 */
export class NatLab {
  readonly #prefix: string
  readonly #hosts: Host[] = []
  readonly #segment: Host

  private constructor(prefix: string, segment: Host) {
    this.#prefix = prefix
    this.#segment = segment
    this.#hosts.push(segment)
  }

  static async open(prefix: string): Promise<NatLab> {
    const segment = await Host.create(`${prefix}-wan`)
    await segment.output(['ip', 'link', 'add', 'wan', 'type', 'bridge'])
    await segment.output(['ip', 'link', 'set', 'wan', 'up'])
    return new NatLab(prefix, segment)
  }

  /** A host with an address of its own on the public segment: 51.10.0.NUMBER. */
  async publicHost(name: string, number: number): Promise<{ host: Host; address: string }> {
    const host = await this.#host(name)
    await this.#plug(host, name, number)
    return { host, address: `51.10.0.${number}` }
  }

  /** A public host with IPv6 alone, 2001:db8:10::NUMBER, whose firewall lets in only what answers. */
  async sixHost(name: string, number: number): Promise<{ host: Host; address: string }> {
    const host = await this.#host(name)
    await this.#plug(host, name, number)
    const address = `2001:db8:10::${number}`
    await host.output(['ip', 'addr', 'flush', 'dev', 'wan'])
    await host.output(['ip', 'addr', 'add', `${address}/64`, 'dev', 'wan', 'nodad'])
    await host.output(['nft', '-f', '-'], { stdin: sixFirewall })
    return { host, address }
  }

  /** A host 192.168.NUMBER.2 behind a router whose public address is 51.10.0.NUMBER. */
  async site(name: string, number: number, nat: NatKind): Promise<{ host: Host; router: Host }> {
    const { router } = await this.network(name, number, nat)
    return { router, host: await this.networkHost(name, router, number, 2) }
  }

  /** A local network 192.168.NUMBER.0/24 without hosts; with a router to the public segment, or with none. */
  async network(name: string, number: number, nat: NatKind | 'none'): Promise<{ router: Host }> {
    const router = await this.#host(`${name}-nat`)
    await router.output(['ip', 'link', 'add', 'lan', 'type', 'bridge'])
    await router.output(['ip', 'link', 'set', 'lan', 'up'])
    if (nat === 'none') return { router }
    await this.#plug(router, `${name}n`, number)
    await router.output(['ip', 'addr', 'add', `192.168.${number}.1/24`, 'dev', 'lan'])
    await router.output(['sysctl', '-qw', 'net.ipv4.ip_forward=1'])
    await router.output(['nft', '-f', '-'], { stdin: routerRules(nat) })
    return { router }
  }

  /** A host 192.168.NUMBER.LAST on a local network; interface eth0. */
  async networkHost(name: string, router: Host, number: number, last: number): Promise<Host> {
    const host = await this.#host(name)
    const port = `host${last}`
    const link = ['ip', 'link', 'add', port, 'netns', router.name, 'type', 'veth', 'peer', 'name', 'eth0']
    await output([...link, 'netns', host.name])
    await router.output(['ip', 'link', 'set', port, 'master', 'lan', 'up'])
    await host.output(['ip', 'addr', 'add', `192.168.${number}.${last}/24`, 'dev', 'eth0'])
    await host.output(['ip', 'link', 'set', 'eth0', 'up'])
    await host.output(['ip', 'route', 'add', 'default', 'via', `192.168.${number}.1`])
    return host
  }

  /** From now on the router lets no UDP through to or from the public segment. */
  async blockUdp(router: Host): Promise<void> {
    await router.output(['nft', 'insert', 'rule', 'ip', 'router', 'forward', 'meta', 'l4proto', 'udp', 'drop'])
  }

  /** A host of a local network moves to another address there: connections from the old one are gone. */
  async moveHost(host: Host, number: number, from: number, to: number): Promise<void> {
    await host.output(['ip', 'addr', 'del', `192.168.${number}.${from}/24`, 'dev', 'eth0'])
    await host.output(['ip', 'addr', 'add', `192.168.${number}.${to}/24`, 'dev', 'eth0'])
    await host.output(['ip', 'route', 'replace', 'default', 'via', `192.168.${number}.1`])
  }

  /** The router of a local network gives a host the address .LAST there, and no other. */
  async readdress(host: Host, number: number, last: number): Promise<void> {
    await host.output(['ip', 'addr', 'flush', 'dev', 'eth0'])
    await host.output(['ip', 'addr', 'add', `192.168.${number}.${last}/24`, 'dev', 'eth0'])
    await host.output(['ip', 'route', 'replace', 'default', 'via', `192.168.${number}.1`])
  }

  async close(): Promise<void> {
    for (const host of this.#hosts.splice(0).reverse()) await host.remove()
  }

  async #host(name: string): Promise<Host> {
    const host = await Host.create(`${this.#prefix}-${name}`)
    this.#hosts.push(host)
    return host
  }

  /** Interface `wan` of a host, on the public segment. */
  async #plug(host: Host, port: string, number: number): Promise<void> {
    const link = ['ip', 'link', 'add', 'wan', 'netns', host.name, 'type', 'veth', 'peer', 'name', port]
    await output([...link, 'netns', this.#segment.name])
    await this.#segment.output(['ip', 'link', 'set', port, 'master', 'wan', 'up'])
    await host.output(['ip', 'addr', 'add', `51.10.0.${number}/24`, 'dev', 'wan'])
    await host.output(['ip', 'link', 'set', 'wan', 'up'])
  }
}

const sixFirewall = `
table ip6 firewall {
  chain input {
    type filter hook input priority filter; policy accept;
    meta l4proto { tcp, udp } ct state new drop
  }
}
`

function routerRules(nat: NatKind): string {
  return `
table ip router {
  chain postrouting {
    type nat hook postrouting priority srcnat;
    oifname "wan" masquerade ${nat === 'random' ? 'fully-random' : ''}
  }
  chain forward {
    type filter hook forward priority filter; policy accept;
    iifname "wan" ct state new drop
  }
  chain input {
    type filter hook input priority filter; policy accept;
    iifname "wan" meta l4proto udp ct state new drop
  }
}
`
}
