import { expect, test } from 'bun:test'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { runCommandLine } from '../../agent/command/command-line.ts'
import { optionsOf } from '../../agent/command/node-flags.ts'
import { commandTable } from '../../agent/command/table.ts'
import { readSource, root, sourceFiles } from './source-files.ts'

const documents = ['README.md', 'CONTRIBUTING.md', 'docs/operations.md', 'docs/troubleshooting.md']
const startsNode = ['start', 'install', 'uninstall']

/** Lines of the shell examples in a document. */
function shellLines(document: string): string[] {
  const blocks = [...readSource(document).matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block]) => block!)
  return blocks.flatMap((block) => block.trim().split('\n'))
}

/** The words of a simple command, without what the shell takes for itself: comments, redirections, what comes after. */
function wordsOf(line: string): string[] {
  return line
    .split(/\s(?:#|>|\||&&)/)[0]!
    .trim()
    .split(/\s+/)
}

/** Every command as it declares itself, doing nothing when it is run; what is wrong with a command line is said as ever. */
function declaredCommands() {
  return commandTable.map((entry) => ({
    ...entry,
    async load() {
      const { command } = await entry.load()
      let declared: Command | undefined
      const declare = (program: Command) => {
        declared = program
        command.declare(program)
      }
      const run = (flags: Record<string, unknown>, args: string[]) => {
        if (startsNode.includes(entry.name)) optionsOf(flags)
        const [first] = declared!.registeredArguments
        if (first?.name() !== 'action') return 0
        const actions = first.description.split(/, | or /)
        if (!actions.includes(args[0]!)) throw new Error(`${args[0]} is none of ${actions}`)
        return 0
      }
      return { command: { declare, run } }
    },
  }))
}

/** What the command line says of these words, '' when they make sense. */
async function complaint(words: string[]): Promise<string> {
  const said: string[] = []
  const terminal = { out: () => {}, err: (text: string) => void said.push(text) }
  await runCommandLine(words, { ...terminal, isOutTerminal: false, isErrTerminal: false, env: {} }, declaredCommands())
  return said.join('')
}

test.each(documents)('the command lines in %s make sense', async (document) => {
  for (const line of shellLines(document)) {
    const [program = '', ...words] = wordsOf(line)
    if (program === 'skein') expect([line, await complaint(words)]).toEqual([line, ''])
    if (program.startsWith('scripts/')) {
      expect([program, statSync(join(root, program)).mode & 0o111]).toEqual([program, 0o111])
    }
  }
})

test('a command line that makes no sense is noticed', async () => {
  expect(await complaint(['start', '--joyn', 'TOKEN'])).toContain("unknown option '--joyn'")
  expect(await complaint(['pack'])).toContain("'--out <file>' not specified")
  expect(await complaint(['snapshot', 'store', 'file'])).toContain('store is none of save,restore')
  expect(await complaint(['install', '--listen', '6443'])).toContain('expected ADDRESS:PORT')
  expect(await complaint(['retsart'])).toContain('unknown command')
})

test.each(documents)('flags and commands in the text of %s exist', async (document) => {
  const help = new Map<string, string>()
  for (const { name, load } of commandTable) {
    const flags: string[] = []
    const command = new Command(name)
    ;(await load()).command.declare(command)
    for (const option of command.options) flags.push(option.long!)
    help.set(name, [...flags, '--output', '--log-level', '--log-format', '--help'].join(' '))
  }
  const text = readSource(document).replace(/```[\s\S]*?```/g, '')
  for (const [, span = ''] of text.matchAll(/`(skein [^`]+)`/g)) {
    const [, name = '', ...words] = span.split(/\s+/)
    if (name === 'help') continue
    expect([span, help.has(name)]).toEqual([span, true])
    for (const flag of words.filter((word) => word.startsWith('--'))) {
      expect([span, flag, help.get(name)!.split(' ').includes(flag)]).toEqual([span, flag, true])
    }
  }
})

test("README's list of commands and CONTRIBUTING's layout are whole", () => {
  const named = shellLines('README.md').map((line) => wordsOf(line)[1])
  expect(commandTable.filter(({ name }) => !named.includes(name))).toEqual([])
  const layout = /```\n(agent\/[\s\S]*?)```/.exec(readSource('CONTRIBUTING.md'))![1]!
  for (const area of ['agent', 'api', 'mesh', 'test']) {
    const begin = layout.search(new RegExp(`^${area}/`, 'm'))
    const section = layout.slice(begin).split(/\n(?=\S)/)[0]!
    const folders = readdirSync(join(root, area), { withFileTypes: true }).filter((entry) => entry.isDirectory())
    const missing = folders.filter(({ name }) => !new RegExp(`[ /]${name}/`).test(section)).map(({ name }) => name)
    expect([area, missing]).toEqual([area, []])
    const told = [...section.matchAll(/^ {2}((?:[\w-]+\/,? *)+)/gm)].flatMap(
      ([, names]) => names!.match(/[\w-]+(?=\/)/g)!,
    )
    expect(told.filter((name) => !folders.some((folder) => folder.name === name))).toEqual([])
  }
})

test('links within the repository lead somewhere', () => {
  for (const document of sourceFiles().filter((file) => file.endsWith('.md'))) {
    for (const [, target] of readSource(document).matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
      const path = join(document, '..', target!)
      expect(sourceFiles().filter((file) => file === path || file.startsWith(`${path}/`))).not.toEqual([])
    }
  }
})
