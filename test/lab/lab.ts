import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { makeImages } from '../fixtures/images/make.ts'
import { Host } from './host.ts'
import { Server } from './server.ts'

const executable = resolve(import.meta.dir, '../../dist/skein')

/** Hosts and servers of one test or show; closing it leaves nothing behind. */
export class Lab {
  readonly directory: string
  readonly #prefix: string
  readonly #hosts: Host[] = []
  readonly #servers: Server[] = []

  private constructor(prefix: string, directory: string) {
    this.#prefix = prefix
    this.directory = directory
  }

  /** Throws with what is missing on this machine. */
  static async open(name: string): Promise<Lab> {
    if (process.getuid!() !== 0) throw new Error('the lab needs root: it makes network namespaces and containers')
    if (!existsSync(executable)) throw new Error(`${executable} is missing: run scripts/build first`)
    for (const program of ['ip', 'nsenter', 'kubectl', 'curl']) {
      if (Bun.which(program) === null) throw new Error(`the lab needs the program ${program}: run scripts/test once`)
    }
    const directory = await mkdtemp(join(tmpdir(), `skein-${name}-`))
    return new Lab(`skn-${process.pid}`, directory)
  }

  /** A host and a server on it, not started yet, with the images of the fixtures in its images folder. */
  async server(name: string): Promise<Server> {
    const host = await Host.create(`${this.#prefix}-${name}`)
    this.#hosts.push(host)
    const server = new Server({ host, name, directory: join(this.directory, name), executable })
    this.#servers.push(server)
    await mkdir(join(server.dataDirectory, 'images'), { recursive: true, mode: 0o700 })
    for (const archive of makeImages()) await cp(archive, join(server.dataDirectory, 'images', basename(archive)))
    return server
  }

  async close(): Promise<void> {
    for (const server of this.#servers) await server.remove()
    for (const host of this.#hosts) await host.remove()
    await rm(this.directory, { recursive: true, force: true })
  }
}
