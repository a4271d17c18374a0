import type { Logger } from '../../../mesh/logger/logger.ts'
import { type RuntimeConnection, runtimeMessage } from './connection.ts'
import { listPodFingerprints, podLabels } from './pod-state.ts'

const relistIntervalMs = 30_000
const reconnectDelayMs = 250

/**
 * Says which pods' containers changed (upstream: PLEG). The runtime's events are not replayed, so the subscription
 * comes first, then a list; and a slow list finds what was missed.
 */
export class RuntimeEvents {
  readonly #connection: RuntimeConnection
  readonly #log: Logger
  readonly #changed: (uid: string) => void
  readonly #abort = new AbortController()
  #subscription = new AbortController()
  #listFailed = false
  #known = new Map<string, string>()
  #relisting: Promise<void> | undefined
  #done: Promise<void> = Promise.resolve()
  #timer: ReturnType<typeof setInterval> | undefined

  constructor(connection: RuntimeConnection, changed: (uid: string) => void, log: Logger) {
    this.#connection = connection
    this.#changed = changed
    this.#log = log
  }

  start(): void {
    this.#done = this.#follow()
    this.#timer = setInterval(() => void this.relist(), relistIntervalMs)
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    this.#abort.abort()
    this.#subscription.abort()
    await this.#done
    await this.#relisting
  }

  /** The runtime was away: the stream may belong to a connection that died silently. */
  resubscribe(): void {
    this.#subscription.abort()
  }

  async #follow(): Promise<void> {
    const { signal } = this.#abort
    while (!signal.aborted) {
      this.#subscription = new AbortController()
      try {
        const options = { signal: this.#subscription.signal }
        const stream = this.#connection.runtime.getContainerEvents({}, options)
        // The call has reached the runtime long before an answer to the list that is sent after it.
        void this.relist()
        for await (const { containerId, podSandboxStatus, containersStatuses } of stream) {
          const uid = podSandboxStatus?.metadata?.uid ?? containersStatuses[0]?.labels[podLabels.uid]
          if (uid) this.#changed(uid)
          else {
            this.#log.debug('event of an unknown pod', { containerId })
            void this.relist()
          }
        }
      } catch (error) {
        if (signal.aborted) return
        this.#log.debug('runtime events ended', { error: runtimeMessage(error) })
      }
      if (!signal.aborted) await Bun.sleep(reconnectDelayMs)
    }
  }

  /** Reports every pod whose sandboxes or containers differ from the last list. */
  relist(): Promise<void> {
    this.#relisting ??= this.#relist().finally(() => {
      this.#relisting = undefined
    })
    return this.#relisting
  }

  async #relist(): Promise<void> {
    try {
      const now = await listPodFingerprints(this.#connection)
      const before = this.#known
      this.#known = now
      if (this.#listFailed) this.resubscribe()
      this.#listFailed = false
      for (const uid of new Set([...now.keys(), ...before.keys()])) {
        if (now.get(uid) !== before.get(uid)) this.#changed(uid)
      }
    } catch (error) {
      this.#listFailed = true
      this.#log.debug('runtime not listed', { error: runtimeMessage(error) })
    }
  }
}
