import type NoiseSecretStream from '@hyperswarm/secret-stream'
import { type JoinDialler, TokenNotKnown } from '../identity/join.ts'
import type { JoinToken, tokenKeyPair } from '../identity/token.ts'
import { type Dial, firstToOpen } from '../link/first-to-open.ts'
import { dialWebSocket, HandshakeClosed } from './dial.ts'
import { guestPath } from './listener.ts'

const dialTimeoutMs = 10_000

/** Joins by the members that the token names; they answer with the cluster's key. `more` gives others, such as those met on the LAN. */
export class WebSocketJoinDialler implements JoinDialler {
  readonly #more: () => string[]

  constructor(more: () => string[] = () => []) {
    this.#more = more
  }

  dial(token: JoinToken, keys: ReturnType<typeof tokenKeyPair>, signal: AbortSignal): Promise<NoiseSecretStream> {
    const clusterKey = Buffer.from(token.clusterKey, 'hex')
    const endpoints = new Set([...token.ways.members, ...this.#more()])
    const dials = [...endpoints].map((endpoint): Dial<NoiseSecretStream> => {
      return (given) => dialWebSocket(`ws://${endpoint}${guestPath}`, keys, clusterKey, dialTimeoutMs, given)
    })
    return firstToOpen({
      dials,
      streamOf: (opened) => opened,
      none: 'no member is known that listens for WebSockets',
      signal,
    }).catch((error: Error) => {
      const errors: unknown[] = error instanceof AggregateError ? error.errors : []
      if (errors.length === 0 || !errors.every((each) => each instanceof HandshakeClosed)) throw error
      throw new TokenNotKnown(
        `who answers at ${[...endpoints].join(', ')} is not of the cluster that gave the token: make one by skein token create on a member of the cluster that is meant`,
      )
    })
  }
}
