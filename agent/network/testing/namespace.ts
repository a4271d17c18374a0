import { dlopen, FFIType } from 'bun:ffi'
import { closeSync, openSync } from 'node:fs'

const libc = dlopen('libc.so.6', { setns: { args: [FFIType.i32, FFIType.i32], returns: FFIType.i32 } }).symbols

/** A network namespace for tests, named with this process's id so that runs never meet. */
export class Namespace {
  readonly name: string

  constructor(label: string) {
    this.name = `skn-network-${process.pid}-${label}`
    sh(`ip netns add ${this.name}`)
    this.sh('ip link set lo up')
  }

  /** Runs a shell line inside; throws with what it printed when it fails. */
  sh(line: string): string {
    return sh(
      `nsenter --net=/run/netns/${this.name} ${line.includes('|') || line.includes(';') ? `sh -c '${line}'` : line}`,
    )
  }

  /** Runs a shell line inside without holding the event loop. */
  async run(line: string): Promise<{ code: number; output: string }> {
    const child = Bun.spawn(['nsenter', `--net=/run/netns/${this.name}`, 'sh', '-c', line], {
      stdout: 'pipe',
      stderr: 'pipe',
    })
    const [output, errors] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
    return { code: await child.exited, output: output + errors }
  }

  /**
   * Calls `action` with this thread inside the namespace: sockets it opens, and threads it starts, stay there after it
   * returns. It must not await before it has opened them.
   */
  enter<T>(action: () => T): T {
    const leave = this.stay()
    try {
      return action()
    } finally {
      leave()
    }
  }

  /** Moves this thread into the namespace until the function it returns is called. */
  stay(): () => void {
    const cloneNewNet = 0x40000000
    const own = openSync('/proc/thread-self/ns/net', 'r')
    const target = openSync(`/run/netns/${this.name}`, 'r')
    const isInside = libc.setns(target, cloneNewNet) === 0
    closeSync(target)
    if (!isInside) throw new Error(`cannot enter namespace ${this.name}`)
    return () => {
      if (libc.setns(own, cloneNewNet) !== 0) process.abort()
      closeSync(own)
    }
  }

  remove(): void {
    sh(`ip netns del ${this.name}`)
  }
}

function sh(line: string): string {
  const { exitCode, stdout, stderr } = Bun.spawnSync(['sh', '-c', line])
  if (exitCode !== 0) throw new Error(`${line}: ${stderr}${stdout}`)
  return stdout.toString()
}

/** Joins two namespaces by a veth pair; addresses as `10.0.0.1/24`, or undefined for none. */
export function join(one: [Namespace, string, string?], other: [Namespace, string, string?]): void {
  sh(`ip link add ${one[1]} netns ${one[0].name} type veth peer name ${other[1]} netns ${other[0].name}`)
  for (const [namespace, link, address] of [one, other]) {
    if (address !== undefined) namespace.sh(`ip addr add ${address} dev ${link}`)
    namespace.sh(`ip link set ${link} up`)
  }
}
