import { canonicalJson } from './equal.ts'

/** 32-bit FNV-1a over the text's UTF-8 bytes. */
export function fnv32a(text: string): number {
  let hash = 0x811c9dc5
  for (const byte of new TextEncoder().encode(text)) {
    hash = Math.imul(hash ^ byte, 0x01000193)
  }
  return hash >>> 0
}

/** No vowels and nothing that could be mistaken: k8s.io/apimachinery/pkg/util/rand. */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789'

/** Writes text so that it can be part of a name and spells no word. */
export function safeEncode(text: string): string {
  let encoded = ''
  for (let i = 0; i < text.length; i++) encoded += alphabet[text.charCodeAt(i) % alphabet.length]
  return encoded
}

/**
 * The hash that tells templates apart in names and labels. Upstream (pkg/controller/controller_utils.go, ComputeHash)
 * hashes a dump of Go structures; here it is the template's canonical JSON, so that it stays the same over releases.
 * A collision count makes another one of the same template.
 */
export function templateHash(template: unknown, collisionCount?: number): string {
  const text = canonicalJson(template) + (collisionCount === undefined ? '' : `\n${collisionCount}`)
  return safeEncode(String(fnv32a(text)))
}
