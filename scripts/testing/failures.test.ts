import { expect, test } from 'bun:test'
import { failuresOf } from './failures.ts'

test('a failed test is told with its place, its name and what went wrong', () => {
  const xml = `<testsuites><testsuite name="a.test.ts">
    <testcase name="good" file="a.test.ts" line="1" assertions="1" />
    <testcase name="says &quot;no&quot;" file="a.test.ts" line="7" assertions="1">
      <failure type="Error" message="boom">Error: boom &lt;1&gt;&#10;&#10;      at a.test.ts:8:9&#10;</failure>
    </testcase>
    <testcase name="hangs" file="a.test.ts" line="9" assertions="0">
      <failure type="TimeoutError" message="test timed out" />
    </testcase></testsuite></testsuites>`
  expect(failuresOf(xml)).toEqual([
    'a.test.ts:7 says "no"\n    Error: boom <1>\n    at a.test.ts:8:9',
    'a.test.ts:9 hangs\n    test timed out',
  ])
  expect(failuresOf('no report')).toEqual([])
})
