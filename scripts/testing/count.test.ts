import { expect, test } from 'bun:test'
import { countPart, countReport } from './count.ts'

const report = '<?xml version="1.0"?>\n<testsuites name="bun test" tests="7" assertions="9" failures="2" skipped="1">'

test('passed are those neither failed nor skipped', () => {
  expect(countReport(report)).toEqual({ passed: 4, failed: 2, skipped: 1 })
})

test('a crash counts as a failure, with or without a report', () => {
  expect(countPart(undefined, null)).toEqual({ passed: 0, failed: 1, skipped: 0 })
  expect(countPart('<testsuites tests="3" failures="0" skipped="0">', 1)).toEqual({ passed: 3, failed: 1, skipped: 0 })
  expect(countPart(report, 1)).toEqual({ passed: 4, failed: 2, skipped: 1 })
})
