import { expect, test } from 'bun:test'
import { parseYaml } from './yaml.ts'

// Source: sigs.k8s.io/yaml, which reads YAML 1.1 (gopkg.in/yaml.v2's decode_test.go).
const values: [string, unknown][] = [
  ['0644', 420],
  ['0x1F', 31],
  ['yes', true],
  ['off', false],
  ['~', null],
  ['1.5', 1.5],
  ['2001-01-01', '2001-01-01'],
  ['2001-12-14T21:59:43Z', '2001-12-14T21:59:43Z'],
  ['1:20', '1:20'],
  ['"0644"', '0644'],
  ['1_000', 1000],
  ['[a, {b: c}]', ['a', { b: 'c' }]],
]

test('scalars', () => {
  for (const [text, value] of values) expect([text, parseYaml(`v: ${text}`).value]).toEqual([text, { v: value }])
})

test('JSON is YAML', () => expect(parseYaml('{"a": [1, "x", null]}').value).toEqual({ a: [1, 'x', null] }))

test('anchors and merges', () => {
  expect(parseYaml('a: &x {k: 1}\nb: *x\nc: {<<: *x, l: 2}').value).toEqual({
    a: { k: 1 },
    b: { k: 1 },
    c: { k: 1, l: 2 },
  })
})

test('duplicate keys are named', () => {
  expect(parseYaml('a: 1\nb:\n  c: 1\n  c: 2\na: 2\n').duplicateKeys).toEqual([
    'line 4: key "c" already set in map',
    'line 5: key "a" already set in map',
  ])
})

test('what is no YAML, or made to hurt, is refused', () => {
  expect(() => parseYaml('a: [')).toThrow('error converting YAML to JSON: yaml:')
  expect(() => parseYaml('a: *nowhere')).toThrow('error converting YAML to JSON: yaml:')
  expect(() => parseYaml('['.repeat(5000))).toThrow('exceeded max depth')
  expect(() => parseYaml('- '.repeat(5000))).toThrow('exceeded max depth')
  const bomb = Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`)}]`)
  expect(() => parseYaml(['a0: &a0 x', ...bomb].join('\n'))).toThrow('Excessive alias count')
})

test('both readers agree', () => {
  const plain = 'a: 1\nb:\n- c: x\n  d: [1, {e: "f: g"}]\n- c: y\nt: |\n  a: 1\n  a: 2\nu: "multi\n  line"\n'
  // A number of 1.1 makes the slow reader take the document.
  const { odd, ...rest } = parseYaml(`${plain}odd: 0644\n`).value as Record<string, unknown>
  expect(odd).toBe(420)
  expect(parseYaml(plain)).toEqual({ value: rest, duplicateKeys: [] })
})

test('large documents are read fast, or refused with the reason', () => {
  const lines = Array.from({ length: 100_000 }, (_, i) => `k${i}: v`).join('\n')
  expect(Object.keys(parseYaml(lines).value as object).length).toBe(100_000)
  expect(() => parseYaml(`${lines}\nmode: 0644`)).toThrow('send JSON')
})
