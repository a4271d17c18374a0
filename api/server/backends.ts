import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Server } from 'bun'
import type { CertificateUser } from './certificate-user.ts'

/** Makes the HTTP server of one caller on this unix socket. */
export type MakeServer = (path: string, user: CertificateUser | undefined) => Server<unknown>

interface Backend {
  path: string
  server: Server<unknown>
  connections: number
}

/**
 * One plain HTTP server per distinct caller (name and groups of the client certificate): the server's closure knows
 * who calls, so nothing in a request can pretend. Idle ones are dropped, least recently used first, above `max`.
 */
export class Backends {
  #directory: string
  #max: number
  #make: MakeServer
  #backends = new Map<string, Backend>()

  /** The directory is made, with access for its owner only. */
  constructor(directory: string, max: number, make: MakeServer) {
    this.#directory = directory
    this.#max = max
    this.#make = make
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    chmodSync(directory, 0o700)
  }

  /** `release` when the connection is over. */
  acquire(user: CertificateUser | undefined): { path: string; release(): void } {
    const key = user ? JSON.stringify([user.name, user.groups]) : ''
    let backend = this.#backends.get(key)
    if (backend) this.#backends.delete(key)
    else {
      // A unix socket's path holds at most 107 bytes: the name is short and random.
      const path = join(this.#directory, randomBytes(6).toString('hex'))
      backend = { path, server: this.#make(path, user), connections: 0 }
    }
    this.#backends.set(key, backend)
    backend.connections++
    this.#evict()
    const taken = backend
    return {
      path: backend.path,
      release() {
        taken.connections--
      },
    }
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#backends.values()].map((backend) => this.#drop(backend)))
    this.#backends.clear()
  }

  #evict(): void {
    if (this.#backends.size <= this.#max) return
    for (const [key, backend] of this.#backends) {
      if (backend.connections > 0) continue
      this.#backends.delete(key)
      void this.#drop(backend)
      if (this.#backends.size <= this.#max) return
    }
  }

  async #drop(backend: Backend): Promise<void> {
    await backend.server.stop(true)
    rmSync(backend.path, { force: true })
  }
}
