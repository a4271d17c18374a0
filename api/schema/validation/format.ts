/** Formats of names, keys, ports and paths: each check returns what is wrong. Source: apimachinery/pkg/util/validation. */

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
const subdomain = `${label}(\\.${label})*`
const label1035 = '[a-z]([-a-z0-9]*[a-z0-9])?'
const keyName = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'

const patterns = {
  label: new RegExp(`^${label}$`),
  subdomain: new RegExp(`^${subdomain}$`),
  label1035: new RegExp(`^${label1035}$`),
  wildcard: new RegExp(`^\\*\\.${subdomain}$`),
  keyName: new RegExp(`^${keyName}$`),
  labelValue: new RegExp(`^(${keyName})?$`),
  configKey: /^[-._a-zA-Z0-9]+$/,
  headerName: /^[-A-Za-z0-9]+$/,
  percent: /^[0-9]+%$/,
}

export function tooLong(lengthBytes: number): string {
  return `must be no more than ${lengthBytes} bytes`
}

function notMatching(message: string, pattern: string, ...examples: string[]): string {
  const list = examples.map((example) => `'${example}', `).join(' or ')
  const shown = examples.length === 0 ? '' : `e.g. ${list}`
  return `${message} (${shown}regex used for validation is '${pattern}')`
}

const alphanumeric = "must consist of lower case alphanumeric characters or '-'"

export function dnsLabel(value: string): string[] {
  const errors = value.length > 63 ? [tooLong(63)] : []
  if (patterns.label.test(value)) return errors
  if (patterns.subdomain.test(value)) return [...errors, 'must not contain dots']
  const message = `a lowercase RFC 1123 label ${alphanumeric}, and must start and end with an alphanumeric character`
  return [...errors, notMatching(message, label, 'my-name', '123-abc')]
}

export function dnsSubdomain(value: string): string[] {
  const errors = value.length > 253 ? [tooLong(253)] : []
  if (patterns.subdomain.test(value)) return errors
  const message =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and " +
    'end with an alphanumeric character'
  return [...errors, notMatching(message, subdomain, 'example.com')]
}

export function dns1035Label(value: string): string[] {
  const errors = value.length > 63 ? [tooLong(63)] : []
  if (patterns.label1035.test(value)) return errors
  const message = `a DNS-1035 label ${alphanumeric}, start with an alphabetic character, and end with an alphanumeric character`
  return [...errors, notMatching(message, label1035, 'my-name', 'abc-123')]
}

export function wildcardSubdomain(value: string): string[] {
  const errors = value.length > 253 ? [tooLong(253)] : []
  if (patterns.wildcard.test(value)) return errors
  const message =
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower " +
    "case alphanumeric characters, '-' or '.' and end with an alphanumeric character"
  return [...errors, notMatching(message, `\\*\\.${subdomain}`, '*.example.com')]
}

const keyMessage =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
const keyExamples = ['MyName', 'my.name', '123-abc']

/** A label's key: a name with an optional DNS subdomain and a slash in front. */
export function qualifiedName(value: string): string[] {
  const parts = value.split('/')
  if (parts.length > 2) {
    const message = notMatching(keyMessage, keyName, ...keyExamples)
    return [`a valid label key ${message} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`]
  }
  const errors: string[] = []
  const name = parts.at(-1)!
  if (parts.length === 2) {
    if (parts[0] === '') errors.push('prefix part must be non-empty')
    else errors.push(...dnsSubdomain(parts[0]!).map((message) => `prefix part ${message}`))
  }
  if (name === '') errors.push('name part must be non-empty')
  else if (name.length > 63) errors.push(`name part ${tooLong(63)}`)
  if (!patterns.keyName.test(name)) errors.push(`name part ${notMatching(keyMessage, keyName, ...keyExamples)}`)
  return errors
}

export function labelValue(value: string): string[] {
  const errors = value.length > 63 ? [tooLong(63)] : []
  if (patterns.labelValue.test(value)) return errors
  const message = `a valid label must be an empty string or ${keyMessage.slice('must '.length)}`
  return [...errors, notMatching(message, `(${keyName})?`, 'MyValue', 'my_value', '12345')]
}

