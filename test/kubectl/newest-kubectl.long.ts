import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { kubectlFolder } from '../../scripts/testing/kubectl.ts'

const files = [...new Bun.Glob('*.test.ts').scanSync({ cwd: import.meta.dir })].sort()

/** The same expectations as with the machine's kubectl: they come from kubectl's documentation and source. */
test.each(files)(
  '%s with the kubectl of Debian sid',
  async (file) => {
    const kubectl = join(kubectlFolder('sid'), 'kubectl')
    const version = await Bun.$`${kubectl} version --client -o json`.json()
    expect(Number(version.clientVersion.minor)).toBeGreaterThanOrEqual(36)
    const child = Bun.spawn([process.execPath, 'test', '--timeout=60000', join(import.meta.dir, file)], {
      env: { ...process.env, SKEIN_TEST_KUBECTL: kubectl },
      stdout: 'inherit',
      stderr: 'inherit',
    })
    expect(await child.exited).toBe(0)
  },
  900_000,
)
