import { afterEach, beforeEach, expect, test } from 'bun:test'
import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseLogLine, sinceText } from './log-line.ts'
import { type LogReading, readLog } from './log-reader.ts'

let directory: string
let file: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'skein-log-'))
  file = join(directory, '0.log')
})
afterEach(() => rmSync(directory, { recursive: true }))

const time = (second: number) => `2026-01-01T00:00:${String(second).padStart(2, '0')}.123456789Z`
const line = (second: number, text: string, tag = 'F') => `${time(second)} stdout ${tag} ${text}\n`
const read = (rest: Partial<LogReading> = {}) => {
  const reading = { file, follow: false, timestamps: false, isRunning: async () => true, ...rest }
  return new Response(readLog(reading)).text()
}

test('lines, partial lines, damaged lines', async () => {
  writeFileSync(
    file,
    `${line(1, 'one') + line(2, 'tw', 'P') + line(2, 'o')}rubbish\n${line(3, '')}${line(4, 'unended').trimEnd()}`,
  )
  expect(await read()).toBe('one\ntwo\n\n')
  expect(await read({ timestamps: true })).toBe(`${time(1)} one\n${time(2)} two\n${time(3)} \n`)
})

test('tail, since, limit', async () => {
  const text = (count: number) =>
    Array.from({ length: count }, (_, index) => line(index % 60, `line ${index}`)).join('')
  writeFileSync(file, text(20_000))
  expect(await read({ tailLines: 2 })).toBe('line 19998\nline 19999\n')
  expect((await read({ tailLines: 5000 })).split('\n').length).toBe(5001)
  expect(await read({ tailLines: 0 })).toBe('')
  expect(await read({ limitBytes: 10 })).toBe('line 0\nlin')
  writeFileSync(file, line(1, 'old') + line(5, 'new'))
  const since = sinceText(Date.parse('2026-01-01T00:00:10Z'), 6, undefined)
  expect(await read({ since })).toBe('new\n')
  expect(await read({ since: sinceText(0, undefined, '2026-01-01T00:00:05Z') })).toBe('new\n')
})

test('follows over rotation, and ends after the container', async () => {
  writeFileSync(file, line(1, 'one'))
  let running = true
  const all = read({ follow: true, isRunning: async () => running })
  appendFileSync(file, line(2, 'two'))
  await Bun.sleep(150)
  renameSync(file, `${file}.old`)
  appendFileSync(`${file}.old`, line(3, 'three'))
  writeFileSync(file, line(4, 'four'))
  await Bun.sleep(250)
  appendFileSync(file, line(5, 'five'))
  running = false
  expect(await all).toBe('one\ntwo\nthree\nfour\nfive\n')
})

test('a follower that is several rotations behind skips none, and goes on with the oldest when its own is gone', async () => {
  writeFileSync(file, line(1, 'one'))
  let running = true
  const reader = readLog({ file, follow: true, timestamps: false, isRunning: async () => running }).getReader()
  const next = async () => Buffer.from((await reader.read()).value ?? []).toString()
  expect(await next()).toBe('one\n')
  const rotate = (name: string, text: string) => {
    renameSync(file, `${file}.${name}`)
    writeFileSync(file, text)
  }
  rotate('20260101-000001', line(2, 'two'))
  rotate('20260101-000002', line(3, 'three'))
  rotate('20260101-000003', line(4, 'four'))
  expect(await next()).toBe('two\n')
  expect(await next()).toBe('three\n')
  rmSync(`${file}.20260101-000001`)
  rmSync(`${file}.20260101-000002`)
  expect(await next()).toBe('four\n')
  running = false
  expect(await next()).toBe('')
})

test('a follower of a quiet log can leave', async () => {
  writeFileSync(file, line(1, 'one'))
  const reader = readLog({ file, follow: true, timestamps: false, isRunning: async () => true }).getReader()
  await reader.read()
  void reader.read()
  await reader.cancel()
})

test('what is no line of a log', () => {
  for (const text of ['', 'a b', 'x stdout F y', `${time(1)} stdin F x`]) {
    expect(parseLogLine(Buffer.from(text))).toBeUndefined()
  }
})
