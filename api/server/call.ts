import type { UserInfo, WriteContext } from '../resource/definition.ts'
import { badRequest } from '../resource/status.ts'
import { type Format, negotiate } from './negotiation.ts'
import type { RequestInfo } from './request-info.ts'

export type FieldValidation = 'Ignore' | 'Warn' | 'Strict'

/** Enough of upstream's warning limits that headers stay small. */
const maxWarnings = 20
const maxWarningLength = 1024

/** One request on its way through the pipeline. */
export class Call {
  readonly warnings: string[] = []
  #format: Format | undefined

  constructor(
    readonly request: Request,
    readonly info: RequestInfo,
    readonly query: URLSearchParams,
    readonly user: UserInfo,
    /** Cluster time of the request. */
    readonly nowMs: number,
  ) {}

  /** Throws ApiError 406. */
  get format(): Format {
    this.#format ??= negotiate(this.request.headers.get('accept'))
    return this.#format
  }

  get acceptsGzip(): boolean {
    return /\bgzip\b/.test(this.request.headers.get('accept-encoding') ?? '')
  }

  warn = (message: string): void => {
    if (this.warnings.length < maxWarnings && !this.warnings.includes(message)) this.warnings.push(message)
  }

  /** Throws ApiError 400 for a query that asks for what there is not. */
  writeContext(): WriteContext {
    const dryRun = this.query.getAll('dryRun')
    if (dryRun.some((value) => value !== 'All' && value !== '')) {
      throw badRequest(`Invalid value: ${JSON.stringify(dryRun)}: dryRun must be All`)
    }
    return {
      user: this.user,
      dryRun: dryRun.includes('All'),
      fieldManager: this.query.get('fieldManager') || this.#userAgentName(),
      warn: this.warn,
    }
  }

  get fieldValidation(): FieldValidation {
    const value = this.query.get('fieldValidation') || 'Warn'
    if (value === 'Ignore' || value === 'Warn' || value === 'Strict') return value
    throw badRequest(`Invalid value: ${JSON.stringify(value)}: fieldValidation must be Ignore, Warn or Strict`)
  }

  /** `Warning` header values, as k8s.io/apimachinery/pkg/util/net.NewWarningHeader writes them. */
  warningHeaders(): string[] {
    return this.warnings.map((text) => {
      const clean = text.replace(/[^\x20-\x7e]/g, ' ').slice(0, maxWarningLength)
      return `299 - "${clean.replace(/[\\"]/g, '\\$&')}"`
    })
  }

  /** Upstream names a manager that says nothing by the user agent up to the first slash. */
  #userAgentName(): string {
    return (this.request.headers.get('user-agent') ?? 'unknown').split('/')[0]!.slice(0, 128) || 'unknown'
  }
}
