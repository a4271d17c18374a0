import { EventEmitter } from 'node:events'
import { networkInterfaces } from 'node:os'

export interface NetworkInterface {
  name: string
  host: string
  family: 4 | 6
  internal: boolean
}

const pollMs = 5000

export function listInterfaces(): NetworkInterface[] {
  const found: NetworkInterface[] = []
  for (const [name, addresses] of Object.entries(networkInterfaces())) {
    for (const { address, family, internal } of addresses ?? []) {
      found.push({ name, host: address.split('%')[0]!, family: family === 'IPv4' ? 4 : 6, internal })
    }
  }
  return found
}

/** Emits `change` with the new list when addresses come or go; `close` after `destroy`. Iterates over the present list. */
export class NetworkInterfaces extends EventEmitter {
  interfaces = listInterfaces()
  #timer: ReturnType<typeof setInterval> | undefined
  #destroying: Promise<void> | undefined

  watch(): this {
    if (this.#timer !== undefined || this.#destroying !== undefined) return this
    this.#timer = setInterval(() => this.#look(), pollMs)
    this.#timer.unref()
    return this
  }

  unwatch(): this {
    clearInterval(this.#timer)
    this.#timer = undefined
    return this
  }

  destroy(): Promise<void> {
    this.unwatch()
    this.#destroying ??= Promise.resolve().then(() => {
      this.emit('close')
    })
    return this.#destroying
  }

  [Symbol.iterator](): Iterator<NetworkInterface> {
    return this.interfaces[Symbol.iterator]()
  }

  #look(): void {
    const next = listInterfaces()
    if (signature(next) === signature(this.interfaces)) return
    this.interfaces = next
    this.emit('change', next)
  }
}

function signature(interfaces: NetworkInterface[]): string {
  return interfaces
    .map(({ name, host }) => `${name} ${host}`)
    .sort()
    .join()
}
