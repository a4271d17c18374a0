/**
 * Emits what `kubectl explain` shows: descriptions of kinds and fields, and the values of enumerations. One gzip
 * member a generated file, after a first line that says where each begins, so that a document reads only its own.
 */
import type { Message, Model } from './model.ts'

interface FileDocs {
  /** By message: its description and those of its fields, by JSON name (`proto` name for inlined ones). */
  messages: Record<string, [string, Record<string, string>]>
  /** Values of string types marked as enumerations, by the Go type's name. */
  enums: Record<string, string[]>
}

export function emitDocs(model: Model): Uint8Array {
  const files = Map.groupBy(model.messages.values(), (m) => m.file || 'plain')
  const index: Record<string, [number, number]> = {}
  const members: Uint8Array[] = []
  let offset = 0
  for (const [file, messages] of files) {
    const text = JSON.stringify({
      messages: Object.fromEntries(messages.map(describe)),
      enums: model.enums.get(file) ?? {},
    })
    const member = Bun.gzipSync(Buffer.from(text), { level: 9 })
    index[file] = [offset, member.length]
    members.push(member)
    offset += member.length
  }
  return Buffer.concat([Buffer.from(`${JSON.stringify(index)}\n`), ...members])
}

function describe(message: Message): [string, FileDocs['messages'][string]] {
  const described = message.fields.filter((field) => field.doc !== '' && !field.inline)
  return [message.name, [message.doc, Object.fromEntries(described.map((field) => [field.json, field.doc]))]]
}
