import type NoiseSecretStream from '@hyperswarm/secret-stream'
import type { Clock } from '../clock/clock.ts'
import type { PeerKey } from '../link/links.ts'
import type { Logger } from '../logger/logger.ts'
import { StoreError } from '../store/store.ts'
import { type Applicant, admit } from './admission.ts'
import { clusterKeyPair } from './cluster-key.ts'
import { isSignedConnection, type JoinAnswer, type JoinRequest, signConnection, Words } from './join-words.ts'
import type { Keyring } from './keyring.ts'
import type { Membership } from './membership.ts'

export interface JoinServiceOptions {
  keyring: Keyring
  membership: Membership
  clock: Clock
  log: Logger
  /** Whether a member is known to run: it is this node, or linked. */
  isAlive(key: PeerKey): boolean
  /** Told to each node that joins; JSON. */
  settings: unknown
  /** Throws with the reason when a name cannot be a node's. */
  checkName(name: string): void
}

/** Conversations at once; more are closed. */
const maxConversations = 32
/** One who only sends again the first handshake message that it overheard gets this far, and can say no word. */
const firstWordMs = 3000

/** Takes joining nodes in. Any member does. */
export class JoinService {
  readonly #options: JoinServiceOptions
  #conversations = 0

  constructor(options: JoinServiceOptions) {
    this.#options = options
  }

  /** Tokens that were given out here, also those that are over: their holders are told why. Others are strangers. */
  isKnownToken(publicKey: string): boolean {
    return this.#options.membership.token(publicKey) !== undefined
  }

  /** A connection whose other end has proved a token's key. */
  accept(stream: NoiseSecretStream): void {
    if (this.#conversations >= maxConversations) {
      stream.on('error', () => {})
      stream.destroy()
      return
    }
    this.#conversations++
    const words = new Words(stream)
    stream.once('close', () => this.#conversations--)
    this.#converse(stream, words)
      .catch((error: Error) => this.#options.log.warn('a node did not get to join', { error: error.message }))
      .finally(() => words.close())
  }

  async #converse(stream: NoiseSecretStream, words: Words): Promise<void> {
    const { keyring, log } = this.#options
    const { handshakeHash } = stream
    words.say({ format: 1, proof: signConnection('cluster', handshakeHash, clusterKeyPair(keyring).secretKey) })
    const request = await words.hear<JoinRequest>(firstWordMs)
    const { nodeKey = '', signature = '', name = '', replace = false } = request
    if (!isSignedConnection('node', handshakeHash, signature, nodeKey)) throw new Error('it did not prove its key')
    const token = stream.remotePublicKey.toString('hex')
    const answer = await this.#answer({ key: nodeKey, name, token, replace })
    words.say(answer)
    if ('joined' in answer) log.info('a node joined', { name, key: nodeKey.slice(0, 8) })
    else log.warn('a node was refused', { name, reason: 'refused' in answer ? answer.refused : answer.later })
  }

  async #answer(applicant: Applicant): Promise<JoinAnswer> {
    const { membership, keyring, clock, settings, isAlive, checkName } = this.#options
    try {
      checkName(applicant.name)
    } catch (error) {
      return { format: 1, refused: (error as Error).message }
    }
    try {
      const liveness = () => ({ nowMs: clock.nowMs(), isAlive })
      const admission = await membership.change(`node ${applicant.name} joins`, () =>
        admit(membership, applicant, liveness()),
      )
      if ('refused' in admission) return { format: 1, refused: admission.refused }
      const members = membership.members.map((member) => ({ member, addresses: membership.addresses(member.key) }))
      return { format: 1, joined: { member: admission.member, keyring, members, settings } }
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      return { format: 1, later: `the cluster cannot take a node in at the moment: ${error.message}` }
    }
  }
}
