/** `scripts/test`: runs parts of the tests, each in a process of its own, and sums up in the last line. */

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Count, countPart } from './count.ts'
import { failuresOf } from './failures.ts'
import { chosenParts, longParts, type Part, root } from './parts.ts'

interface Outcome extends Count {
  /** The failed tests, each as a few lines. */
  failures: string[]
}

async function runPart(part: Part, reports: string): Promise<Outcome> {
  const report = join(reports, `${part.name.replaceAll('/', '-')}.xml`)
  const startedMs = performance.now()
  console.log(`\n=== ${part.name}`)
  const child = Bun.spawn(
    [
      process.execPath,
      'test',
      // A test is over when what it waits for has come. The 5 s that are usual fail on a busy machine.
      '--timeout=60000',
      '--reporter=junit',
      `--reporter-outfile=${report}`,
      ...part.files.map((file) => `./${file}`),
    ],
    {
      cwd: root,
      stdin: 'ignore',
      stdout: 'inherit',
      stderr: 'inherit',
      timeout: part.limitMinutes * 60_000,
      killSignal: 'SIGKILL',
    },
  )
  const exitCode = await child.exited
  const seconds = Math.round((performance.now() - startedMs) / 1000)
  if (child.signalCode) console.log(`${part.name} was ended by ${child.signalCode} after ${seconds} s`)
  const xml = existsSync(report) ? readFileSync(report, 'utf8') : undefined
  return { ...countPart(xml, child.signalCode ? null : exitCode), failures: failuresOf(xml ?? '') }
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { long: { type: 'string' } } })
  const parts = values.long === undefined ? chosenParts(positionals) : longParts(values.long)
  if (parts.length === 0) throw new Error(`no long runs (*.long.ts) at ${values.long}`)
  const reports = mkdtempSync(join(tmpdir(), 'skein-reports-'))
  const total: Count = { passed: 0, failed: 0, skipped: 0 }
  const lines: string[] = []
  const failures: string[] = []
  try {
    for (const part of parts) {
      const count = await runPart(part, reports)
      for (const figure of ['passed', 'failed', 'skipped'] as const) total[figure] += count[figure]
      failures.push(...count.failures)
      const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : ''
      lines.push(`${count.failed > 0 ? 'FAIL' : 'ok  '} ${part.name}: ${count.passed} passed${skipped}`)
      if (count.failed > 0) lines[lines.length - 1] += `, ${count.failed} failed`
      // Named here as well: whoever shortens a long output keeps what stands around the first FAIL.
      lines.push(...count.failures.map((failure) => `     ${failure.split('\n', 1)[0]}`))
    }
  } finally {
    rmSync(reports, { recursive: true, force: true })
  }
  console.log(`\n${lines.join('\n')}`)
  if (failures.length > 0) console.log(`\nfailed:\n${failures.join('\n')}\n`)
  if (total.skipped > 0) console.log(`${total.skipped} skipped`)
  console.log(`${total.passed} passed, ${total.failed} failed`)
  return total.failed === 0 ? 0 : 1
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error(`test: ${(error as Error).message}`)
  console.log('0 passed, 1 failed')
  process.exitCode = 2
}
