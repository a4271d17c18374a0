import { afterAll, expect, test } from 'bun:test'
import { basename } from 'node:path'
import { ClusterOfThree } from '../lab/cluster-of-three.ts'
import { output } from '../lab/command.ts'
import { SmallDisk } from '../lab/small-disk.ts'

const minutes = Number(process.env.MINUTES ?? 10)
const maxMbPerDay = 100
const sectorBytes = 512

let cluster: ClusterOfThree | undefined
const disks = new Map<string, { disk: SmallDisk; device: string }>()

afterAll(async () => {
  for (const server of cluster?.servers ?? []) {
    await server.remove()
    await disks.get(server.name)?.disk.unmount()
  }
  await cluster?.close()
}, 180_000)

test(
  `three servers at rest for ${minutes} minutes write little to their disks`,
  async () => {
    cluster = await ClusterOfThree.open('idle', {
      async prepare({ name, dataDirectory }) {
        const disk = await SmallDisk.mount(dataDirectory, 2000)
        const device = basename((await output(['findmnt', '-n', '-o', 'SOURCE', dataDirectory])).trim())
        disks.set(name, { disk, device })
      },
    })
    // What joining and starting has written gets to the disk first; ext4 writes its journal every 5 s.
    await Bun.sleep(30_000)
    await output(['sync'])
    const before = await written()
    await Bun.sleep(minutes * 60_000)
    await output(['sync'])
    const after = await written()
    const perDayMb = [...after].map(([name, bytes]) => ((bytes - before.get(name)!) / 1e6) * ((24 * 60) / minutes))
    console.log(`MB a day: ${perDayMb.map((each) => each.toFixed(0)).join(', ')}`)
    expect(Math.max(...perDayMb)).toBeLessThanOrEqual(maxMbPerDay)
  },
  (minutes + 5) * 60_000,
)

/** Bytes that each server's own device has been sent. */
async function written(): Promise<Map<string, number>> {
  const found = new Map<string, number>()
  for (const [name, { device }] of disks) {
    const fields = (await Bun.file(`/sys/block/${device}/stat`).text()).trim().split(/\s+/)
    found.set(name, Number(fields[6]) * sectorBytes)
  }
  return found
}
