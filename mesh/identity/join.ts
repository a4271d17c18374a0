import type NoiseSecretStream from '@hyperswarm/secret-stream'
import { keyPair } from 'hypercore-crypto'
import { firstToOpen } from '../link/first-to-open.ts'
import type { Logger } from '../logger/logger.ts'
import {
  isSignedConnection,
  type JoinAnswer,
  type Joined,
  type MemberProof,
  signConnection,
  Words,
} from './join-words.ts'
import type { NodeKey } from './node-key.ts'
import { type JoinToken, tokenKeyPair } from './token.ts'

/** One kind of way to a member that takes nodes in. */
export interface JoinDialler {
  /**
   * Connects to any member with the token's key pair. Rejects with one sentence when none is reached; TokenNotKnown when
   * all who answer are of another cluster. The member's end is proved afterwards, over the connection.
   */
  dial(token: JoinToken, keys: ReturnType<typeof tokenKeyPair>, signal: AbortSignal): Promise<NoiseSecretStream>
}

export interface JoinOptions {
  token: JoinToken
  nodeKey: NodeKey
  name: string
  /** Take the place of a member of that name which is gone. */
  replace: boolean
  diallers: JoinDialler[]
  log: Logger
  signal: AbortSignal
  /** Before the second try; it doubles up to 5 s. Default 250. */
  firstPauseMs?: number
}

/** The cluster does not take this node in: for the person who started it. */
export class JoinRefused extends Error {
  override readonly name = 'JoinRefused'
}

/** Who answers does not take the token's word: of another cluster, or the token is no longer known there. */
export class TokenNotKnown extends Error {
  override readonly name = 'TokenNotKnown'
}

/** So many first pauses (4 s): a member that has just started, or has not heard of a new token yet, may answer so too. */
const notKnownPauses = 16
const longestPauseMs = 5000

/** Joins by the first member that answers; goes on trying while none does. Throws JoinRefused, or the signal's reason. */
export async function joinCluster(options: JoinOptions): Promise<Joined> {
  const { log, signal } = options
  let said = ''
  let notKnownSinceMs: number | undefined
  const { firstPauseMs = 250 } = options
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    signal.throwIfAborted()
    try {
      return await joinOnce(options)
    } catch (error) {
      if (error instanceof JoinRefused) throw error
      signal.throwIfAborted()
      const { message } = error as Error
      const isLasting = performance.now() - (notKnownSinceMs ?? Infinity) >= notKnownPauses * firstPauseMs
      if (error instanceof TokenNotKnown && isLasting) throw new JoinRefused(message)
      notKnownSinceMs = error instanceof TokenNotKnown ? (notKnownSinceMs ?? performance.now()) : undefined
      if (message !== said) log.warn(`cannot join yet, and goes on trying: ${message}`)
      said = message
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
}

async function joinOnce(options: JoinOptions): Promise<Joined> {
  const { token, diallers, signal } = options
  const keys = tokenKeyPair(token)
  const stream = await firstToOpen({
    dials: diallers.map((dialler) => (given) => dialler.dial(token, keys, given)),
    streamOf: (opened: NoiseSecretStream) => opened,
    none: 'the token names no way to a member',
    signal,
  }).catch((error: Error) => {
    const errors: unknown[] = error instanceof AggregateError ? error.errors : []
    throw errors.find((each) => each instanceof TokenNotKnown) ?? error
  })
  return converse(stream, options)
}

async function converse(stream: NoiseSecretStream, { token, nodeKey, name, replace }: JoinOptions): Promise<Joined> {
  const words = new Words(stream)
  try {
    const { handshakeHash } = stream
    const { proof = '' } = await words.hear<MemberProof>().catch(() => {
      throw new TokenNotKnown(
        'a member answered and does not know the token (made up, or over for more than a week): make a new one by skein token create on a member',
      )
    })
    if (!isSignedConnection('cluster', handshakeHash, proof, token.clusterKey)) {
      throw new Error('who answered is not of the cluster that gave the token')
    }
    const own = keyPair(Buffer.from(nodeKey.seed, 'hex'))
    const signature = signConnection('node', handshakeHash, own.secretKey)
    words.say({ format: 1, nodeKey: own.publicKey.toString('hex'), signature, name, replace })
    const answer = (await words.hear<JoinAnswer>()) as JoinAnswer
    if ('refused' in answer) throw new JoinRefused(answer.refused)
    if ('later' in answer) throw new Error(answer.later)
    return answer.joined
  } finally {
    words.close()
  }
}
