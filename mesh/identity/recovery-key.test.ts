import { expect, test } from 'bun:test'
import { createRecoveryKey, openSealed, parseRecoveryKey, sealFor } from './recovery-key.ts'

const content = Buffer.from('the keyring')

test('what is sealed for a recovery key opens with its text, and with no other', () => {
  const key = createRecoveryKey()
  const sealed = sealFor(key.publicKey, content)
  expect(Buffer.from(sealed).includes(content)).toBe(false)
  expect(parseRecoveryKey(`${key.text}\n`)).toEqual(key)
  expect(Buffer.from(openSealed(parseRecoveryKey(key.text), sealed))).toEqual(content)
  expect(() => openSealed(createRecoveryKey(), sealed)).toThrow("another cluster's")
  expect(sealFor(key.publicKey, content)).not.toEqual(sealed)
})

test('every changed byte is noticed', () => {
  const key = createRecoveryKey()
  const sealed = sealFor(key.publicKey, content)
  for (let at = 0; at < sealed.byteLength; at++) {
    const changed = Uint8Array.from(sealed)
    changed[at]! ^= 1
    expect(() => openSealed(key, changed)).toThrow()
  }
})

test('a slip in the text is noticed, and not repeated', () => {
  const { text } = createRecoveryKey()
  const slip = text.slice(0, -1) + (text.endsWith('0') ? '1' : '0')
  for (const wrong of ['', 'password', text.slice(0, -1), slip]) {
    expect(() => parseRecoveryKey(wrong)).toThrow('no recovery key')
    try {
      parseRecoveryKey(wrong)
    } catch (error) {
      expect(wrong !== '' && (error as Error).message.includes(wrong)).toBe(false)
    }
  }
})
