/** What is wrong with which field, in upstream's words (k8s.io/apimachinery/pkg/util/validation/field). */

export interface FieldCause {
  /** e.g. `FieldValueInvalid`. */
  reason: string
  /** Without the field's path in front. */
  message: string
  /** e.g. `spec.containers[0].name`. */
  field: string
}

export class FieldErrors {
  readonly causes: FieldCause[] = []

  required(field: string, detail = ''): void {
    this.add('FieldValueRequired', field, 'Required value', detail)
  }

  invalid(field: string, value: unknown, detail: string): void {
    this.add('FieldValueInvalid', field, `Invalid value: ${shown(value)}`, detail)
  }

  /** One error a message: for checks that may find several things wrong. */
  invalidAll(field: string, value: unknown, details: string[]): void {
    for (const detail of details) this.invalid(field, value, detail)
  }

  notSupported(field: string, value: unknown, supported: readonly string[]): void {
    const list = supported.toSorted().map((item) => JSON.stringify(item))
    this.add(
      'FieldValueNotSupported',
      field,
      `Unsupported value: ${shown(value)}`,
      `supported values: ${list.join(', ')}`,
    )
  }

  duplicate(field: string, value: unknown): void {
    this.add('FieldValueDuplicate', field, `Duplicate value: ${shown(value)}`, '')
  }

  forbidden(field: string, detail: string): void {
    this.add('FieldValueForbidden', field, 'Forbidden', detail)
  }

  notFound(field: string, value: unknown): void {
    this.add('FieldValueNotFound', field, `Not found: ${shown(value)}`, '')
  }

  tooLong(field: string, sizeBytes: number): void {
    this.add('FieldValueTooLong', field, 'Too long', `may not be more than ${sizeBytes} bytes`)
  }

  tooMany(field: string, count: number, limit: number): void {
    const items = limit === 1 ? 'item' : 'items'
    this.add('FieldValueTooMany', field, `Too many: ${count}`, `must have at most ${limit} ${items}`)
  }

  /** Present and one of the supported values. */
  oneOf(field: string, value: string | undefined, supported: readonly string[]): void {
    if (!value) this.required(field)
    else if (!supported.includes(value)) this.notSupported(field, value, supported)
  }

  nonNegative(field: string, value: number | undefined): void {
    if (value !== undefined && value < 0) this.invalid(field, value, 'must be greater than or equal to 0')
  }

  private add(reason: string, field: string, text: string, detail: string): void {
    this.causes.push({ reason, message: detail === '' ? text : `${text}: ${detail}`, field })
  }
}

function shown(value: unknown): string {
  return value === undefined ? 'null' : JSON.stringify(value)
}
