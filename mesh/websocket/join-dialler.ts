import type NoiseSecretStream from '@hyperswarm/secret-stream'
import type { JoinDialler } from '../identity/join.ts'
import type { JoinToken, tokenKeyPair } from '../identity/token.ts'
import { dialWebSocket } from './dial.ts'
import { guestPath } from './listener.ts'

const dialTimeoutMs = 10_000

/** Joins by the members that the token names; they answer with the cluster's key. `more` gives others, such as those met on the LAN. */
export class WebSocketJoinDialler implements JoinDialler {
  readonly #more: () => string[]

  constructor(more: () => string[] = () => []) {
    this.#more = more
  }

  async dial(token: JoinToken, keys: ReturnType<typeof tokenKeyPair>, signal: AbortSignal): Promise<NoiseSecretStream> {
    const endpoints = [...new Set([...token.ways.members, ...this.#more()])]
    if (endpoints.length === 0) throw new Error('no member is known that listens for WebSockets')
    const others = new AbortController()
    const anySignal = AbortSignal.any([signal, others.signal])
    const dials = endpoints.map((endpoint) => {
      const url = `ws://${endpoint}${guestPath}`
      return dialWebSocket(url, keys, Buffer.from(token.clusterKey, 'hex'), dialTimeoutMs, anySignal)
    })
    try {
      const stream = await Promise.any(dials)
      for (const dial of dials) {
        dial.then(
          (late) => {
            if (late === stream) return
            late.on('error', () => {})
            late.destroy()
          },
          () => {},
        )
      }
      others.abort()
      return stream
    } catch (error) {
      const { errors } = error as AggregateError
      throw new Error(errors.map(({ message }: Error) => message).join('; '))
    }
  }
}
