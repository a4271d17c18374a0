/** Random objects of any kind, for the tests of codecs and patches. Seeded: the same seed gives the same object. */
import type { JsonObject } from '../schema/conform.ts'
import type { Field, Schema } from '../schema/schema.ts'

export type Random = () => number

/** mulberry32: numbers from 0 up to 1. */
export function seeded(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

const maxDepth = 9
/** Objects in one object: a JSON schema would otherwise grow without end. */
const maxObjects = 300

export class ObjectMaker {
  private count = 0

  constructor(
    private readonly random: Random,
    /** Share of the fields that are set. */
    private readonly density = 0.4,
  ) {}

  object(schema: Schema, depth = 0): JsonObject {
    if (depth === 0) this.count = 0
    this.count++
    const object: JsonObject = {}
    for (const [name, field] of schema.properties) {
      if (this.random() > this.density / (1 + depth / 4)) continue
      object[name] = this.field(field, depth)
    }
    return object
  }

  private field(field: Field, depth: number): unknown {
    if (field.shape === 'single') return this.single(field, depth)
    const count = 1 + this.below(3)
    const items = Array.from({ length: count }, () => this.single(field, depth))
    return field.shape === 'list' ? items : Object.fromEntries(items.map((item) => [this.text() || 'k', item]))
  }

  private single(field: Field, depth: number): unknown {
    switch (field.type) {
      case 'string':
        return this.text()
      case 'bool':
        return this.random() < 0.5
      case 'bytes':
        return Buffer.from(Array.from({ length: this.below(20) }, () => this.below(256))).toString('base64')
      case 'double':
        return this.random() * 100 - 50
      case 'message':
        return field.schema!.form ? this.special(field.schema!, depth) : this.nested(field.schema!, depth)
      case 'int64':
        return this.pick([0, -1, 2 ** 40, -(2 ** 40), this.below(1000)])
      default:
        return this.pick([0, 2147483647, -2147483648, this.below(70_000)])
    }
  }

  private nested(schema: Schema, depth: number): JsonObject {
    return depth >= maxDepth || this.count >= maxObjects ? {} : this.object(schema, depth + 1)
  }

  private special(schema: Schema, depth: number): unknown {
    switch (schema.form!) {
      case 'time':
        return `20${10 + this.below(80)}-01-02T03:04:0${this.below(10)}Z`
      case 'microTime':
        return `2026-01-02T03:04:05.${String(this.below(1_000_000)).padStart(6, '0')}Z`
      case 'duration':
        return this.pick(['0s', '1h0m0s', '1m30s', '1.5s', '20ms'])
      case 'quantity':
        return this.pick(['0', '100m', '1', '128Mi', '1500m', '2e3'])
      case 'intOrString':
        return this.pick<number | string>([0, 8080, 'http', '25%'])
      case 'stringList':
        return [this.text(), this.text()]
      case 'rawExtension':
        return { a: this.below(10), b: [this.text()] }
      case 'rawJson':
        return this.pick<unknown>([1, 'x', { 'f:metadata': {} }, [true]])
      default:
        return this.either(schema, depth)
    }
  }

  private either(schema: Schema, depth: number): unknown {
    const inner = schema.fields.find((field) => field.type === 'message')!.schema!
    if (this.random() < 0.5) return this.nested(inner, depth)
    if (schema.form === 'schemaOrBool') return this.random() < 0.5
    return schema.form === 'schemaOrArray' ? [this.nested(inner, depth)] : [this.text()]
  }

  private text(): string {
    return this.pick(['', 'a', 'nginx:1.25', 'long '.repeat(60), 'ünï¢ødé 🪿', '__proto__', '"quoted\\"\n'])
  }

  below(limit: number): number {
    return Math.floor(this.random() * limit)
  }

  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)]!
  }
}
