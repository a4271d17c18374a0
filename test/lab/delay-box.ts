import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { output } from './command.ts'
import type { Host } from './host.ts'

/** A path with delay and loss between two hosts, by a program of its own: netem is missing from many kernels. */
export class DelayBox {
  readonly #child: Bun.Subprocess<'pipe', 'pipe', 'inherit'>
  readonly #folder: string

  private constructor(child: Bun.Subprocess<'pipe', 'pipe', 'inherit'>, folder: string) {
    this.#child = child
    this.#folder = folder
  }

  /** Hosts get an address each (`10.0.0.1/24`) on the device that joins them, of one name in both. Loss is of each direction. */
  static async join(
    one: { host: Host; address: string },
    other: { host: Host; address: string },
    path: { roundTripMs: number; lossPercent: number },
    device = 'slow0',
  ): Promise<DelayBox> {
    const folder = await mkdtemp(join(tmpdir(), 'skein-delay-box-'))
    const program = join(folder, 'delay-box')
    await output(['cc', '-O2', '-Wall', '-o', program, join(import.meta.dir, 'delay-box.c')])
    const namespaces = [one, other].map(({ host }) => `/run/netns/${host.name}`)
    const figures = [String(path.roundTripMs * 1000), String(path.lossPercent * 10_000)]
    const child = Bun.spawn([program, ...namespaces, device, ...figures], {
      stdin: 'pipe',
      stdout: 'pipe',
      stderr: 'inherit',
    })
    const box = new DelayBox(child, folder)
    const { value } = await child.stdout.getReader().read()
    if (value === undefined) throw new Error('the delay box did not start')
    for (const { host, address } of [one, other]) {
      await host.output(['ip', 'addr', 'add', address, 'dev', device])
      await host.output(['ip', 'link', 'set', device, 'up', 'mtu', '1500', 'txqueuelen', '10000'])
    }
    return box
  }

  async remove(): Promise<void> {
    this.#child.stdin.end()
    await this.#child.exited
    await rm(this.#folder, { recursive: true, force: true })
  }
}
