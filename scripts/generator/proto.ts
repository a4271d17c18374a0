/** Reads the `generated.proto` files: messages, fields, numbers and types. */

export interface ProtoField {
  name: string
  number: number
  /** A scalar name, or the full name of a message (`k8s.io.api.core.v1.Pod`). For maps the value's type. */
  type: string
  repeated: boolean
  /** Type of the keys when the field is a map. */
  mapKey?: string
}

export interface ProtoMessage {
  /** Full name, e.g. `k8s.io.api.core.v1.Pod`. */
  fullName: string
  package: string
  name: string
  fields: ProtoField[]
}

const scalars = new Set(['string', 'bytes', 'bool', 'int32', 'int64', 'uint32', 'uint64', 'double', 'float'])

export function parseProto(text: string): ProtoMessage[] {
  const packageName = /^package ([\w.]+);/m.exec(text)?.[1]
  if (!packageName) throw new Error('a .proto file without a package')
  const qualify = (type: string): string => {
    if (scalars.has(type)) return type
    return type.startsWith('.') ? type.slice(1) : `${packageName}.${type}`
  }
  const messages: ProtoMessage[] = []
  let current: ProtoMessage | undefined
  for (const line of text.split('\n')) {
    const opening = /^message (\w+) \{/.exec(line)
    if (opening) {
      current = { fullName: `${packageName}.${opening[1]}`, package: packageName, name: opening[1]!, fields: [] }
      messages.push(current)
    }
    if (line.startsWith('}') || (opening && line.trimEnd().endsWith('}'))) current = undefined
    if (!current || opening || /^\s*(\/\/|$)/.test(line)) continue
    current.fields.push(parseField(line, qualify))
  }
  return messages
}

function parseField(line: string, qualify: (type: string) => string): ProtoField {
  const map = /^\s*map<(\w+), ([\w.]+)> (\w+) = (\d+)/.exec(line)
  if (map) {
    return { name: map[3]!, number: Number(map[4]), type: qualify(map[2]!), repeated: false, mapKey: map[1]! }
  }
  const plain = /^\s*(optional|required|repeated) ([\w.]+) (\w+) = (\d+)/.exec(line)
  if (!plain) throw new Error(`cannot read the field: ${line}`)
  return { name: plain[3]!, number: Number(plain[4]), type: qualify(plain[2]!), repeated: plain[1] === 'repeated' }
}
