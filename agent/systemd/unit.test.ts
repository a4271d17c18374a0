import { expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unitName, unitText } from './unit.ts'

test('flags reach the command as they were given', () => {
  const text = unitText({
    executable: '/usr/local/bin/skein',
    flags: ['--data-dir', '/srv/my data', '--name', '100%$A'],
  })
  expect(text).toContain('ExecStart=/usr/local/bin/skein start --data-dir "/srv/my data" --name 100%%$$A\n')
})

test('pods survive the end of the agent', () => {
  const text = unitText({ executable: '/usr/local/bin/skein', flags: [] })
  expect(text).toContain('\nKillMode=process\n')
  expect(text).toContain('\nDelegate=yes\n')
  expect(text).toContain('\nType=notify\n')
})

test.if(Bun.which('systemd-analyze') !== null)('systemd itself finds no fault with it', () => {
  const directory = mkdtempSync(join(tmpdir(), 'skein-unit-'))
  try {
    const file = join(directory, unitName)
    writeFileSync(file, unitText({ executable: '/bin/true', flags: ['--data-dir', '/srv/my data'] }))
    const { exitCode, stderr } = Bun.spawnSync(['systemd-analyze', 'verify', '--man=no', file])
    const said = stderr
      .toString()
      .split('\n')
      .filter((line) => line.includes(unitName))
    expect(said).toEqual([])
    expect(exitCode).toBe(0)
  } finally {
    rmSync(directory, { recursive: true })
  }
})
