import { test } from 'bun:test'
import { electsNobody, fencesOldLeader, leavesFullDisk, survivesFaults } from './consensus-scenarios.ts'

// The same for longer: consensus.long.ts.

test('three voters and a learner, kill -9, standing still, cut links: nothing is lost, nothing is wrong', async () => {
  await survivesFaults('programs', 20_000, Number(process.env.SEED ?? 1), 1)
}, 120_000)

test('a leader that stood still: none of its fenced writes takes effect', () => fencesOldLeader(3000), 90_000)

test('a slow disk and busy cores: no election', () => electsNobody('programs', 10_000), 120_000)

test("a follower's disk is full: the others go on, and it comes back", () => leavesFullDisk(), 90_000)
