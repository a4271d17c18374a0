/** YAML documents to values: what `kubectl apply --server-side` sends, and any client may. */
import { parseDocument } from 'yaml'
import { DecodeError } from './json.ts'

export interface ParsedYaml {
  value: unknown
  /** e.g. `line 4: key "replicas" already set in map`, as upstream says it. */
  duplicateKeys: string[]
}

/** How many nodes aliases may stand for: refuses documents made to explode. */
const maxAliasCount = 100

/** One document. Throws DecodeError for what is no YAML. JSON is YAML too. */
export function parseYaml(text: string): ParsedYaml {
  const document = parseDocument(text, { uniqueKeys: false, schema: 'core', version: '1.2', logLevel: 'silent' })
  const error = document.errors[0]
  if (error) throw new DecodeError(`error converting YAML to JSON: yaml: ${error.message.split('\n')[0]}`)
  try {
    const value: unknown = document.toJS({ maxAliasCount, mapAsMap: false })
    return { value, duplicateKeys: duplicates(text) }
  } catch (thrown) {
    throw new DecodeError(`error converting YAML to JSON: yaml: ${(thrown as Error).message}`)
  }
}

/** The library names duplicates only as errors: read once more and keep those. */
function duplicates(text: string): string[] {
  const strict = parseDocument(text, { uniqueKeys: true, logLevel: 'silent' })
  return strict.errors
    .filter((error) => error.code === 'DUPLICATE_KEY')
    .map((error) => {
      const line = error.linePos?.[0].line ?? 0
      const key = /^\s*"?([^":]*)"?\s*:/.exec(text.slice(error.pos[0]))?.[1] ?? ''
      return `line ${line}: key ${JSON.stringify(key.trim())} already set in map`
    })
}
