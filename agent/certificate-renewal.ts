import type { Clock } from '../mesh/clock/clock.ts'
import { type KeyedCertificate, renewalDueMs } from '../mesh/identity/certificate.ts'
import type { Logger } from '../mesh/logger/logger.ts'
import { openServingCertificate, type ServingNames } from './serving-certificate.ts'

export interface RenewalOptions {
  /** File of the certificate. */
  path: string
  authority: KeyedCertificate
  names: ServingNames
  clock: Clock
  log: Logger
  /** Default a year. */
  lifetimeMs?: number
}

/** Looked at this often: cluster time may be set right meanwhile, and machines sleep. */
const longestWaitMs = 3600_000
/** After a renewal that failed: a full disk, for example. */
const retryMs = 60_000

/** The serving certificate of this node, renewed at two thirds of its life. Asks no other node: each peer has the authority. */
export class CertificateRenewal {
  readonly #options: RenewalOptions
  readonly #serve: (certificate: KeyedCertificate) => void
  #current: KeyedCertificate
  #timer: ReturnType<typeof setTimeout> | undefined
  #renewing: Promise<void> | undefined
  #isStopped = false

  /** `current` is served already; `serve` takes each later one. */
  constructor(options: RenewalOptions, current: KeyedCertificate, serve: (certificate: KeyedCertificate) => void) {
    this.#options = options
    this.#current = current
    this.#serve = serve
    this.#plan(0)
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    clearTimeout(this.#timer)
    await this.#renewing
  }

  #plan(atLeastMs: number): void {
    if (this.#isStopped) return
    const leftMs = renewalDueMs(this.#current) - this.#options.clock.nowMs()
    const waitMs = Math.max(atLeastMs, Math.min(leftMs, longestWaitMs))
    this.#timer = setTimeout(() => {
      this.#renewing = this.#look()
    }, waitMs)
  }

  async #look(): Promise<void> {
    const { path, authority, names, clock, log, lifetimeMs } = this.#options
    try {
      const next = await openServingCertificate(path, authority, names, clock.nowMs(), lifetimeMs)
      if (next.certificatePem !== this.#current.certificatePem) {
        this.#serve(next)
        this.#current = next
        log.info('the serving certificate was renewed')
      }
      this.#plan(1)
    } catch (error) {
      log.warn('the serving certificate could not be renewed, which is tried again', {
        error: (error as Error).message,
      })
      this.#plan(retryMs)
    }
  }
}
