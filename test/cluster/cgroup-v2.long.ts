import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { resolve } from 'node:path'
import { makeImages } from '../fixtures/images/make.ts'
import { Machine } from '../lab/machine.ts'

/** All on one machine; each runs until it is deleted. */
const manifest = (image: string) => `
apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Pod
  metadata: {name: guaranteed}
  spec:
    terminationGracePeriodSeconds: 1
    containers:
    - name: main
      image: ${image}
      command: [sh, -c, 'while true; do :; done']
      resources: {limits: {cpu: 200m, memory: 64Mi}}
- apiVersion: v1
  kind: Pod
  metadata: {name: burstable}
  spec:
    terminationGracePeriodSeconds: 1
    containers:
    - name: main
      image: ${image}
      command: [sleep, '86400']
      resources: {requests: {cpu: 500m, memory: 16Mi}, limits: {memory: 128Mi}}
    - name: second
      image: ${image}
      command: [sleep, '86400']
      resources: {requests: {cpu: 500m}, limits: {memory: 32Mi}}
- apiVersion: v1
  kind: Pod
  metadata: {name: besteffort}
  spec:
    terminationGracePeriodSeconds: 1
    containers:
    - {name: main, image: ${image}, command: [sleep, '86400']}
- apiVersion: v1
  kind: Pod
  metadata: {name: greedy}
  spec:
    terminationGracePeriodSeconds: 1
    restartPolicy: Never
    containers:
    - name: main
      image: ${image}
      command: [sh, -c, 'x=$(head -c 200000000 /dev/zero | tr "\\\\0" x); echo "$x" | wc -c']
      resources: {limits: {memory: 32Mi}}
`

const kubectl = 'kubectl --kubeconfig /root/kubeconfig'
const own = '/sys/fs/cgroup'
const ready = { text: /"ready": true/, timeoutMs: 1200_000 }

/** What a container sees of its own cgroup: limits in bytes, quota and period in microseconds, weight from 1 to 10000. */
const seenInside = (pod: string, container = 'main') =>
  `${kubectl} exec ${pod} -c ${container} -- cat ${own}/memory.max ${own}/cpu.max ${own}/cpu.weight 2>/dev/null`

async function runPods(machine: Machine): Promise<void> {
  await machine.until('skein status --output json', ready.text, ready.timeoutMs)
  await machine.output('umask 077; skein kubeconfig > /root/kubeconfig')
  const encoded = Buffer.from(manifest('skein.local/busybox:1')).toString('base64')
  await machine.output(`base64 -d <<<${encoded} > /root/pods.yaml`)
  // Where a machine is slow enough, kubectl sends a request a second time.
  await machine.until(`${kubectl} apply -f /root/pods.yaml`, /greedy/)
  for (const pod of ['guaranteed', 'burstable', 'besteffort']) {
    await machine.until(`${kubectl} get pod ${pod} -o 'jsonpath={.status.phase}'`, /Running/)
  }
}

async function checkLimits(machine: Machine): Promise<void> {
  expect(await machine.output(seenInside('guaranteed'))).toBe(`${64 << 20}\n20000 100000\n8`)
  expect(await machine.output(seenInside('burstable'))).toBe(`${128 << 20}\nmax 100000\n20`)
  expect(await machine.output(seenInside('burstable', 'second'))).toBe(`${32 << 20}\nmax 100000\n20`)
  expect(await machine.output(seenInside('besteffort'))).toBe('max\nmax 100000\n1')
  // The kernel holds it to its quota, which it would exceed.
  await machine.until(`${kubectl} exec guaranteed -- cat ${own}/cpu.stat`, /nr_throttled [1-9]/)
  const terminated = `${kubectl} get pod greedy -o 'jsonpath={.status.containerStatuses[0].state.terminated}'`
  expect(JSON.parse(await machine.until(terminated, /exitCode/))).toMatchObject({ reason: 'OOMKilled', exitCode: 137 })
  const summary = JSON.parse(
    await machine.output(`${kubectl} get --raw /api/v1/nodes/machine/proxy/stats/summary`),
  ) as {
    pods: { podRef: { name: string }; cpu: { usageCoreNanoSeconds: number }; memory: { workingSetBytes: number } }[]
  }
  const busy = summary.pods.find(({ podRef }) => podRef.name === 'guaranteed')!
  expect(busy.cpu.usageCoreNanoSeconds).toBeGreaterThan(0)
  expect(busy.memory.workingSetBytes).toBeGreaterThan(0)
}

/** Cgroups of pods that are there, by their pods' uids. */
const podCgroups = `find ${own} -type d -name '*pod[0-9a-f]*[-_]*' | sed 's/.*pod//; s/\\.slice//; s/_/-/g' | sort -u`

const containers = `${kubectl} get pods -o 'jsonpath={range .items[*]}{.metadata.name} {.status.containerStatuses[*].containerID} {.status.containerStatuses[*].restartCount}{"\\n"}{end}' | grep -v greedy`