/** Keys of ConfigMaps and Secrets. */
export function configKey(value: string): string[] {
  const errors = value.length > 253 ? [tooLong(253)] : []
  if (!patterns.configKey.test(value)) {
    const message = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'"
    errors.push(notMatching(message, '[-._a-zA-Z0-9]+', 'key.name', 'KEY_NAME', 'key-name'))
  }
  return [...errors, ...directoryPrefix(value)]
}

function directoryPrefix(value: string): string[] {
  if (value === '.') return ["must not be '.'"]
  if (value === '..') return ["must not be '..'"]
  return value.startsWith('..') ? ["must not start with '..'"] : []
}

export function environmentName(value: string): string[] {
  if (value === '') return ['environment variable name must be non-empty']
  if (/^[\x20-\x3c\x3e-\x7e]+$/.test(value)) return []
  return ["a valid environment variable name must consist only of printable ASCII characters other than '='"]
}

export function headerName(value: string): string[] {
  if (patterns.headerName.test(value)) return []
  const message = "a valid HTTP header must consist of alphanumeric characters or '-'"
  return [notMatching(message, '[-A-Za-z0-9]+', 'X-Header-Name')]
}

export function percent(value: string): string[] {
  if (patterns.percent.test(value)) return []
  const message = "a valid percent string must be a numeric string followed by an ending '%'"
  return [notMatching(message, '[0-9]+%', '1%', '93%')]
}

export function inRange(value: number, low: number, high: number): string[] {
  return value >= low && value <= high ? [] : [`must be between ${low} and ${high}, inclusive`]
}

export function portNumber(value: number): string[] {
  return inRange(value, 1, 65_535)
}

export function portName(value: string): string[] {
  const errors: string[] = []
  if (value.length > 15) errors.push('must be no more than 15 bytes')
  if (!/^[-a-z0-9]+$/.test(value)) {
    errors.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)')
  }
  if (!/[a-z]/.test(value)) errors.push('must contain at least one letter (a-z)')
  if (value.includes('--')) errors.push('must not contain consecutive hyphens')
  if (value.startsWith('-') || value.endsWith('-')) errors.push('must not begin or end with a hyphen')
  return errors
}

/** Names that stand in a URL path, e.g. of roles: almost anything. */
export function pathSegment(value: string): string[] {
  if (value === '.' || value === '..') return [`may not be '${value}'`]
  return ['/', '%'].filter((part) => value.includes(part)).map((part) => `may not contain '${part}'`)
}

/** A path inside a volume. */
export function relativePath(value: string): string[] {
  if (value.startsWith('/')) return ['must be a relative path']
  return value.split('/').includes('..') ? ["must not contain '..'"] : []
}

const ipv4 = /^(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}$/

export function isIpv4(value: string): boolean {
  return ipv4.test(value)
}

export function isIpv6(value: string): boolean {
  if (!/^[0-9a-fA-F:.]+$/.test(value) || !value.includes(':')) return false
  const [head, tail, ...more] = value.split('::')
  if (more.length > 0 || /:::/.test(value)) return false
  const groups = [...groupsOf(head!), ...groupsOf(tail ?? '')]
  const last = groups.at(-1)
  const withV4 = last?.includes('.') === true
  const plain = withV4 ? groups.slice(0, -1) : groups
  if (withV4 && !isIpv4(last!)) return false
  if (!plain.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return false
  const count = plain.length + (withV4 ? 2 : 0)
  return tail === undefined ? count === 8 : count < 8
}

function groupsOf(text: string): string[] {
  return text === '' ? [] : text.split(':')
}

export function ipAddress(value: string): string[] {
  if (isIpv4(value) || isIpv6(value)) return []
  return ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)']
}

export function cidr(value: string): string[] {
  const match = /^(.+)\/(\d{1,3})$/.exec(value)
  const limit = match && (isIpv4(match[1]!) ? 32 : isIpv6(match[1]!) ? 128 : -1)
  if (match && Number(match[2]) <= limit!) return []
  return ['must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)']
}
