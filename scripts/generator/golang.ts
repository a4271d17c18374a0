/** Reads the Go type declarations: JSON names, omitempty, pointers, embedding, comments and `+` annotations. */

export interface GoField {
  /** Empty for a field inlined into its parent's JSON. */
  json: string
  /** Field number from the protobuf tag; 0 without one. */
  number: number
  goType: string
  omitempty: boolean
  inline: boolean
  /** Of strategic merge patches, e.g. `merge` or `merge,retainKeys`. */
  patchStrategy?: string
  patchMergeKey?: string
  comment: string[]
}

export interface GoStruct {
  name: string
  fields: GoField[]
  comment: string[]
}

export interface GoPackage {
  structs: Map<string, GoStruct>
  /** Named types that are not structs: name to what stands behind it. */
  aliases: Map<string, { target: string; comment: string[] }>
  /** Values of string constants, by the name of their type. */
  constants: Map<string, string[]>
}

export function parseGo(files: string[]): GoPackage {
  const result: GoPackage = { structs: new Map(), aliases: new Map(), constants: new Map() }
  for (const file of files) parseFile(file, result)
  return result
}

function parseFile(text: string, result: GoPackage): void {
  let comment: string[] = []
  let earlier: string[] = []
  let current: GoStruct | undefined
  for (const line of text.split('\n')) {
    const remark = /^\s*\/\/ ?(.*)$/.exec(line)
    if (remark) {
      comment.push(remark[1]!)
      continue
    }
    if (line.trim() === '') {
      // Upstream separates annotations of a type from its text by an empty line.
      earlier = comment
      comment = []
      continue
    }
    if (current) {
      if (line.startsWith('}')) current = undefined
      else addField(current, line, comment)
    } else {
      current = declaration(line, [...earlier.filter((c) => c.startsWith('+')), ...comment], result)
    }
    comment = []
    earlier = []
  }
}

function declaration(line: string, comment: string[], result: GoPackage): GoStruct | undefined {
  const struct = /^type (\w+) struct \{(\})?/.exec(line)
  if (struct) {
    const made: GoStruct = { name: struct[1]!, fields: [], comment }
    result.structs.set(made.name, made)
    return struct[2] ? undefined : made
  }
  const alias = /^type (\w+) =? ?([\w.[\]*]+)\s*(?:\/\/.*)?$/.exec(line)
  if (alias) result.aliases.set(alias[1]!, { target: alias[2]!, comment })
  const constant = /^(?:const|\t)\s*\w+\s+(\w+)\s*=\s*"([^"]*)"/.exec(line)
  if (constant) {
    const values = result.constants.get(constant[1]!) ?? []
    values.push(constant[2]!)
    result.constants.set(constant[1]!, values)
  }
  return undefined
}

function addField(struct: GoStruct, line: string, comment: string[]): void {
  const match = /^\s+(?:(\w+)\s+)?([\w.*[\]]+)\s+`([^`]*)`/.exec(line)
  if (!match) return
  const tag = match[3]!
  const json = /json:"([^"]*)"/.exec(tag)?.[1]
  if (json === undefined || json === '-') return
  const [name, ...options] = json.split(',')
  const number = /protobuf:"\w+,(\d+)/.exec(tag)?.[1]
  struct.fields.push({
    json: name!,
    number: number === undefined ? 0 : Number(number),
    goType: match[2]!,
    omitempty: options.includes('omitempty') || options.includes('omitzero'),
    inline: options.includes('inline') || name === '',
    patchStrategy: /patchStrategy:"([^"]*)"/.exec(tag)?.[1],
    patchMergeKey: /patchMergeKey:"([^"]*)"/.exec(tag)?.[1],
    comment,
  })
}

/** The comment as upstream's documentation generators print it: no annotations, lines joined, paragraphs kept. */
export function prose(comment: string[]): string {
  let text = ''
  for (const line of comment) {
    if (line.trim() === '---') break
    if (/^\s*(\+|TODO)/.test(line)) continue
    if (line.trim() === '') text = `${text.trimEnd()}\n\n`
    else if (/^[ \t]/.test(line)) text = `${text.replace(/[ \n]$/, '')}\n${line.trimEnd()}\n`
    else text += `${line.trim()} `
  }
  return text.trim()
}

/** Values of an annotation such as `listMapKey` in `+listMapKey=name`. */
export function annotations(comment: string[], name: string): string[] {
  return comment.filter((line) => line.startsWith(`+${name}=`)).map((line) => line.slice(name.length + 2).trim())
}
