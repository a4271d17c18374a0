/** Shows that what this executable carries works here: addon, storage, payload, programs of the payload. */

import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Logger } from '../../mesh/logger/logger.ts'
import { embeddedPayload } from '../payload/embedded.ts'
import { openPayload, type Payload } from '../payload/payload.ts'
import { type Finding, fail, lack, ok } from './finding.ts'

async function checkPart(item: string, cost: string, part: () => Promise<string>): Promise<Finding> {
  try {
    return ok(item, await part())
  } catch (error) {
    return fail(item, (error as Error).message.split('\n')[0]!, cost)
  }
}

/** Signs and verifies by the native addon. */
async function trySodium(): Promise<string> {
  const { default: sodium } = await import('sodium-native')
  const publicKey = Buffer.alloc(sodium.crypto_sign_PUBLICKEYBYTES)
  const secretKey = Buffer.alloc(sodium.crypto_sign_SECRETKEYBYTES)
  const signature = Buffer.alloc(sodium.crypto_sign_BYTES)
  sodium.crypto_sign_keypair(publicKey, secretKey)
  sodium.crypto_sign_detached(signature, publicKey, secretKey)
  if (!sodium.crypto_sign_verify_detached(signature, publicKey, publicKey)) throw new Error('its signature is wrong')
  return 'signs and verifies'
}

/** Writes a core, opens it again and reads it. */
async function tryStore(directory: string): Promise<string> {
  const { default: Hypercore } = await import('hypercore')
  const { default: CoreStorage } = await import('hypercore-storage')
  const path = join(directory, `store-${process.pid}`)
  mkdirSync(path, { recursive: true, mode: 0o700 })
  try {
    const first = new Hypercore(new CoreStorage(path), {})
    await first.ready()
    await first.append(Buffer.from('skein'))
    await first.close()
    const second = new Hypercore(new CoreStorage(path), {})
    await second.ready()
    const block = await second.get(0)
    await second.close()
    if (block?.toString() !== 'skein') throw new Error('what was written did not come back')
    return 'written, closed, opened, read'
  } finally {
    rmSync(path, { recursive: true, force: true })
  }
}

/** First line of what a program of the payload says of its version. */
function programVersion(payload: Payload, program: string): string {
  const result = Bun.spawnSync([payload.path(program), '--version'], {
    env: { ...process.env, LD_LIBRARY_PATH: payload.path('lib') },
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [line = ''] = result.stdout.toString().split('\n')
  if (result.exitCode === 0 && line !== '') return line
  const said = result.stderr.toString().trim().split('\n')[0]
  throw new Error(`exit ${result.exitCode ?? result.signalCode}${said ? `: ${said}` : ''}`)
}

export interface PartsResult {
  findings: Finding[]
  /** Undefined when there is none, or it could not be opened. */
  payload: Payload | undefined
}

/** `directory` is the node's data directory; the payload stays unpacked in it. */
export async function checkParts(directory: string, payloadDirectory: string, log: Logger): Promise<PartsResult> {
  let payload: Payload | undefined
  const findings = [
    await checkPart('sodium', 'no keys, no cluster', trySodium),
    await checkPart('store', 'nothing can be kept', () => tryStore(directory)),
  ]
  if (embeddedPayload() === undefined) {
    const cost = 'built with SKEIN_PAYLOAD=none: name your own by --container-runtime-endpoint'
    return { findings: [...findings, lack('payload', 'none', cost)], payload }
  }
  const cost = 'no containers run'
  findings.push(
    await checkPart('payload', cost, async () => {
      payload = await openPayload({ directory: payloadDirectory, log })
      return `${payload.manifest.files.length} files, ${payload.manifest.packages.length} Debian packages`
    }),
  )
  const opened = payload
  if (opened) {
    for (const program of ['containerd', 'runc']) {
      findings.push(await checkPart(program, cost, async () => programVersion(opened, `bin/${program}`)))
    }
  }
  return { findings, payload }
}
