import { expect, test } from 'bun:test'
import { canonicalQuantity, compareQuantities, quantityMillis, quantityValue } from './quantity.ts'

// Source: k8s.io/apimachinery/pkg/api/resource/quantity_test.go (TestQuantityParse, TestQuantityString).
const canonical: [string, string][] = [
  ['0', '0'],
  ['0Ki', '0'],
  ['0.5', '500m'],
  ['.5Ki', '512'],
  ['1024', '1024'],
  ['1024Ki', '1Mi'],
  ['1Ki', '1Ki'],
  ['1000m', '1'],
  ['1500m', '1500m'],
  ['1000000k', '1G'],
  ['1e3', '1e3'],
  ['1E6', '1e6'],
  ['1E', '1E'],
  ['100Ei', '9223372036854775807'],
  ['0.001', '1m'],
  ['0.0000000001', '1n'],
  ['-1500m', '-1500m'],
  ['+5', '5'],
  ['1.5Gi', '1536Mi'],
  ['0.5Ki', '512'],
  ['1.1Ki', '1126400m'],
  ['12.345Mi', '12944670720m'],
]

test('quantities are written in the canonical form', () => {
  for (const [text, expected] of canonical) expect([text, canonicalQuantity(text)]).toEqual([text, expected])
})

test('what is no quantity is told', () => {
  for (const text of ['', '.', 'Mi', '1.2.3', '1 Gi', '1mi', '1GiB', 'abc', '--1', '1e', '1e99999', '1'.repeat(65)]) {
    expect([text, canonicalQuantity(text)]).toEqual([text, undefined])
  }
})

test('values', () => {
  expect(quantityValue('1.5Gi')).toBe(1610612736)
  expect(quantityMillis('250m')).toBe(250)
  expect(quantityMillis('2')).toBe(2000)
  expect(quantityMillis('1u')).toBe(1)
  expect(compareQuantities('1', '1000m')).toBe(0)
  expect(compareQuantities('1Gi', '1G')).toBe(1)
})
