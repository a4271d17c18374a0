/** Where pods may run: tolerations, affinities, spreading. */
import type * as core from '../generated/types/core-v1.ts'
import type { LabelSelector } from '../generated/types/meta-v1.ts'
import type { FieldErrors } from './field-error.ts'
import { dnsLabel, labelValue, qualifiedName } from './format.ts'
import { validateRequirement, validateSelector } from './metadata.ts'

const effects = ['NoExecute', 'NoSchedule', 'PreferNoSchedule']

export function validateTolerations(tolerations: core.Toleration[], path: string, errors: FieldErrors): void {
  for (const [i, toleration] of tolerations.entries()) {
    const at = `${path}[${i}]`
    const { key, operator, effect, value, tolerationSeconds } = toleration
    if (key) errors.invalidAll(`${at}.key`, key, qualifiedName(key))
    if (!key && operator !== 'Exists') {
      errors.invalid(
        `${at}.operator`,
        operator ?? '',
        'operator must be Exists when `key` is empty, which means "match all values and all keys"',
      )
    }
    if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
      errors.invalid(`${at}.effect`, effect ?? '', "effect must be 'NoExecute' when `tolerationSeconds` is set")
    }
    if (operator === 'Exists' && value)
      errors.invalid(`${at}.operator`, toleration, "value must be empty when `operator` is 'Exists'")
    else if (value && (operator ?? 'Equal') === 'Equal') errors.invalidAll(`${at}.operator`, value, labelValue(value))
    if (operator && !['Equal', 'Exists', 'Gt', 'Lt'].includes(operator)) {
      errors.notSupported(`${at}.operator`, operator, ['Equal', 'Exists'])
    }
    if (effect && !effects.includes(effect)) errors.notSupported(`${at}.effect`, effect, effects)
  }
}

export function validateAffinity(affinity: core.Affinity, path: string, errors: FieldErrors): void {
  const { nodeAffinity, podAffinity, podAntiAffinity } = affinity
  if (nodeAffinity) validateNodeAffinity(nodeAffinity, `${path}.nodeAffinity`, errors)
  if (podAffinity) validatePodAffinity(podAffinity, `${path}.podAffinity`, errors)
  if (podAntiAffinity) validatePodAffinity(podAntiAffinity, `${path}.podAntiAffinity`, errors)
}

const hard = 'requiredDuringSchedulingIgnoredDuringExecution'
const soft = 'preferredDuringSchedulingIgnoredDuringExecution'

function validateNodeAffinity(affinity: core.NodeAffinity, path: string, errors: FieldErrors): void {
  if (affinity[hard]) validateNodeSelector(affinity[hard], `${path}.${hard}`, errors)
  for (const [i, term] of (affinity[soft] ?? []).entries()) {
    validateWeight(term.weight, `${path}.${soft}[${i}].weight`, errors)
    validateNodeTerm(term.preference, `${path}.${soft}[${i}].preference`, errors)
  }
}

export function validateNodeSelector(selector: core.NodeSelector, path: string, errors: FieldErrors): void {
  const terms = selector.nodeSelectorTerms ?? []
  if (terms.length === 0) errors.required(`${path}.nodeSelectorTerms`, 'must have at least one node selector term')
  for (const [i, term] of terms.entries()) validateNodeTerm(term, `${path}.nodeSelectorTerms[${i}]`, errors)
}

const nodeOperators = ['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt']

function validateNodeTerm(term: core.NodeSelectorTerm, path: string, errors: FieldErrors): void {
  for (const [i, { key, operator, values = [] }] of (term.matchExpressions ?? []).entries()) {
    const at = `${path}.matchExpressions[${i}]`
    validateRequirement(at, operator, values, nodeOperators, errors)
    errors.invalidAll(`${at}.key`, key, qualifiedName(key))
  }
  for (const [i, { key, operator, values = [] }] of (term.matchFields ?? []).entries()) {
    const at = `${path}.matchFields[${i}]`
    if (key !== 'metadata.name') errors.invalid(`${at}.key`, key, 'not a valid field selector key')
    if (operator !== 'In' && operator !== 'NotIn')
      errors.invalid(`${at}.operator`, operator, 'not a valid selector operator')
    else if (values.length !== 1)
      errors.required(
        `${at}.values`,
        "must be only one value when `operator` is 'In' or 'NotIn' for node field selector",
      )
  }
}

function validateWeight(weight: number, path: string, errors: FieldErrors): void {
  if (weight < 1 || weight > 100) errors.invalid(path, weight, 'must be in the range 1-100')
}

function validatePodAffinity(affinity: core.PodAffinity, path: string, errors: FieldErrors): void {
  for (const [i, term] of (affinity[hard] ?? []).entries()) validatePodTerm(term, `${path}.${hard}[${i}]`, errors)
  for (const [i, term] of (affinity[soft] ?? []).entries()) {
    validateWeight(term.weight, `${path}.${soft}[${i}].weight`, errors)
    validatePodTerm(term.podAffinityTerm, `${path}.${soft}[${i}].podAffinityTerm`, errors)
  }
}

function validatePodTerm(term: core.PodAffinityTerm, path: string, errors: FieldErrors): void {
  if (term.labelSelector) validateSelector(term.labelSelector, `${path}.labelSelector`, errors)
  if (term.namespaceSelector) validateSelector(term.namespaceSelector, `${path}.namespaceSelector`, errors)
  for (const name of term.namespaces ?? []) errors.invalidAll(`${path}.namespace`, name, dnsLabel(name))
  if (!term.topologyKey) errors.required(`${path}.topologyKey`, 'can not be empty')
  else errors.invalidAll(`${path}.topologyKey`, term.topologyKey, qualifiedName(term.topologyKey))
}

export function validateSpreading(
  constraints: core.TopologySpreadConstraint[],
  path: string,
  errors: FieldErrors,
): void {
  const seen = new Set<string>()
  for (const [i, constraint] of constraints.entries()) {
    const at = `${path}[${i}]`
    const { maxSkew, topologyKey, whenUnsatisfiable, minDomains, labelSelector } = constraint
    if (maxSkew <= 0) errors.invalid(`${at}.maxSkew`, maxSkew, 'must be greater than zero')
    if (!topologyKey) errors.required(`${at}.topologyKey`, 'can not be empty')
    const actions = ['DoNotSchedule', 'ScheduleAnyway']
    if (!actions.includes(whenUnsatisfiable)) errors.notSupported(`${at}.whenUnsatisfiable`, whenUnsatisfiable, actions)
    const pair = `{${topologyKey}, ${whenUnsatisfiable}}`
    if (seen.has(pair)) errors.duplicate(`${at}.{topologyKey, whenUnsatisfiable}`, pair)
    seen.add(pair)
    if (minDomains !== undefined) validateMinDomains(minDomains, whenUnsatisfiable, `${at}.minDomains`, errors)
    if (labelSelector) validateSelector(labelSelector as LabelSelector, `${at}.labelSelector`, errors)
  }
}

function validateMinDomains(count: number, action: string, path: string, errors: FieldErrors): void {
  if (count <= 0) errors.invalid(path, count, 'must be greater than zero')
  if (action !== 'DoNotSchedule') {
    errors.invalid(path, count, `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${action}`)
  }
}
