import { ptr } from 'bun:ffi'
import { lookup } from 'node:dns/promises'
import { addressOf } from '../address/address.ts'
import { socketAddress, UdpSender, type UdpSocket } from './device.ts'
import { decodeReflection, encodeReflectionRequest } from './reflection.ts'
import type { Endpoint } from './shared.ts'

/** Between two questions, which also keep the place in a NAT; and how long an answer is believed. */
const [askMs, believedMs] = [5000, 16_000]
const lookupMs = 5 * 60_000
const maxReflectors = 4

interface Reflector {
  /** `host:port`. */
  text: string
  endpoint: Endpoint | undefined
  lookedUpMs: number
  id: number
  observed: Endpoint | undefined
  answeredMs: number
}

/** Knows where this node's tunnel socket is seen from outside, when no other node can tell: asks rendezvous hosts. */
export class Reflectors {
  readonly #sender: UdpSender
  readonly #isForBoth: boolean
  readonly #list: Reflector[]
  readonly #timer: ReturnType<typeof setInterval>

  /** `reflectors` as `host:port`; the answers come to the socket's reader. */
  constructor({ fd, isForBoth }: UdpSocket, reflectors: readonly string[]) {
    this.#sender = new UdpSender(fd)
    this.#isForBoth = isForBoth
    this.#list = reflectors.slice(0, maxReflectors).map((text) => ({
      ...{ text, endpoint: undefined, lookedUpMs: Number.NEGATIVE_INFINITY, id: 0 },
      ...{ observed: undefined, answeredMs: Number.NEGATIVE_INFINITY },
    }))
    this.#timer = setInterval(() => this.#askAll(), askMs)
    this.#askAll()
  }

  /** Where the socket is seen, as the latest answers say. */
  get observed(): Endpoint[] {
    const now = performance.now()
    return this.#list.flatMap(({ observed, answeredMs }) =>
      observed !== undefined && now - answeredMs < believedMs ? [observed] : [],
    )
  }

  /** A datagram that may be an answer. */
  take(bytes: Uint8Array, from: Endpoint): void {
    const answer = decodeReflection(bytes)
    const asked = this.#list.find(
      ({ id, endpoint }) => id === answer?.id && endpoint?.address === from.address && endpoint.port === from.port,
    )
    if (answer === undefined || asked === undefined) return
    asked.observed = answer.observed
    asked.answeredMs = performance.now()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #askAll(): void {
    for (const reflector of this.#list) void this.#ask(reflector)
  }

  async #ask(reflector: Reflector): Promise<void> {
    if (performance.now() - reflector.lookedUpMs > lookupMs) await lookUp(reflector)
    const { endpoint } = reflector
    if (endpoint === undefined) return
    reflector.id = crypto.getRandomValues(new Uint16Array(1))[0]!
    const request = encodeReflectionRequest(reflector.id, endpoint)
    this.#sender.buffer.set(request)
    const target = socketAddress(addressOf(endpoint.address), endpoint.port, this.#isForBoth)
    this.#sender.send(0, request.length, request.length, { pointer: ptr(target), size: target.length })
  }
}

/** A name that is not found now may be later. */
async function lookUp(reflector: Reflector): Promise<void> {
  const at = reflector.text.lastIndexOf(':')
  try {
    const { address } = await lookup(reflector.text.slice(0, at), { family: 4 })
    reflector.endpoint = { address, port: Number(reflector.text.slice(at + 1)) }
    reflector.lookedUpMs = performance.now()
  } catch {
    reflector.endpoint = undefined
  }
}
