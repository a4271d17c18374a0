import { expect, test } from 'bun:test'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { Conversation } from './conversation.ts'

const folder = new URL('scripts/', import.meta.url).pathname

/**
 * Scripts are blocks of comments, commands, a line `----`, and what the nodes did, with an empty line between blocks.
 * `REWRITE=1 bun test mesh/raft/conversation` writes what they do now: read the difference before keeping it.
 */
for (const name of readdirSync(folder)) {
  test(name, () => {
    const text = readFileSync(`${folder}${name}`, 'utf8')
    const conversation = new Conversation()
    const played = text
      .trimEnd()
      .split(/\n\n+/)
      .map((block) => play(conversation, block))
    const actual = `${played.join('\n\n')}\n`
    if (process.env.REWRITE !== undefined) writeFileSync(`${folder}${name}`, actual)
    else expect(actual).toBe(text)
  })
}

function play(conversation: Conversation, block: string): string {
  const [input] = block.split('\n----')
  const commands = input!.split('\n').filter((line) => !line.startsWith('#'))
  if (commands.length === 0) return block
  return `${input}\n----\n${conversation.run(commands.join('\n'))}`
}
