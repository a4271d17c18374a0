/** Extra facts of a log line. Never put a secret, a token or an object's data in here. */
export type LogFields = Record<string, string | number | boolean | undefined>

/**
 * Structured logging as every part sees it. The process makes the one real logger (`agent/logging`) and hands
 * each part a child that names its component.
 */
export interface Logger {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
  child(component: string): Logger
}

/** For tests and tools that want no output. */
export const silentLogger: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child() {
    return silentLogger
  },
}
