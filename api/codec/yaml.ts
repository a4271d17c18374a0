/** YAML documents to values, read as Kubernetes reads them: YAML 1.1's numbers and booleans, but no dates. */
import { type Document, parseDocument, type Tags } from 'yaml'
import { DecodeError } from './json.ts'

export interface ParsedYaml {
  value: unknown
  /** e.g. `line 4: key "replicas" already set in map`, as upstream says it. */
  duplicateKeys: string[]
}

/** How many nodes aliases may stand for: refuses documents made to explode. */
const maxAliasCount = 100

/** As many levels as JSON may have. */
const maxIndentation = 1_000

/** One document. Throws DecodeError for what is no YAML. JSON is YAML too. */
export function parseYaml(text: string): ParsedYaml {
  if (nesting(text) > maxIndentation) throw new DecodeError('exceeded max depth')
  const document = read(text, false)
  const error = document.errors[0]
  if (error) throw new DecodeError(`error converting YAML to JSON: yaml: ${error.message.split('\n')[0]}`)
  try {
    return { value: document.toJS({ maxAliasCount, mapAsMap: false }), duplicateKeys: duplicates(text) }
  } catch (thrown) {
    throw new DecodeError(`error converting YAML to JSON: yaml: ${(thrown as Error).message}`)
  }
}

/** The library goes down a level of its stack for each bracket or dash that opens one. */
function nesting(text: string): number {
  let depth = 0
  let deepest = 0
  for (let i = 0; i < text.length; i++) {
    const char = text[i]
    if (char === '[' || char === '{') deepest = Math.max(deepest, ++depth)
    else if (char === ']' || char === '}') depth = Math.max(0, depth - 1)
  }
  const dashes = /(?:- ){1001}|^ {2000}/m.test(text) ? maxIndentation + 1 : 0
  return Math.max(deepest, dashes)
}

/** Upstream's library gives texts for dates, and knows neither sexagesimal numbers nor sets. */
function withoutOddTags(tags: Tags): Tags {
  return tags.filter((tag) => {
    const name = typeof tag === 'string' ? tag : `${tag.tag} ${'format' in tag ? tag.format : ''}`
    return !/timestamp|TIME|Time|:set|:omap|:pairs|:binary/.test(name)
  })
}

function read(text: string, uniqueKeys: boolean): Document.Parsed {
  return parseDocument(text, { uniqueKeys, version: '1.1', customTags: withoutOddTags, logLevel: 'silent' })
}

/** The library names duplicates only as errors: read once more and keep those. */
function duplicates(text: string): string[] {
  return read(text, true)
    .errors.filter((error) => error.code === 'DUPLICATE_KEY')
    .map((error) => {
      const line = error.linePos?.[0].line ?? 0
      const key = /^\s*"?([^":]*)"?\s*:/.exec(text.slice(error.pos[0]))?.[1] ?? ''
      return `line ${line}: key ${JSON.stringify(key.trim())} already set in map`
    })
}
