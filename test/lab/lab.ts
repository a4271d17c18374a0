import { constants, existsSync } from 'node:fs'
import { copyFile, cp, mkdir, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import type { Subprocess } from 'bun'
import { makeImages } from '../fixtures/images/make.ts'
import { Host } from './host.ts'
import { type NatKind, NatLab } from './nat-lab.ts'
import { Server } from './server.ts'

const executable = resolve(import.meta.dir, '../../dist/skein')

/** What a server gets beside its place. */
export interface ServerEquipment {
  /** Copied to it; the built one by default. */
  executable?: string
  /** More flags of `skein start`. */
  flags?: string[]
  /** Names of images in its images folder; default busybox and nginx. */
  images?: string[]
  /** Called when its directory is there, with nothing in it. */
  prepare?(server: Server): Promise<void>
}

/** Hosts and servers of one test or show; closing it leaves nothing behind. */
export class Lab {
  readonly #name: string
  readonly #servers: Server[] = []
  readonly #rendezvous: Subprocess[] = []
  readonly #ownHosts = new Set<Host>()
  #segment: NatLab | undefined

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
    for (const host of Host.all(`${lab.#prefix}-`)) {
      await host.endProcesses()
      await host.remove()
    }
  }

  /** The public segment that servers may be on, with routers of sites. */
  async segment(): Promise<NatLab> {
    this.#segment ??= await NatLab.open(this.#prefix)
    return this.#segment
  }

  /** A server with no network but its own loopback, not started yet, with the images of the fixtures in its folder. */
  async server(name: string, options: ServerEquipment = {}): Promise<Server> {
    return this.#equip(await Host.create(this.#hostName(name)), name, { ...options, ownsHost: true })
  }

  /** A server with the public address 51.10.0.NUMBER. */
  async publicServer(name: string, number: number, options: ServerEquipment = {}): Promise<Server> {
    const { host } = await (await this.segment()).publicHost(name, number)
    return this.#equip(host, name, options)
  }

  /** A server 192.168.NUMBER.2 behind a NAT router of its own, whose public address is 51.10.0.NUMBER. */
  async siteServer(name: string, number: number, nat: NatKind, options: ServerEquipment = {}) {
    const { host, router } = await (await this.segment()).site(name, number, nat)
    return { server: await this.#equip(host, name, options), router }
  }

  /** A server 192.168.NUMBER.LAST on a local network of the segment's. */
  async networkServer(name: string, router: Host, number: number, last: number, equipment: ServerEquipment = {}) {
    const host = await (await this.segment()).networkHost(name, router, number, last)
    return this.#equip(host, name, equipment)
  }

  /** A rendezvous on a public host 51.10.0.NUMBER; it ends with the lab. */
  async rendezvous(name: string, number: number, port: number): Promise<void> {
    const { host, address } = await (await this.segment()).publicHost(name, number)
    const command = host.command([executable, 'rendezvous', '--listen', `${address}:${port}`])
    const log = Bun.file(join(directoryOf(this.#name), `${name}.log`))
    const child = Bun.spawn(['setsid', ...command], { stdin: 'ignore', stdout: log, stderr: log })
    child.unref()
    this.#rendezvous.push(child)
  }

  async close(): Promise<void> {
    for (const child of this.#rendezvous.splice(0)) child.kill()
    for (const server of this.#servers.splice(0)) {
      await server.remove()
      if (this.#ownHosts.delete(server.host)) await server.host.remove()
    }
    await this.#segment?.close()
    this.#segment = undefined
    await rm(directoryOf(this.#name), { recursive: true, force: true })
  }

  async #equip(host: Host, name: string, equipment: ServerEquipment & { ownsHost?: boolean }): Promise<Server> {
    const server = this.#serverOn(host, name, equipment.flags)
    this.#servers.push(server)
    if (equipment.ownsHost) this.#ownHosts.add(host)
    await mkdir(server.directory, { recursive: true })
    await equipment.prepare?.(server)
    const images = join(server.dataDirectory, 'images')
    await mkdir(images, { recursive: true, mode: 0o700 })
    for (const archive of makeImages(equipment.images ?? ['busybox', 'nginx']))
      await cp(archive, join(images, basename(archive)))
    await copyFile(equipment.executable ?? executable, server.executable, constants.COPYFILE_FICLONE)
    return server
  }

  get #prefix(): string {
    return `skein-${this.#name}`
  }

  #hostName(server: string): string {
    return `${this.#prefix}-${server}`
  }

  #serverOn(host: Host, name: string, flags: string[] = []): Server {
    const cgroupRoot = `/${this.#hostName(name)}`
    return new Server({ host, name, directory: join(directoryOf(this.#name), name), cgroupRoot, flags })
  }
}

/** Short: a unix socket's path has at most 107 bytes. */
function directoryOf(name: string): string {
  return join(tmpdir(), `skein-lab-${name}`)
}
