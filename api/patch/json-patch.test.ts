import { describe, expect, test } from 'bun:test'
import type { JsonObject } from '../schema/conform.ts'
import { jsonPatch, maxOperations } from './json-patch.ts'
import { mergePatch } from './merge.ts'

/** Source: RFC 6902, appendix A. */
const applied: [string, JsonObject, object[], JsonObject][] = [
  ['A.1 add an object member', { foo: 'bar' }, [{ op: 'add', path: '/baz', value: 'qux' }], { baz: 'qux', foo: 'bar' }],
  [
    'A.2 add an array element',
    { foo: ['bar', 'baz'] },
    [{ op: 'add', path: '/foo/1', value: 'qux' }],
    { foo: ['bar', 'qux', 'baz'] },
  ],
  ['A.3 remove an object member', { baz: 'qux', foo: 'bar' }, [{ op: 'remove', path: '/baz' }], { foo: 'bar' }],
  [
    'A.4 remove an array element',
    { foo: ['bar', 'qux', 'baz'] },
    [{ op: 'remove', path: '/foo/1' }],
    { foo: ['bar', 'baz'] },
  ],
  [
    'A.5 replace a value',
    { baz: 'qux', foo: 'bar' },
    [{ op: 'replace', path: '/baz', value: 'boo' }],
    { baz: 'boo', foo: 'bar' },
  ],
  [
    'A.6 move a value',
    { foo: { bar: 'baz', waldo: 'fred' }, qux: { corge: 'grault' } },
    [{ op: 'move', from: '/foo/waldo', path: '/qux/thud' }],
    { foo: { bar: 'baz' }, qux: { corge: 'grault', thud: 'fred' } },
  ],
  [
    'A.7 move an array element',
    { foo: ['all', 'grass', 'cows', 'eat'] },
    [{ op: 'move', from: '/foo/1', path: '/foo/3' }],
    { foo: ['all', 'cows', 'eat', 'grass'] },
  ],
  [
    'A.8 test a value',
    { baz: 'qux', foo: ['a', 2, 'c'] },
    [
      { op: 'test', path: '/baz', value: 'qux' },
      { op: 'test', path: '/foo/1', value: 2 },
    ],
    { baz: 'qux', foo: ['a', 2, 'c'] },
  ],
  [
    'A.10 add a nested member object',
    { foo: 'bar' },
    [{ op: 'add', path: '/child', value: { grandchild: {} } }],
    { foo: 'bar', child: { grandchild: {} } },
  ],
  [
    'A.11 unknown members are ignored',
    { foo: 'bar' },
    [{ op: 'add', path: '/baz', value: 'qux', xyz: 123 }],
    { foo: 'bar', baz: 'qux' },
  ],
  ['A.14 ~ and / are escaped', { '/': 9, '~1': 10 }, [{ op: 'test', path: '/~01', value: 10 }], { '/': 9, '~1': 10 }],
  [
    'A.16 add an array value',
    { foo: ['bar'] },
    [{ op: 'add', path: '/foo/-', value: ['abc', 'def'] }],
    { foo: ['bar', ['abc', 'def']] },
  ],
  [
    'copy',
    { a: { b: 1 } },
    [
      { op: 'copy', from: '/a', path: '/c' },
      { op: 'replace', path: '/c/b', value: 2 },
    ],
    { a: { b: 1 }, c: { b: 2 } },
  ],
  ['a missing value equals null', { a: 1 }, [{ op: 'test', path: '/b', value: null }], { a: 1 }],
]

const refused: [string, JsonObject, unknown, string][] = [
  [
    'A.9 test fails',
    { baz: 'qux' },
    [{ op: 'test', path: '/baz', value: 'bar' }],
    'testing value /baz failed: test failed',
  ],
  [
    'A.12 add to a nonexistent target',
    { foo: 'bar' },
    [{ op: 'add', path: '/baz/bat', value: 'qux' }],
    'doc is missing path: /baz/bat',
  ],
  ['A.15 strings are no numbers', { '/': 9, '~1': 10 }, [{ op: 'test', path: '/~01', value: '10' }], 'test failed'],
  ['remove what is not there', {}, [{ op: 'remove', path: '/a' }], 'doc is missing path: /a'],
  ['an index out of bounds', { a: [1] }, [{ op: 'replace', path: '/a/1', value: 2 }], 'index out of bounds'],
  ['leading zeros', { a: [1, 2] }, [{ op: 'remove', path: '/a/01' }], 'is no index'],
  ['an unknown operation', {}, [{ op: 'frob', path: '/a' }], 'Unexpected kind: frob'],
  ['no list', {}, {}, 'must be a list'],
  ['no path', {}, [{ op: 'add', value: 1 }], 'has no path'],
  ['no value', {}, [{ op: 'add', path: '/a' }], 'has no value'],
  ['an inherited name is no member', {}, [{ op: 'test', path: '/constructor/name', value: 'Object' }], 'missing path'],
  [
    'too many operations',
    {},
    Array.from({ length: maxOperations + 1 }, () => ({ op: 'test', path: '', value: {} })),
    'The allowed maximum operations in a JSON patch is 10000, got 10001',
  ],
  [
    'copies that explode',
    { a: 'x'.repeat(1000) },
    Array.from({ length: 20 }, (_, i) => ({ op: 'copy', from: '', path: `/c${i}` })),
    'copies more than the limit',
  ],
]

describe('JSON patch', () => {
  for (const [name, object, patch, result] of applied) {
    test(name, () => {
      const before = structuredClone(object)
      expect(jsonPatch(object, patch)).toEqual(result)
      expect(object).toEqual(before)
    })
  }
  for (const [name, object, patch, message] of refused)
    test(name, () => expect(() => jsonPatch(object, patch)).toThrow(message))

  test('__proto__ is an ordinary key', () => {
    const result = jsonPatch({ data: {} }, [{ op: 'add', path: '/data/__proto__', value: 'x' }])
    expect(JSON.stringify(result)).toBe('{"data":{"__proto__":"x"}}')
    expect(({} as JsonObject).x).toBeUndefined()
  })
})

describe('merge patch', () => {
  /** Source: RFC 7386, appendix A (those whose target and result are objects). */
  const cases: [string, string, string][] = [
    ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
    ['{"a":"b"}', '{"a":null}', '{}'],
    ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
    ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
    ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
    ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
    ['{"e":null}', '{"a":1}', '{"e":null,"a":1}'],
    ['{}', '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
  ]
  for (const [object, patch, result] of cases) {
    test(`${object} with ${patch}`, () =>
      expect(mergePatch(JSON.parse(object), JSON.parse(patch))).toEqual(JSON.parse(result)))
  }
  test('no object', () => expect(() => mergePatch({}, [])).toThrow('must be a JSON object'))
})
