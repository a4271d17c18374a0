import { test } from 'bun:test'
import { electsNobody, fencesOldLeader, survivesFaults } from './consensus-scenarios.ts'

const minutes = Number(process.env.MINUTES ?? 10)
const limitMs = (minutes + 5) * 60_000

test(
  `${minutes} minutes of faults`,
  async () => {
    const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e6))
    await survivesFaults('agents', minutes * 60_000, seed)
  },
  limitMs,
)

test(
  `${minutes / 2} minutes of faults, and two learners`,
  async () => {
    const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e6))
    await survivesFaults('agents', minutes * 30_000, seed, 2)
  },
  limitMs,
)

test('a leader that stood still for 10 s', () => fencesOldLeader(10_000), 60_000)

test(`a slow disk and busy cores for ${minutes} minutes`, () => electsNobody('agents', minutes * 60_000), limitMs)
