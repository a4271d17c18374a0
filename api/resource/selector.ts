import { badRequest } from './status.ts'

/** One requirement of a label selector. `values` is empty for Exists and DoesNotExist. */
export interface LabelRequirement {
  key: string
  operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'GreaterThan' | 'LessThan'
  values: string[]
}

export interface FieldRequirement {
  /** Dotted, as the client wrote it. */
  field: string
  equal: boolean
  value: string
}

const none: Record<string, string> = {}
const keyPattern = /^([A-Za-z0-9]([-A-Za-z0-9_./]*[A-Za-z0-9])?)/

/**
 * The string form of label selectors (`a=b,c!=d,e in (f,g),h notin (i),j,!k,l>1`), as
 * k8s.io/apimachinery/pkg/labels parses it. Throws BadRequest.
 */
export function parseLabelSelector(text: string): LabelRequirement[] {
  const requirements: LabelRequirement[] = []
  let rest = text.trim()
  while (rest !== '') {
    const parsed = parseRequirement(rest, text)
    requirements.push(parsed.requirement)
    rest = parsed.rest.trimStart()
    if (rest === '') break
    if (!rest.startsWith(',')) throw unparsable(text, `found '${rest.slice(0, 20)}', expected: ',' or 'end of string'`)
    rest = rest.slice(1).trimStart()
    if (rest === '') throw unparsable(text, "found '', expected: identifier after ','")
  }
  return requirements
}

function unparsable(text: string, why: string) {
  return badRequest(`unable to parse requirement: ${why} (label selector "${text}")`)
}

function parseRequirement(rest: string, text: string): { requirement: LabelRequirement; rest: string } {
  const negated = rest.startsWith('!')
  const start = negated ? rest.slice(1).trimStart() : rest
  const key = keyPattern.exec(start)?.[1]
  if (!key) throw unparsable(text, `found '${start.slice(0, 20)}', expected: !, identifier, or 'end of string'`)
  const after = start.slice(key.length).trimStart()
  if (negated) return { requirement: { key, operator: 'DoesNotExist', values: [] }, rest: after }
  if (after === '' || after.startsWith(','))
    return { requirement: { key, operator: 'Exists', values: [] }, rest: after }
  const set = /^(in|notin)\s*\(([^)]*)\)/.exec(after)
  if (set) {
    const values = set[2]!.split(',').map((value) => value.trim())
    const operator = set[1] === 'in' ? 'In' : 'NotIn'
    return { requirement: { key, operator, values }, rest: after.slice(set[0].length) }
  }
  const comparison = /^(==|=|!=|>|<)\s*([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?(?=\s*(,|$))/.exec(after)
  if (!comparison) throw unparsable(text, `found '${after.slice(0, 20)}', expected: in, notin, =, ==, !=, >, <`)
  const value = comparison[2] ?? ''
  const sign = comparison[1]!
  if ((sign === '>' || sign === '<') && !/^-?\d+$/.test(value)) {
    throw unparsable(
      text,
      `values[0][${key}]: Invalid value: "${value}": for 'Gt', 'Lt' operators, the value must be an integer`,
    )
  }
  const operator = sign === '!=' ? 'NotIn' : sign === '>' ? 'GreaterThan' : sign === '<' ? 'LessThan' : 'In'
  return { requirement: { key, operator, values: [value] }, rest: after.slice(comparison[0].length) }
}

export function matchesLabels(
  requirements: readonly LabelRequirement[],
  labels: Record<string, string> = none,
): boolean {
  for (const { key, operator, values } of requirements) {
    const value = Object.hasOwn(labels, key) ? labels[key] : undefined
    switch (operator) {
      case 'Exists':
        if (value === undefined) return false
        break
      case 'DoesNotExist':
        if (value !== undefined) return false
        break
      case 'In':
        if (value === undefined || !values.includes(value)) return false
        break
      case 'NotIn':
        if (value !== undefined && values.includes(value)) return false
        break
      default: {
        const number = /^-?\d+$/.test(value ?? '') ? Number(value) : Number.NaN
        if (operator === 'GreaterThan' ? !(number > Number(values[0])) : !(number < Number(values[0]))) return false
      }
    }
  }
  return true
}

/**
 * `a=b,c!=d`, as k8s.io/apimachinery/pkg/fields parses it; a backslash quotes `,`, `=` and itself.
 * `supported` are the resource's selectable fields. Throws BadRequest.
 */
export function parseFieldSelector(text: string, supported: ReadonlySet<string>): FieldRequirement[] {
  const requirements: FieldRequirement[] = []
  for (const term of text.match(/(\\.|[^,\\])+/g) ?? []) {
    const match = /^([^=!]+?)\s*(!=|==|=)(.*)$/s.exec(term.trim())
    if (!match) throw badRequest(`invalid selector: '${text}'; can't understand '${term}'`)
    const field = match[1]!
    if (!supported.has(field)) throw badRequest(`field label not supported: ${field}`)
    requirements.push({ field, equal: match[2] !== '!=', value: match[3]!.replace(/\\(.)/g, '$1') })
  }
  return requirements
}

export function matchesFields(requirements: readonly FieldRequirement[], fieldOf: (field: string) => string): boolean {
  return requirements.every(({ field, equal, value }) => (fieldOf(field) === value) === equal)
}

/** metav1.LabelSelector, as workloads carry it. */
export interface LabelSelector {
  matchLabels?: Record<string, string>
  matchExpressions?: { key: string; operator: string; values?: string[] }[]
}

/** An empty selector matches everything, an absent one nothing. */
export function matchesLabelSelector(
  selector: LabelSelector | undefined,
  labels: Record<string, string> = none,
): boolean {
  if (!selector) return false
  return matchesLabels(requirementsOf(selector), labels)
}

export function requirementsOf(selector: LabelSelector): LabelRequirement[] {
  const equal = Object.entries(selector.matchLabels ?? {}).map(
    ([key, value]): LabelRequirement => ({ key, operator: 'In', values: [value] }),
  )
  const expressions = (selector.matchExpressions ?? []).map(
    ({ key, operator, values }): LabelRequirement => ({
      key,
      operator: operator as LabelRequirement['operator'],
      values: values ?? [],
    }),
  )
  return [...equal, ...expressions]
}
