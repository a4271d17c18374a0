/** Descriptions of kinds and fields, and values of enumerations, unpacked when somebody asks for them. */
import { readFileSync } from 'node:fs'
import docsPath from '../schema/generated/docs.bin' with { type: 'file' }

export interface FileDocs {
  /** By message: its description and those of its fields by JSON name. */
  messages: Record<string, [string, Record<string, string>]>
  /** By Go type. */
  enums: Record<string, string[]>
}

/** Of a generated file such as `core-v1`. Nothing is kept: the documents made of it are cached where they are served. */
export function readDocs(file: string): FileDocs {
  const bytes = readFileSync(docsPath)
  const lineEnd = bytes.indexOf(0x0a)
  const index = JSON.parse(bytes.toString('utf8', 0, lineEnd)) as Record<string, [number, number]>
  const place = index[file]
  if (!place) return { messages: {}, enums: {} }
  const start = lineEnd + 1 + place[0]
  return JSON.parse(Buffer.from(Bun.gunzipSync(bytes.subarray(start, start + place[1]))).toString('utf8')) as FileDocs
}
