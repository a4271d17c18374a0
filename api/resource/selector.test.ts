import { expect, test } from 'bun:test'
import { matchesFields, matchesLabels, parseFieldSelector, parseLabelSelector } from './selector.ts'

// Cases from k8s.io/apimachinery/pkg/labels/selector_test.go and pkg/fields/selector_test.go, reworded.

const labels = { env: 'prod', tier: 'web', n: '5', 'example.com/x': '' }

test.each([
  ['', true],
  ['env=prod', true],
  ['env==prod,tier=web', true],
  ['env=prod,tier=db', false],
  ['env!=prod', false],
  ['absent!=x', true],
  ['env', true],
  ['!env', false],
  ['!absent', true],
  ['absent', false],
  ['env in (prod, test)', true],
  ['env in (test)', false],
  ['env notin (test)', true],
  ['absent notin (test)', true],
  ['absent in (test)', false],
  ['example.com/x=', true],
  ['example.com/x in ()', true],
  ['n>4', true],
  ['n>5', false],
  ['n<6', true],
  ['absent>1', false],
  [' env = prod , tier in (web) ', true],
])('label selector %p matches: %p', (text, expected) => {
  expect(matchesLabels(parseLabelSelector(text), labels)).toBe(expected)
})

test.each(['=x', 'a=b,', 'a in', 'a in (b', 'a b', '!', 'n>x', 'a===b', ',a'])(
  'label selector %p is refused',
  (text) => {
    expect(() => parseLabelSelector(text)).toThrow()
  },
)

test.each([
  ['a=1', true],
  ['a==1,b=2', true],
  ['a!=1', false],
  ['a!=2,b!=1', true],
  ['b=', false],
  ['c=', true],
  ['d=x\\,y', true],
])('field selector %p matches: %p', (text, expected) => {
  const values: Record<string, string> = { a: '1', b: '2', c: '', d: 'x,y' }
  const requirements = parseFieldSelector(text, new Set(Object.keys(values)))
  expect(matchesFields(requirements, (field) => values[field]!)).toBe(expected)
})

test('a field that cannot be selected by is named', () => {
  expect(() => parseFieldSelector('spec.x=1', new Set())).toThrow('field label not supported: spec.x')
  expect(() => parseFieldSelector('nonsense', new Set())).toThrow("can't understand 'nonsense'")
})
