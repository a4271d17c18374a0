/**
 * Emits the facts the running server works from, as text that `api/schema/schema.ts` reads a message at a time when
 * it first meets one. A message is a line `Name flags`, its fields are the lines after it, each beginning with a space:
 * ` jsonName number type flags attributes`. Both ends of the format are described in `schema.ts`.
 */
import type { Field, Message, Model } from './model.ts'
import { type ResourceFact, resourceFacts } from './resource-facts.ts'
import { banner } from './types.ts'

export function emitTables(model: Model): string {
  const files = Map.groupBy(model.messages.values(), (m) => m.file || 'plain')
  const parts = [...files].map(([file, messages]) => {
    return `'${file}': \`\n${messages.map((m) => emitMessage(m)).join('')}\`,\n`
  })
  return `${banner}export const tables: Record<string, string> = {\n${parts.join('')}}\n`

  function emitMessage(message: Message): string {
    const flags = [message.isKind ? 'kind' : '', message.special ? `form=${message.special}` : '']
    if (message.structType) flags.push(`struct=${message.structType}`)
    const lines = message.fields.map((f) => ` ${fieldLine(f, message.file, model)}\n`)
    return `${[message.name, ...flags].filter(Boolean).join(' ')}\n${lines.join('')}`
  }
}

function fieldLine(field: Field, file: string, model: Model): string {
  const target = model.messages.get(field.type)
  let type = field.type
  if (target) type = target.file === file ? `.${target.name}` : `${target.file || 'plain'}.${target.name}`
  if (field.repeated) type = `[]${type}`
  if (field.map) type = `{}${type}`
  const flags = [field.pointer && 'p', field.omitempty && 'e', !field.optional && 'r', field.inline && 'n']
  const attributes = [
    field.proto !== field.json && `proto=${field.proto}`,
    !target && !/^(string|bool|byte|int(32|64)?|uint8|float64|)$/.test(goName(field)) && `go=${goName(field)}`,
    field.listType && `list=${field.listType}`,
    field.listMapKeys.length > 0 && `keys=${field.listMapKeys.join(',')}`,
    field.mapType && `map=${field.mapType}`,
    field.structType && `struct=${field.structType}`,
    field.patchStrategy && `patch=${field.patchStrategy}`,
    field.patchMergeKey && `key=${field.patchMergeKey}`,
    field.default !== undefined && `default=${field.default}`,
  ]
  const text = [
    field.inline ? '-' : field.json,
    field.number,
    type,
    flags.filter(Boolean).join('') || '-',
    ...attributes,
  ]
  const line = text.filter((part) => part !== false && part !== undefined && part !== '').join(' ')
  if (/[`\\$]\{?/.test(line.replace('$ref', '').replace('$schema', ''))) throw new Error(`cannot be written: ${line}`)
  return line
}

function goName(field: Field): string {
  return field.goType.replace(/^map\[[\w.]+\]/, '').replace(/^[*[\]]+/, '')
}

/** One line a resource: `group/version plural Kind scope shortNames categories verbs subresources`. */
export function emitResourceTable(): string {
  return `${banner}export const resourceTable = \`\n${resourceFacts.map((fact) => resourceLine(fact)).join('')}\`\n`
}

function resourceLine(fact: ResourceFact): string {
  const list = (names: string[]) => names.join(',') || '-'
  const subresources = fact.subresources.map((s) => `${s.name}:${s.group}/${s.version}/${s.kind}:${s.verbs.join('+')}`)
  const scope = fact.namespaced ? 'Namespaced' : 'Cluster'
  const start = [`${fact.group}/${fact.version}`, fact.resource, fact.kind, scope]
  return `${[...start, list(fact.shortNames), list(fact.categories), list(fact.verbs), list(subresources)].join(' ')}\n`
}
