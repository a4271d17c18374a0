import { destination, pino } from 'pino'
import type { LogFields, Logger } from '../../mesh/logger/logger.ts'
import { textLine } from './text.ts'

export const logLevels = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof logLevels)[number]

export interface LoggingOptions {
  level: LogLevel
  /** Lines for people, or one JSON object a line. */
  format: 'text' | 'json'
  color: boolean
  /** File descriptor; 2 unless told. */
  fd?: number
}

/** Lines not yet taken by a slow reader; what goes beyond is dropped rather than held in memory. */
const bufferBytes = 4 * 1024 * 1024

/**
 * The process's one real logger. Writing never blocks the main loop; what is left at exit is written then.
 * The root has no component: hand each part `child('its name')`.
 */
export function openLogger(options: LoggingOptions): Logger {
  const output = destination({ dest: options.fd ?? 2, sync: false, maxLength: bufferBytes })
  // A reader that is gone (closed pipe) must not end the process.
  output.on('error', () => {})
  process.on('exit', () => {
    try {
      output.flushSync()
    } catch {
      // Not open yet, or the reader is gone: nobody left to tell.
    }
  })
  const stream =
    options.format === 'json' ? output : { write: (line: string) => output.write(textLine(line, options.color)) }
  const root = pino(
    {
      level: options.level,
      base: null,
      messageKey: 'message',
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    stream,
  )
  return wrap(root, undefined)
}

/** `component` is the path of names that led here (`network/dns`); pino itself would write the field twice. */
function wrap(root: pino.Logger, component: string | undefined): Logger {
  const logger = component === undefined ? root : root.child({ component })
  return {
    debug: (message: string, fields?: LogFields) => logger.debug(fields, message),
    info: (message: string, fields?: LogFields) => logger.info(fields, message),
    warn: (message: string, fields?: LogFields) => logger.warn(fields, message),
    error: (message: string, fields?: LogFields) => logger.error(fields, message),
    child: (name: string) => wrap(root, component === undefined ? name : `${component}/${name}`),
  }
}
