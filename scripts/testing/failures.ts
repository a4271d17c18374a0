const maxLinesPerFailure = 8

const entities: Record<string, string> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' }

function decode(text: string): string {
  return text.replace(/&(?:#(\d+)|(\w+));/g, (whole, code, name) =>
    code ? String.fromCodePoint(Number(code)) : (entities[name] ?? whole),
  )
}

const attribute = (tag: string, name: string) => decode(new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1] ?? '')

/**
 * The failed tests of a JUnit report as bun:test writes it, each as a few lines: where it stands, its name, and what
 * went wrong. A long run's output is often kept by its end only; these are printed there.
 */
export function failuresOf(xml: string): string[] {
  const failures: string[] = []
  for (const [, test = '', failure = '', text = ''] of xml.matchAll(
    /<testcase\b([^>]*[^/])>\s*<failure\b([^>]*?)(?:\/>|>([^<]*)<\/failure>)/g,
  )) {
    const what = decode(text) || attribute(failure, 'message')
    const lines = what.split('\n').filter((line) => line.trim() !== '')
    const head = `${attribute(test, 'file')}:${attribute(test, 'line')} ${attribute(test, 'name')}`
    failures.push([head, ...lines.slice(0, maxLinesPerFailure).map((line) => `    ${line.trim()}`)].join('\n'))
  }
  return failures
}
