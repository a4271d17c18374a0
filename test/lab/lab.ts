import { existsSync } from 'node:fs'
import { cp, mkdir, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { makeImages } from '../fixtures/images/make.ts'
import { Host } from './host.ts'
import { Server } from './server.ts'

const executable = resolve(import.meta.dir, '../../dist/skein')

/** Hosts and servers of one test or show; closing it leaves nothing behind. */
export class Lab {
  readonly #name: string
  readonly #servers: Server[] = []

  private constructor(name: string) {
    this.#name = name
  }

  /** A lab of its own for a test: two that run at once do not meet. */
  static forTest(name: string): Promise<Lab> {
    return Lab.open(`${name}-${process.pid}`)
  }

  /** Throws with what is missing on this machine, or when a lab of this name was left: `removeLeft` it first. */
  static async open(name: string): Promise<Lab> {
    if (process.getuid!() !== 0) throw new Error('the lab needs root: it makes network namespaces and containers')
    if (!existsSync(executable)) throw new Error(`${executable} is missing: run scripts/build first`)
    for (const program of ['ip', 'nsenter', 'kubectl', 'curl']) {
      if (Bun.which(program) === null) throw new Error(`the lab needs the program ${program}: run scripts/test once`)
    }
    await mkdir(directoryOf(name), { mode: 0o700 })
    return new Lab(name)
  }

  /** Removes the lab of that name, which an earlier process has left. */
  static async removeLeft(name: string): Promise<void> {
    const lab = new Lab(name)
    const servers = await readdir(directoryOf(name)).catch(() => [])
    for (const server of servers) {
      const host = Host.find(lab.#hostName(server))
      if (host !== undefined) lab.#servers.push(lab.#serverOn(host, server))
    }
    await lab.close()
  }

  /** A host and a server on it, not started yet, with the images of the fixtures in its images folder. */
  async server(name: string): Promise<Server> {
    const server = this.#serverOn(await Host.create(this.#hostName(name)), name)
    this.#servers.push(server)
    const images = join(server.dataDirectory, 'images')
    await mkdir(images, { recursive: true, mode: 0o700 })
    for (const archive of makeImages()) await cp(archive, join(images, basename(archive)))
    return server
  }

  async close(): Promise<void> {
    for (const server of this.#servers.splice(0)) {
      await server.remove()
      await server.host.remove()
    }
    await rm(directoryOf(this.#name), { recursive: true, force: true })
  }

  #hostName(server: string): string {
    return `skein-${this.#name}-${server}`
  }

  #serverOn(host: Host, name: string): Server {
    return new Server({ host, name, directory: join(directoryOf(this.#name), name), executable })
  }
}

/** Short: a unix socket's path has at most 107 bytes. */
function directoryOf(name: string): string {
  return join(tmpdir(), `skein-lab-${name}`)
}
