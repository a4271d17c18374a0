import { expect, test } from 'bun:test'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { textLine } from './text.ts'

/** Runs a script that logs to a file in a process of its own, since logs are flushed at its end. */
function logged(script: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'skein-logging-test-'))
  const file = join(directory, 'log')
  const fd = openSync(file, 'w')
  try {
    const code = `import { openLogger } from ${JSON.stringify(join(import.meta.dir, 'logging.ts'))}\n${script}`
    const child = Bun.spawnSync([process.execPath, '-e', code], { stdout: 'inherit', stderr: fd })
    expect(child.exitCode).toBe(0)
    return readFileSync(file, 'utf8')
  } finally {
    closeSync(fd)
    rmSync(directory, { recursive: true })
  }
}

test('a JSON line has level, component, message and fields; nothing is lost at exit', () => {
  const text = logged(`
    const log = openLogger({ level: 'info', format: 'json', color: false })
    log.debug('too fine')
    log.child('mesh/raft').warn('lost the leader', { term: 7, peer: 'a' })
    for (let i = 0; i < 5000; i++) log.info('line', { i })
    process.exit(0)`)
  const lines = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(lines).toHaveLength(5001)
  const { time, ...rest } = lines[0]
  expect(rest).toEqual({ level: 'warn', component: 'mesh/raft', term: 7, peer: 'a', message: 'lost the leader' })
  expect(Math.abs(Date.parse(time) - Date.now())).toBeLessThan(60_000)
  expect(lines.at(-1).i).toBe(4999)
})

test("a child's child is named by both, once", () => {
  const text = logged(`
    const log = openLogger({ level: 'debug', format: 'json', color: false })
    log.child('network').child('dns').debug('asked', { name: 'a' })`)
  expect(text.match(/"component"/g)).toHaveLength(1)
  expect(JSON.parse(text)).toMatchObject({ component: 'network/dns', name: 'a', message: 'asked' })
})

test('a text line is for people', () => {
  const json = (fields: object) =>
    JSON.stringify({ level: 'warn', time: '2026-11-21T02:50:15.858Z', component: 'api', message: 'slow', ...fields })
  expect(textLine(json({ ms: 12, path: '/api/v1', why: 'a "b" c' }), false)).toBe(
    '02:50:15.858 warn  api: slow ms=12 path=/api/v1 why="a \\"b\\" c"\n',
  )
  expect(textLine(json({}), true)).toBe('02:50:15.858 \x1b[33mwarn \x1b[0m api: slow\n')
})

test('a text line carries no control characters of its fields', () => {
  const line = textLine(JSON.stringify({ level: 'info', time: '', message: 'a\nb\x1b[2J', name: 'x\x1b[31m' }), false)
  expect(line).toBe(' info  "a\\nb\\u001b[2J" name="x\\u001b[31m"\n')
})
