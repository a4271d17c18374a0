/**
 * A whole machine with systemd and cgroup version 2, in QEMU without hardware virtualisation: what a host with another
 * cgroup hierarchy or init cannot give. Its disk is Debian bookworm with its cloud kernel.
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Subprocess } from 'bun'
import { cacheDirectory, findMirrors } from '../../scripts/debian/fetch.ts'
import { type Finished, output } from './command.ts'

const packages = [
  ...['linux-image-cloud-amd64', 'initramfs-tools', 'systemd-sysv', 'dbus', 'udev', 'kmod', 'iproute2', 'nftables'],
  ...['procps', 'libseccomp2'],
]

/** What serves the host's commands, one at a time: lines `NUMBER SCRIPT` in, `NUMBER EXITCODE OUTPUT` out, in base64. */
const servingScript = `#!/bin/bash
exec </dev/ttyS1 >/dev/ttyS1 2>/dev/null
stty raw -echo
echo ready
while read -r number script; do
  output=$(bash -c "$(base64 -d <<<"$script")" 2>&1 </dev/null | base64 -w0; exit \${PIPESTATUS[0]})
  echo "$number $? $output"
done
`

const servingUnit = `[Unit]
After=multi-user.target
[Service]
ExecStart=/usr/local/sbin/serve-commands
KillMode=process
[Install]
WantedBy=multi-user.target
`

/** For machines without systemd: the first process itself makes what systemd would. */
const bareInit = `#!/bin/bash
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev 2>/dev/null
mkdir -p /dev/pts /dev/shm
mount -t devpts devpts /dev/pts
mount -t tmpfs tmpfs /dev/shm
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /tmp
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount -o remount,rw /
cat /etc/hostname > /proc/sys/kernel/hostname
ip link set lo up
while true; do setsid /usr/local/sbin/serve-commands; done
`

export interface MachineOptions {
  /** Names its directory. */
  name: string
  /** Copied onto its disk: path there -> file here. */
  files: Readonly<Record<string, string>>
  /** Without systemd, its first process is a shell script, and nobody but skein makes cgroups. */
  init: 'systemd' | 'none'
}

export class Machine {
  readonly directory: string
  readonly #options: MachineOptions
  #qemu: Subprocess | undefined
  #line: { write(text: string): void; close(): void } | undefined
  readonly #waiting = new Map<number, (finished: Finished) => void>()
  #nextNumber = 1

  private constructor(options: MachineOptions) {
    this.#options = options
    this.directory = mkdtempSync(join(tmpdir(), `skein-machine-${options.name}-`))
  }

  /** Makes its disk; start it by `boot`. Needs root, mmdebstrap, e2fsprogs and qemu-system-x86. */
  static async create(options: MachineOptions): Promise<Machine> {
    const machine = new Machine(options)
    const root = join(machine.directory, 'root')
    mkdirSync(root)
    await output(['tar', '-xf', await rootArchive(), '-C', root], { timeoutMs: 300_000 })
    for (const [name, image] of [
      ['vmlinuz', /^vmlinuz-/],
      ['initrd', /^initrd\.img-/],
    ] as const) {
      const file = readdirSync(join(root, 'boot')).find((candidate) => image.test(candidate))!
      cpSync(join(root, 'boot', file), join(machine.directory, name))
    }
    for (const [path, file] of Object.entries(options.files)) {
      mkdirSync(join(root, path, '..'), { recursive: true })
      cpSync(file, join(root, path), { dereference: true })
    }
    equip(root)
    const disk = join(machine.directory, 'disk')
    await output(['mke2fs', '-q', '-t', 'ext4', '-O', '^has_journal', '-d', root, disk, '4G'], { timeoutMs: 300_000 })
    rmSync(root, { recursive: true })
    return machine
  }

