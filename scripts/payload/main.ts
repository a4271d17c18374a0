/** Makes `dist/payload-TARGET.tar.zst` alone: enough to run the agent from source. `scripts/build` does it too. */

import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { distributePayload, fetchPackages } from './pack.ts'
import { debianNames, type Target } from './packages.ts'

const { values } = parseArgs({
  options: { target: { type: 'string' }, 'update-packages': { type: 'boolean', default: false } },
})
const target = (values.target ?? `linux-${process.arch}`) as Target
if (!(target in debianNames)) throw new Error(`unknown target ${target}: one of ${Object.keys(debianNames).join(', ')}`)
const packages = fetchPackages(target, values['update-packages'])
const facts = distributePayload(target, packages, join(import.meta.dir, '../../dist'))
console.log(`payload ${facts.checksum} (${Math.round(facts.unpackedBytes / 1e6)} MB unpacked)`)
