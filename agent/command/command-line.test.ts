import { describe, expect, test } from 'bun:test'
import { CommandError, type CommandModule } from './command.ts'
import { runCommandLine, type Terminal } from './command-line.ts'
import { type CommandEntry, commandTable } from './table.ts'

const failing: CommandModule = {
  declare: (command) => void command.argument('[kind]').option('--data-dir <directory>', 'a flag'),
  run(flags, [kind]) {
    if (kind === 'plain') throw new Error('it broke')
    if (kind === 'coded') throw new CommandError('not now', 7)
    return flags.dataDir === 'x' ? 3 : undefined
  },
}

const table: CommandEntry[] = [
  ...commandTable.filter(({ name }) => name === 'version'),
  { name: 'fail', summary: 'fails', load: async () => ({ command: failing }) },
  {
    name: 'paint',
    summary: 'tells whether it may use colours',
    load: async () => ({
      command: { declare() {}, run: (_f, _a, context) => void context.print(String(context.color)) },
    }),
  },
]

async function skein(argv: string[], terminal: Partial<Terminal> = {}) {
  const result = { out: '', err: '', status: -1 }
  result.status = await runCommandLine(
    argv,
    {
      out: (text) => {
        result.out += text
      },
      err: (text) => {
        result.err += text
      },
      isOutTerminal: false,
      isErrTerminal: false,
      env: {},
      ...terminal,
    },
    table,
  )
  return result
}

describe('a command line that makes no sense', () => {
  test.each([
    [['versoin'], "skein: unknown command 'versoin' (Did you mean version?); see skein help\n"],
    [['xyzzy'], "skein: unknown command 'xyzzy'; see skein help\n"],
    [['fail', '--data-dri', 'x'], "skein: unknown option '--data-dri' (Did you mean --data-dir?); see skein help\n"],
    [['version', '--outptu', 'json'], "skein: unknown option '--outptu' (Did you mean --output?); see skein help\n"],
    [['fail', '--data-dir'], "skein: option '--data-dir <directory>' argument missing; see skein help\n"],
    [['help', 'versoin'], "skein: unknown command 'versoin' (Did you mean version?); see skein help\n"],
  ])('%p: one line with the nearest name, status 2', async (argv, line) => {
    expect(await skein(argv)).toEqual({ out: '', err: line, status: 2 })
  })

  test('a wrong value names the right ones; too many arguments are refused', async () => {
    const wrong = await skein(['version', '-o', 'xml'])
    expect(wrong.status).toBe(2)
    expect(wrong.err).toContain('text, json')
    const many = await skein(['version', 'now'])
    expect(many.status).toBe(2)
    expect(many.err.split('\n')).toHaveLength(2)
  })
})

describe('help and version', () => {
  test.each([[[]], [['help']], [['--help']]])('skein %p lists every command', async (argv) => {
    const { out, err, status } = await skein(argv)
    for (const { name } of table) expect(out).toContain(`  ${name}`)
    expect({ err, status }).toEqual({ err: '', status: 0 })
  })

  test('help of a command shows its flags', async () => {
    expect((await skein(['help', 'fail'])).out).toContain('--data-dir <directory>')
    expect((await skein(['fail', '-h'])).out).toContain('--data-dir <directory>')
  })

  test('version tells version, commit, bun and target, for people and for scripts', async () => {
    expect((await skein(['version'])).out).toMatch(
      /^skein \d+\.\d+\.\d+ \(commit \S+, bun \d\S+, linux-(x64|arm64)\)\n$/,
    )
    for (const argv of [
      ['version', '-o', 'json'],
      ['--output', 'json', 'version'],
      ['--version', '-o', 'json'],
    ]) {
      const facts = JSON.parse((await skein(argv)).out)
      expect(Object.keys(facts)).toEqual(['version', 'commit', 'bun', 'target'])
    }
  })
})

describe('a command that runs', () => {
  test('gives its status', async () => {
    expect((await skein(['fail', '--data-dir', 'x'])).status).toBe(3)
    expect((await skein(['fail'])).status).toBe(0)
  })

  test('its error is one line', async () => {
    expect(await skein(['fail', 'plain'])).toEqual({ out: '', err: 'skein: it broke\n', status: 1 })
    expect(await skein(['fail', 'coded'])).toEqual({ out: '', err: 'skein: not now\n', status: 7 })
  })

  test('colours only on a terminal, and not with NO_COLOR', async () => {
    expect((await skein(['paint'])).out).toBe('false\n')
    expect((await skein(['paint'], { isOutTerminal: true })).out).toBe('true\n')
    expect((await skein(['paint'], { isOutTerminal: true, env: { NO_COLOR: '1' } })).out).toBe('false\n')
  })
})

test('every listed command loads', async () => {
  for (const { name, load } of commandTable)
    expect([name, typeof (await load()).command.run]).toEqual([name, 'function'])
})
