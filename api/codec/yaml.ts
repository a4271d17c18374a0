/** YAML documents to values, read as Kubernetes reads them: YAML 1.1's numbers and booleans, but no dates. */
import { YAML } from 'bun'
import { type Document, parseDocument, type Tags } from 'yaml'
import { DecodeError, duplicateFields, maxDepth, parseJson } from './json.ts'

export interface ParsedYaml {
  value: unknown
  /** e.g. `line 4: key "replicas" already set in map`, as upstream says it. */
  duplicateKeys: string[]
}

/**
 * The npm library reads 1.1 and knows lines, but 100 kB hold the loop for a tenth of a second; Bun's own parser is fifty
 * times faster and knows neither. So the library is asked only where the two differ, and not about large documents.
 */
const maxSlowChars = 65_536

/** How many nodes aliases may stand for: refuses documents made to explode. */
const maxAliasCount = 100

/** Plain scalars that YAML 1.1 and 1.2 read differently: `0644`, `yes`, `1_000`; and what needs the library's care. */
const oddScalars =
  /(?:^|[\s:[,{-])(?:[-+]?0[\d_]+|[-+]?0b[01_]+|[-+]?\d[\d_.]*_[\d_.]*|y|n|yes|no|on|off|0o[0-7]+)(?=\s*(?:$|[,\]}#]|:\s))/im
const oddSyntax = /(?:^|\s)(?:[&*!?]\S|\?\s|---|\.\.\.|<<\s*:|%)|\.inf|\.nan/im

/** One document. Throws DecodeError for what is no YAML. JSON is YAML too, and what kubectl sends as such. */
export function parseYaml(text: string): ParsedYaml {
  const asJson = /^\s*\{/.test(text) ? tryJson(text) : undefined
  if (asJson) return asJson
  refuseDeep(text)
  if (!oddScalars.test(text) && !oddSyntax.test(text)) {
    const value = parseFast(text)
    return { value, duplicateKeys: text.length <= maxSlowChars && mayHaveDuplicates(text) ? duplicates(text) : [] }
  }
  if (text.length > maxSlowChars) {
    const detail = `more than ${maxSlowChars} characters with anchors, tags or YAML 1.1's special values: send JSON`
    throw new DecodeError(`error converting YAML to JSON: yaml: ${detail}`)
  }
  return { value: parseSlowly(text), duplicateKeys: duplicates(text) }
}

function tryJson(text: string): ParsedYaml | undefined {
  try {
    const { value } = parseJson(text)
    const names = duplicateFields(text).map((path) => path.split('.').at(-1)!)
    return { value, duplicateKeys: names.map((name) => `line 1: key ${JSON.stringify(name)} already set in map`) }
  } catch (error) {
    // Flow mappings look like JSON; too deep ones stay refused.
    if (error instanceof DecodeError && !error.message.includes('max depth')) return undefined
    throw error
  }
}

/** Both parsers go down a level of their stack for each bracket or dash that opens one. */
function refuseDeep(text: string): void {
  let depth = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 0x5b || code === 0x7b) depth++
    else if (code === 0x5d || code === 0x7d) depth = Math.max(0, depth - 1)
    if (depth > maxDepth) throw new DecodeError('exceeded max depth')
  }
  if (/(?:- ){1001}|^ {2001}/m.test(text)) throw new DecodeError('exceeded max depth')
}

function parseFast(text: string): unknown {
  try {
    return YAML.parse(text)
  } catch (error) {
    const reason = (error as Error).message.replace(/^YAML Parse error: /, '')
    throw new DecodeError(`error converting YAML to JSON: yaml: ${reason}`)
  }
}

function parseSlowly(text: string): unknown {
  const document = read(text, false)
  const error = document.errors[0]
  if (error) throw new DecodeError(`error converting YAML to JSON: yaml: ${error.message.split('\n')[0]}`)
  try {
    return document.toJS({ maxAliasCount, mapAsMap: false })
  } catch (thrown) {
    throw new DecodeError(`error converting YAML to JSON: yaml: ${(thrown as Error).message}`)
  }
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

/** Whether two lines of one indentation, with nothing less indented between them, begin with the same key. */
function mayHaveDuplicates(text: string): boolean {
  const open: { indent: number; keys: Set<string> }[] = []
  for (const line of text.split('\n')) {
    const match = /^( *(?:- +)*)([^\s#-][^:]*):(?:\s|$)/.exec(line)
    if (!match) continue
    const indent = match[1]!.length
    while (open.length > 0 && open.at(-1)!.indent > indent) open.pop()
    let level = open.at(-1)
    if (level?.indent !== indent || match[1]!.includes('-')) {
      if (level?.indent === indent) open.pop()
      level = { indent, keys: new Set() }
      open.push(level)
    }
    if (level.keys.has(match[2]!)) return true
    level.keys.add(match[2]!)
  }
  return /[{,].*:.*,.*:/.test(text)
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
