/** Emits one TypeScript file of interfaces per group-version. */
import type { Field, Message, Model, SpecialForm } from './model.ts'

export const banner = '// Made by scripts/generate from the Kubernetes 1.36 API types. Do not edit.\n'

const scalarTypes: Record<string, string> = { string: 'string', bytes: 'string', bool: 'boolean' }
const specialTypes: Record<SpecialForm, string> = {
  time: 'string',
  microTime: 'string',
  duration: 'string',
  quantity: 'string',
  intOrString: 'number | string',
  rawExtension: 'Record<string, unknown>',
  rawJson: 'unknown',
  stringList: 'string[]',
  schemaOrArray: 'JSONSchemaProps | JSONSchemaProps[]',
  schemaOrBool: 'JSONSchemaProps | boolean',
  schemaOrStringArray: 'JSONSchemaProps | string[]',
}

/** File name (without the ending) to its text. */
export function emitTypes(model: Model): Map<string, string> {
  const byFile = Map.groupBy(
    [...model.messages.values()].filter((m) => m.file !== ''),
    (m) => m.file,
  )
  return new Map([...byFile].map(([file, messages]) => [file, emitFile(file, messages, model)]))
}

function emitFile(file: string, messages: Message[], model: Model): string {
  const imports = new Map<string, Set<string>>()
  const typeOf = (type: string): string => {
    const message = model.messages.get(type)
    if (!message) return scalarTypes[type] ?? 'number'
    if (message.special) return specialTypes[message.special]
    if (message.file === file) return message.name
    if (message.file === '') return 'Record<string, unknown>'
    imports.set(message.file, (imports.get(message.file) ?? new Set()).add(message.name))
    return message.name
  }
  const bodies = messages.filter((m) => !m.special).map((m) => emitInterface(m, model, typeOf))
  const lines = [...imports].sort().map(([from, names]) => {
    return `import type { ${[...names].sort().join(', ')} } from './${from}.ts'\n`
  })
  return `${banner}${lines.join('')}\n${bodies.join('\n')}`
}

function emitInterface(message: Message, model: Model, typeOf: (type: string) => string): string {
  const lines = message.isKind ? kindLines(message) : []
  for (const field of message.fields) lines.push(...fieldLines(field, model, typeOf))
  return `${docComment(message.doc, '')}export interface ${message.name} {\n${lines.join('')}}\n`
}

function kindLines(message: Message): string[] {
  const { group, version } = message.group!
  // The options and Status objects of meta/v1 belong to group '' on the wire.
  const apiVersion = group === 'meta.k8s.io' ? 'string' : `'${group === '' ? version : `${group}/${version}`}'`
  return [`  apiVersion?: ${apiVersion}\n`, `  kind?: '${message.name}'\n`]
}

function fieldLines(field: Field, model: Model, typeOf: (type: string) => string): string[] {
  if (field.inline) {
    return model.messages.get(field.type)!.fields.flatMap((inner) => fieldLines(inner, model, typeOf))
  }
  let type = typeOf(field.type)
  if (field.repeated) type = type.includes('|') ? `(${type})[]` : `${type}[]`
  if (field.map) type = `Record<string, ${type}>`
  return [`${docComment(field.doc, '  ')}  ${propertyName(field.json)}${field.optional ? '?' : ''}: ${type}\n`]
}

function propertyName(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : `'${name}'`
}

/** First sentence only: the full text goes into the documentation that `kubectl explain` reads. */
function docComment(doc: string, indent: string): string {
  const text = doc
    .replaceAll(/\s+/g, ' ')
    .replaceAll('*/', '* /')
    .replace(/^More info: \S+ ?/, '')
  const sentence = /^.*?\.(?=\s|$)/.exec(text)?.[0] ?? text.trim()
  return sentence === '' ? '' : `${indent}/** ${sentence} */\n`
}
