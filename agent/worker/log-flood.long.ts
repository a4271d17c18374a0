import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { insideNamespace, runInNamespace, TestNode } from './test-node.ts'
import { inPhase, shell, statusOf } from './test-pod.ts'

const lines = 2_000_000
/** Each of 100 bytes: 200 MB, in about a minute. */
const script = `for batch in $(seq 0 59); do
  awk -v from=$((batch * ${lines} / 60)) -v to=$(((batch + 1) * ${lines} / 60)) 'BEGIN {
    for (i = from; i < to; i++) printf("%09d %089d\\n", i, 0)
  }'
  sleep 0.5
done`

if (!insideNamespace) {
  test(
    'a log of 200 MB in a minute',
    async () => {
      const { exitCode, output } = await runInNamespace(import.meta.path)
      console.log(/^flood: .*$/m.exec(output)?.[0])
      if (exitCode !== 0) console.error(output)
      expect(exitCode).toBe(0)
    },
    { timeout: 600_000 },
  )
} else {
  describe('log flood', () => {
    let node: TestNode
    beforeAll(async () => {
      node = await TestNode.start({ images: ['busybox'] })
    })
    afterAll(async () => {
      await node.destroy()
    })

    test('it is followed without a gap, takes bounded room, and its end is there', async () => {
      const pod = await node.createPod('flood', { restartPolicy: 'Never', containers: [shell(script)] })
      await node.podWhen('flood', (p) => statusOf(p)?.state?.running !== undefined)
      const folder = join(node.directory, 'worker/logs', `default_flood_${pod.metadata!.uid}`, 'main')
      let [largestBytes, largestMb] = [0, 0]
      const look = setInterval(() => {
        const sizes = readdirSync(folder).map(
          (name) => statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0,
        )
        largestBytes = Math.max(largestBytes, ...[sizes.reduce((a, b) => a + b, 0)])
        largestMb = Math.max(largestMb, process.memoryUsage.rss() / 1e6)
      }, 200)
      const beganMs = performance.now()
      const stream = await node.worker.podStreams.logs(node.ref(pod), {
        ...{ container: 'main', follow: true, previous: false, timestamps: false },
      })
      let [next, receivedBytes, rest] = [0, 0, '']
      const decoder = new TextDecoder()
      for await (const bytes of stream) {
        receivedBytes += bytes.length
        const texts = (rest + decoder.decode(bytes, { stream: true })).split('\n')
        rest = texts.pop()!
        for (const text of texts) if (Number(text.slice(0, 9)) !== next++) throw new Error(`line ${next - 1}: ${text}`)
      }
      clearInterval(look)
      const seconds = (performance.now() - beganMs) / 1000
      console.log(
        `flood: ${(receivedBytes / 1e6).toFixed(0)} MB in ${seconds.toFixed(0)} s, at most ${(largestBytes / 1e6).toFixed(0)} MB on the disk, agent at most ${largestMb.toFixed(0)} MB`,
      )
      expect(next).toBe(lines)
      const ended = await node.podWhen('flood', inPhase('Succeeded'))
      expect(dirname(folder)).toContain(ended.metadata!.uid!)
      expect(await node.logs(ended, 'main', { tailLines: 1 })).toStartWith(String(lines - 1).padStart(9, '0'))
      // Five files of 10 MiB, and what may be written in the second between two looks.
      expect(largestBytes).toBeLessThan(150e6)
    }, 400_000)
  })
}
