/**
 * GET /openapi/v2, as little as kubectl needs of it: when it is given a `List` (kubectl 1.32: the `List` kind never
 * counts as supporting server-side validation, pkg/util/openapi) or is older than 1.27, it looks each kind up here and
 * checks the fields itself. Each kind is told as an object with any fields; the server does the checking.
 */
import { embed } from '../codec/protobuf-encode.ts'
import { WireWriter, wireBytes } from '../codec/wire.ts'
import type { Resource } from '../schema/resource.ts'

export const openApiV2MediaType = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf'

/** Field numbers of github.com/google/gnostic-models/openapiv2. */
const field = {
  document: { swagger: 1, info: 2, paths: 8, definitions: 9 },
  info: { title: 1, version: 2 },
  definitions: { additionalProperties: 1 },
  named: { name: 1, value: 2 },
  schema: { type: 22, vendorExtension: 31 },
  typeItem: { value: 1 },
  any: { yaml: 2 },
} as const

/** The document as protobuf. The writer builds from the end, so fields stand here last to first. */
export function openApiV2Document(resources: readonly Resource[]): Buffer {
  const writer = new WireWriter()
  const text = (number: number, value: string) => {
    writer.text(value)
    writer.tag(number, wireBytes)
  }
  writer.reset()
  embed(writer, field.document.definitions, () => {
    for (const { group, version, kind } of uniqueKinds(resources)) {
      embed(writer, field.definitions.additionalProperties, () => {
        embed(writer, field.named.value, () => {
          embed(writer, field.schema.vendorExtension, () => {
            embed(writer, field.named.value, () => {
              text(field.any.yaml, JSON.stringify([{ group, version, kind }]))
            })
            text(field.named.name, 'x-kubernetes-group-version-kind')
          })
          embed(writer, field.schema.type, () => text(field.typeItem.value, 'object'))
        })
        text(field.named.name, `${group === '' ? 'core' : group}.${version}.${kind}`)
      })
    }
  })
  embed(writer, field.document.paths, () => {})
  embed(writer, field.document.info, () => {
    text(field.info.version, 'unversioned')
    text(field.info.title, 'Kubernetes')
  })
  text(field.document.swagger, '2.0')
  return writer.finish()
}

function uniqueKinds(resources: readonly Resource[]): Resource[] {
  return [...new Map(resources.map((r) => [`${r.group}/${r.version}/${r.kind}`, r])).values()]
}
