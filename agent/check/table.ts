import type { Finding } from './finding.ts'

const colors = { ok: '\x1b[32m', lack: '\x1b[33m', fail: '\x1b[31m' }

/** The findings as aligned columns; the cost of a lack stands on a line of its own below it. */
export function findingsTable(findings: readonly Finding[], color: boolean): string {
  const width = Math.max(...findings.map(({ item }) => item.length))
  const lines = findings.flatMap(({ item, state, found, cost }) => {
    const word = color ? `${colors[state]}${state.padEnd(4)}\x1b[0m` : state.padEnd(4)
    const line = `${item.padEnd(width)}  ${word}  ${found}`
    return cost === '' ? [line] : [line, `${' '.repeat(width + 8)}-> ${cost}`]
  })
  return lines.join('\n')
}
