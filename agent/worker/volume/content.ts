import type {
  ConfigMap,
  Container,
  DownwardAPIVolumeFile,
  KeyToPath,
  Pod,
  Secret,
} from '../../../api/schema/generated/types/core-v1.ts'
import { type FieldContext, fieldValue, resourceValue } from '../pod/fields.ts'
import type { VolumeFile } from './atomic-directory.ts'

/** What a volume asks for and is not there: the pod waits for it. */
export class VolumeContentError extends Error {
  override readonly name = 'VolumeContentError'
}

interface DataSource {
  name: string
  namespace: string
  items?: KeyToPath[]
  optional?: boolean
  defaultMode: number
}

/** Files of a ConfigMap's or Secret's keys, all or those of `items`. */
export function dataFiles(
  kind: 'configmap' | 'secret',
  object: ConfigMap | Secret | undefined,
  source: DataSource,
): VolumeFile[] {
  const { name, namespace, items, optional, defaultMode } = source
  if (!object) {
    if (optional) return []
    throw new VolumeContentError(`${kind} "${name}" not found`)
  }
  const data = new Map<string, Uint8Array>()
  for (const [key, value] of Object.entries((object.data ?? {}) as Record<string, string>)) {
    data.set(key, Buffer.from(value, kind === 'secret' ? 'base64' : 'utf8'))
  }
  if ('binaryData' in object) {
    for (const [key, value] of Object.entries((object.binaryData ?? {}) as Record<string, string>)) {
      data.set(key, Buffer.from(value, 'base64'))
    }
  }
  if (!items) return [...data].map(([path, content]) => ({ path, content, mode: defaultMode }))
  return items.flatMap(({ key, path, mode }) => {
    const content = data.get(key)
    if (content) return [{ path, content, mode: mode ?? defaultMode }]
    if (optional) return []
    throw new VolumeContentError(`references non-existent ${kind} key: ${key} (${namespace}/${name})`)
  })
}

export function downwardFiles(
  pod: Pod,
  items: readonly DownwardAPIVolumeFile[],
  defaultMode: number,
  context: FieldContext,
): VolumeFile[] {
  return items.map(({ path, mode, fieldRef, resourceFieldRef }) => {
    const text = fieldRef
      ? fieldValue(pod, fieldRef.fieldPath, context)
      : resourceFieldRef
        ? resourceValue(pod, { name: '' } as Container, resourceFieldRef, context)
        : ''
    return { path, content: Buffer.from(text), mode: mode ?? defaultMode }
  })
}
