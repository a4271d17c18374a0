import type { Logger } from '../../../mesh/logger/logger.ts'
import { ThreadCalls } from '../../../mesh/thread/calls.ts'
import { startThread } from '../../../mesh/thread/thread.ts'
import type { Frontend } from './frontend.ts'
import type { NftablesCall, NftablesOptions } from './nftables.worker.ts'

/** nftables and connection tracking in a thread of their own: large transactions hold it for hundreds of milliseconds. */
export class Nftables {
  readonly #calls: ThreadCalls

  private constructor(calls: ThreadCalls) {
    this.#calls = calls
  }

  static async open(options: NftablesOptions, log: Logger): Promise<Nftables> {
    const calls = new ThreadCalls(startThread('agent/network/services/nftables.worker.ts'), 'nftables', log)
    const nftables = new Nftables(calls)
    try {
      log.debug('nftables opened', { by: await nftables.#call<string>('open', options) })
    } catch (error) {
      calls.terminate()
      throw error
    }
    return nftables
  }

  /** One transaction. Throws with nft's words when it is refused. */
  run(script: string): Promise<void> {
    return this.#call('run', script)
  }

  /** True when others changed the table since the last call. */
  wasChanged(): Promise<boolean> {
    return this.#call('wasChanged')
  }

  /** Forgets UDP flows of these frontends that lead elsewhere than to their endpoints. Returns how many. */
  forgetStaleFlows(frontends: Frontend[]): Promise<number> {
    return this.#call('forgetStaleFlows', frontends)
  }

  async close(): Promise<void> {
    await this.#call('close').catch(() => undefined)
    this.#calls.terminate()
  }

  #call<T>(call: NftablesCall, ...args: unknown[]): Promise<T> {
    return this.#calls.call<T>(call, ...args)
  }
}