async function deletePods(machine: Machine): Promise<void> {
  await machine.output(`${kubectl} delete pods --all --timeout 600s`, 700_000)
  await machine.until(`${podCgroups} | wc -l`, /^0$/m)
}

const files = () => ({
  '/usr/local/bin/skein': resolve(import.meta.dir, '../../dist/skein'),
  '/usr/local/bin/kubectl': Bun.which('kubectl')!,
  '/var/lib/skein/images/busybox.tar': makeImages(['busybox'])[0]!,
})

const bootMs = 900_000

describe('cgroup version 2 under systemd', () => {
  let machine: Machine
  beforeAll(async () => {
    machine = await Machine.create({ name: 'systemd', files: files(), init: 'systemd' })
    await machine.boot(bootMs)
  }, 1200_000)
  afterAll(() => machine.remove())

  test('limits as the containers and the kernel see them', async () => {
    expect(await machine.output(`stat -fc %T ${own}`)).toBe('cgroup2fs')
    await machine.output('skein install --recovery-key-file /root/recovery-key')
    await runPods(machine)
    await checkLimits(machine)
  }, 2400_000)

  test("pods are systemd's: slices of their classes with the pods' limits, and a scope for each container", async () => {
    const uid = await machine.output(`${kubectl} get pod burstable -o 'jsonpath={.metadata.uid}'`)
    const level = `kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${uid.replaceAll('-', '_')}.slice`
    expect(await machine.output(`cat ${own}/${level}/memory.max ${own}/${level}/cpu.weight`)).toBe(`${160 << 20}\n39`)
    const scopes = await machine.output(`ls -d ${own}/${level}/cri-containerd-*.scope | wc -l`)
    expect(scopes).toBe('3')
    // systemd has to know the same, or it would write its own at the next reload.
    const slice = `${level.split('/').at(-1)}`
    await machine.output('systemctl daemon-reload')
    expect(await machine.output(`cat ${own}/${level}/memory.max; systemctl is-active ${slice}`)).toBe(
      `${160 << 20}\nactive`,
    )
    expect(await machine.output(seenInside('guaranteed'))).toBe(`${64 << 20}\n20000 100000\n8`)
    const adjustments = `for pod in guaranteed burstable besteffort; do ${kubectl} exec $pod -c main -- cat /proc/1/oom_score_adj; done`
    const [guaranteed, burstable, besteffort] = (await machine.output(adjustments)).split('\n').map(Number)
    expect(guaranteed).toBe(-997)
    expect(burstable).toBeWithin(900, 1000)
    expect(besteffort).toBe(1000)
  }, 1200_000)

  test('a restart of the service, and kill -9 of its process, touch no container', async () => {
    const before = await machine.output(containers)
    await machine.output('systemctl restart skein', 1200_000)
    await machine.until('skein status --output json', ready.text, ready.timeoutMs)
    expect(await machine.output(containers)).toBe(before)
    await machine.output('kill -9 $(systemctl show -P MainPID skein)')
    await machine.until('systemctl is-active skein && skein status --output json', ready.text, ready.timeoutMs)
    expect(await machine.output(containers)).toBe(before)
    expect(before).toMatch(/^burstable (containerd:\/\/\S+ ){2}0 0$/m)
  }, 3600_000)

  test('after a power cut the pods start again, and their removal leaves no cgroup', async () => {
    await machine.output('sync')
    await machine.powerOff()
    await machine.boot(bootMs)
    await machine.until('skein status --output json', ready.text, ready.timeoutMs)
    await machine.until(`${kubectl} get pods`, /(guaranteed|burstable|besteffort) +\d\/\d +Running +1/)
    await machine.until(seenInside('guaranteed'), new RegExp(`^${64 << 20}\n20000 100000\n8\n$`))
    await deletePods(machine)
    await machine.output('systemctl stop skein && skein uninstall --data', 300_000)
    expect(await machine.output(`find ${own} -name 'kubepods*' | wc -l; pgrep -c containerd || true`)).toBe('0\n0')
  }, 3600_000)
})

describe('cgroup version 2 without systemd', () => {
  let machine: Machine
  beforeAll(async () => {
    machine = await Machine.create({ name: 'bare', files: files(), init: 'none' })
    await machine.boot(bootMs)
  }, 1200_000)
  afterAll(() => machine.remove())

  test('limits are written to the cgroup file system, below a root of its own, and nothing is left there', async () => {
    const flags = '--recovery-key-file /root/recovery-key --cgroup-root /site/one'
    await machine.output(`setsid skein start ${flags} </dev/null >/var/log/skein.log 2>&1 &`)
    await runPods(machine)
    await checkLimits(machine)
    const uid = await machine.output(`${kubectl} get pod burstable -o 'jsonpath={.metadata.uid}'`)
    const level = `${own}/site/one/kubepods/burstable/pod${uid}`
    expect(await machine.output(`cat ${level}/memory.max ${level}/cpu.weight`)).toBe(`${160 << 20}\n39`)
    await deletePods(machine)
  }, 3600_000)
})
