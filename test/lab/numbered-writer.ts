import type { Server } from './server.ts'

/** A client that writes numbered objects throughout, through whichever server answers, and remembers what was acknowledged. */
export class NumberedWriter {
  readonly acknowledged: string[] = []
  readonly #servers: () => readonly Server[]
  readonly #prefix: string
  readonly #done: Promise<void>
  #isEnding = false

  constructor(servers: () => readonly Server[], prefix: string) {
    this.#servers = servers
    this.#prefix = prefix
    this.#done = this.#write()
  }

  async end(): Promise<void> {
    this.#isEnding = true
    await this.#done
  }

  /** Those, of what is acknowledged by now, that a server does not show. */
  async missingAt(server: Server): Promise<string[]> {
    const acknowledged = [...this.acknowledged]
    const names = await server.kubectl(['get', 'configmaps', '-o', 'name'])
    const there = new Set(names.split('\n').map((name) => name.replace('configmap/', '')))
    return acknowledged.filter((name) => !there.has(name))
  }

  async #write(): Promise<void> {
    for (let number = 0; !this.#isEnding; number++) {
      const servers = this.#servers()
      const server = servers[number % servers.length]
      if (server === undefined) {
        await Bun.sleep(100)
        continue
      }
      const name = `${this.#prefix}-${number}`
      const create = ['create', 'configmap', name, `--from-literal=number=${number}`, '--request-timeout=3s']
      const done = await server.host.run(['kubectl', '--kubeconfig', server.kubeconfig, ...create])
      if (done.exitCode === 0) this.acknowledged.push(name)
      else await Bun.sleep(100)
    }
  }
}
