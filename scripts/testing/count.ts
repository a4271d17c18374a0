/** How a part's tests ended. */
export interface Count {
  passed: number
  failed: number
  skipped: number
}

/** Reads the figures of a JUnit report as bun:test writes it; undefined when it is none (the run crashed). */
export function countReport(xml: string): Count | undefined {
  const head = /<testsuites\b[^>]*>/.exec(xml)?.[0]
  if (!head) return undefined
  const figure = (name: string) => Number(new RegExp(`\\b${name}="(\\d+)"`).exec(head)?.[1] ?? 0)
  const failed = figure('failures')
  const skipped = figure('skipped')
  return { passed: figure('tests') - failed - skipped, failed, skipped }
}

/**
 * What a part counts, given its report and how its process ended. A process that fails without a failed test (a
 * crash, an error outside of any test, the time limit) is one failure more.
 */
export function countPart(xml: string | undefined, exitCode: number | null): Count {
  const count = (xml === undefined ? undefined : countReport(xml)) ?? { passed: 0, failed: 0, skipped: 0 }
  if (exitCode !== 0 && count.failed === 0) count.failed = 1
  return count
}
