const colors: Record<string, string> = { debug: '\x1b[2m', info: '\x1b[32m', warn: '\x1b[33m', error: '\x1b[31m' }
const reset = '\x1b[0m'
// biome-ignore lint/suspicious/noControlCharactersInRegex: what may not reach a terminal
const unprintable = /[\x00-\x1f\x7f-\x9f]/

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text === '' || /[\s="]/.test(text) || unprintable.test(text) ? JSON.stringify(text) : text
}

/** One JSON log line as a line for a terminal: `14:03:07.120 warn  worker/pods  message key=value`. */
export function textLine(json: string, color: boolean): string {
  const { time, level, component, message, ...fields } = JSON.parse(json) as Record<string, unknown>
  const clock = String(time).slice(11, 23)
  const label = String(level).padEnd(5)
  const text = unprintable.test(String(message)) ? JSON.stringify(message) : String(message)
  const parts = [clock, color ? `${colors[label.trim()] ?? ''}${label}${reset}` : label]
  if (component !== undefined) parts.push(`${component}:`)
  parts.push(text, ...Object.entries(fields).map(([name, value]) => `${name}=${shown(value)}`))
  return `${parts.join(' ')}\n`
}
