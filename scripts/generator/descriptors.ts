/**
 * Emits protobufjs' own reading of the .proto files, for the test that compares our codec with it. Everything but
 * names, numbers and types is left out.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import protobuf from 'protobufjs'
import { apiregistration } from './apiregistration.ts'
import { plainFolders, servedGroupVersions, typeGroupVersions } from './groups.ts'

export function emitDescriptors(sources: string): string {
  const root = new protobuf.Root()
  const folders = [...[...typeGroupVersions, ...servedGroupVersions].map((gv) => gv.folder), ...plainFolders]
  for (const folder of folders) {
    const isOurs = folder.includes('apiregistration')
    const text = isOurs
      ? `syntax = "proto2";\n${apiregistration.proto}`
      : readFileSync(join(sources, 'k8s.io', folder, 'generated.proto'), 'utf8')
    protobuf.parse(text, root, { keepCase: true })
  }
  root.resolveAll()
  return JSON.stringify(root.toJSON({ keepComments: false }))
}