  /** Resolves once it takes commands. */
  async boot(timeoutMs = 900_000): Promise<void> {
    const { directory } = this
    const socket = join(directory, 'line.sock')
    const init = this.#options.init === 'systemd' ? '' : ' init=/usr/local/sbin/bare-init'
    // On a busy host its timer may tick too late for the kernel, which then panics ("IO-APIC + timer doesn't work").
    const parameters = `root=/dev/vda rw console=ttyS0 panic=-1 no_timer_check${init}`
    const kernel = ['-kernel', join(directory, 'vmlinuz'), '-initrd', join(directory, 'initrd')]
    const machine = ['-machine', 'pc,accel=tcg', '-cpu', 'max', '-smp', '2', '-m', '2048', '-display', 'none']
    const disk = `file=${join(directory, 'disk')},format=raw,if=virtio,cache=unsafe`
    this.#qemu = Bun.spawn(
      [
        ...['qemu-system-x86_64', '-nodefaults', '-no-reboot', ...machine, ...kernel],
        ...['-append', parameters, '-drive', disk, '-nic', 'none'],
        ...['-serial', `file:${join(directory, 'console.log')}`],
        ...['-serial', `unix:${socket},server=on,wait=on`],
      ],
      { stdin: 'ignore', stdout: 'inherit', stderr: 'inherit' },
    )
    await this.#connect(socket, timeoutMs)
  }

  async #connect(socket: string, timeoutMs: number): Promise<void> {
    while (!existsSync(socket)) {
      if (this.#qemu!.exitCode !== null) throw new Error(`qemu ended with ${this.#qemu!.exitCode}`)
      await Bun.sleep(20)
    }
    const { promise: ready, resolve, reject } = Promise.withResolvers<void>()
    const timer = setTimeout(() => reject(new Error('the machine does not come up')), timeoutMs)
    let rest = ''
    const take = (line: string) => {
      if (line === 'ready') return resolve()
      const [number, exitCode, text = ''] = line.split(' ')
      const answered = this.#waiting.get(Number(number))
      this.#waiting.delete(Number(number))
      answered?.({ exitCode: Number(exitCode), stdout: Buffer.from(text, 'base64').toString(), stderr: '' })
    }
    const connection = await Bun.connect({
      unix: socket,
      socket: {
        data(_, bytes) {
          const lines = (rest + bytes.toString()).split('\n')
          rest = lines.pop()!
          for (const line of lines) take(line.trim())
        },
      },
    })
    this.#line = { write: (text) => connection.write(text), close: () => connection.end() }
    void this.#qemu!.exited.then((exitCode) => reject(new Error(`qemu ended with ${exitCode}`)))
    try {
      await ready
    } catch (error) {
      throw new Error(`${(error as Error).message}:\n${await this.consoleTail()}`)
    } finally {
      clearTimeout(timer)
    }
  }

  /** Runs a shell script on it; `stdout` holds all that it printed. Throws when the machine does not answer in time. */
  async run(script: string, timeoutMs = 300_000): Promise<Finished> {
    const number = this.#nextNumber++
    const { promise, resolve, reject } = Promise.withResolvers<Finished>()
    this.#waiting.set(number, resolve)
    const late = () => reject(new Error(`no answer in ${timeoutMs / 1000} s to: ${script}`))
    const timer = setTimeout(late, timeoutMs)
    this.#line!.write(`${number} ${Buffer.from(script).toString('base64')}\n`)
    return promise.finally(() => clearTimeout(timer))
  }

  /** What a script printed, without the last newline; throws when it fails. */
  async output(script: string, timeoutMs?: number): Promise<string> {
    const { exitCode, stdout } = await this.run(script, timeoutMs)
    if (exitCode !== 0) throw new Error(`${script}\nexit code ${exitCode}\n${stdout}`)
    return stdout.replace(/\n$/, '')
  }

  /** Runs a script again until it succeeds and prints what is wanted; gives that. Throws with the last answer. */
  async until(script: string, wanted: RegExp, timeoutMs = 900_000): Promise<string> {
    for (const endMs = performance.now() + timeoutMs; ; ) {
      const { exitCode, stdout } = await this.run(script)
      if (exitCode === 0 && wanted.test(stdout)) return stdout.replace(/\n$/, '')
      if (performance.now() > endMs)
        throw new Error(`not ${wanted} in time: ${script}\nexit code ${exitCode}\n${stdout}`)
      await Bun.sleep(500)
    }
  }

  /** As when its plug is pulled; what the kernel had not written is on the disk nevertheless when `sync` was run. */
  async powerOff(): Promise<void> {
    this.#line?.close()
    this.#waiting.clear()
    this.#qemu?.kill('SIGKILL')
    await this.#qemu?.exited
    this.#qemu = undefined
    rmSync(join(this.directory, 'line.sock'), { force: true })
  }

  async remove(): Promise<void> {
    await this.powerOff()
    rmSync(this.directory, { recursive: true, force: true })
  }

  async consoleTail(): Promise<string> {
    const log = await Bun.file(join(this.directory, 'console.log'))
      .text()
      .catch(() => '')
    return log.split('\n').slice(-40).join('\n')
  }
}

function equip(root: string): void {
  const sbin = join(root, 'usr/local/sbin')
  mkdirSync(sbin, { recursive: true })
  writeFileSync(join(sbin, 'serve-commands'), servingScript, { mode: 0o755 })
  writeFileSync(join(sbin, 'bare-init'), bareInit, { mode: 0o755 })
  const units = join(root, 'etc/systemd/system')
  writeFileSync(join(units, 'serve-commands.service'), servingUnit)
  mkdirSync(join(units, 'multi-user.target.wants'), { recursive: true })
  const link = join(units, 'multi-user.target.wants/serve-commands.service')
  Bun.spawnSync(['ln', '-sf', '/etc/systemd/system/serve-commands.service', link])
  // The console takes no logins; a getty on it would wait for a device for 90 s.
  Bun.spawnSync(['ln', '-sf', '/dev/null', join(units, 'serial-getty@ttyS0.service')])
  writeFileSync(join(root, 'etc/fstab'), '/dev/vda / ext4 rw 0 1\n')
  writeFileSync(join(root, 'etc/hostname'), 'machine\n')
  writeFileSync(join(root, 'etc/hosts'), '127.0.0.1 localhost machine\n')
  rmSync(join(root, 'etc/resolv.conf'), { force: true })
  writeFileSync(join(root, 'etc/resolv.conf'), '')
}

/** Debian's root directory as a tar file; made once. */
async function rootArchive(): Promise<string> {
  const file = join(cacheDirectory('machine'), `root-${Bun.hash(packages.join()).toString(36)}.tar`)
  if (existsSync(file)) return file
  mkdirSync(cacheDirectory('machine'), { recursive: true })
  const mirror = findMirrors(process.env.SKEIN_DEBIAN_MIRROR, () => {
    const { stdout } = Bun.spawnSync(['apt-get', 'update', '--print-uris'], { stderr: 'ignore' })
    return stdout.toString()
  }).main
  const fresh = `${file}.${process.pid}.tar`
  const include = `--include=${packages.join(',')}`
  await output(['mmdebstrap', '--quiet', '--variant=minbase', include, 'bookworm', fresh, mirror], {
    timeoutMs: 900_000,
  })
  renameSync(fresh, file)
  return file
}
