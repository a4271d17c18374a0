import { expect, test } from 'bun:test'
import type { PersistentVolume, PersistentVolumeClaim } from '../../../../api/schema/generated/types/core-v1.ts'
import { nameOf } from '../../object/meta.ts'
import { planClaim, type VolumeView, volumePhase } from './binding.ts'
import { findVolume } from './match.ts'

// Expectations from pkg/controller/volume/persistentvolume/{binder,index}_test.go.

const volume = (
  name: string,
  storage: string,
  extra: Partial<PersistentVolume['spec']> = {},
  phase = 'Available',
): PersistentVolume => ({
  metadata: { name, uid: name },
  spec: { capacity: { storage }, accessModes: ['ReadWriteOnce'], storageClassName: 'c', ...extra },
  status: { phase },
})

const claim = (extra: Partial<PersistentVolumeClaim['spec']> = {}): PersistentVolumeClaim => ({
  metadata: { name: 'data', namespace: 'default', uid: 'claim' },
  spec: {
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: '2Gi' } },
    storageClassName: 'c',
    ...extra,
  },
})

const ref = { name: 'data', namespace: 'default' }

test.each<[string, PersistentVolume[], string | undefined]>([
  ['the smallest that is large enough', [volume('a', '1Gi'), volume('b', '5Gi'), volume('d', '3Gi')], 'd'],
  ['none is large enough', [volume('a', '1Gi')], undefined],
  ['of the same class', [volume('a', '2Gi', { storageClassName: 'other' })], undefined],
  ['with the access mode', [volume('a', '2Gi', { accessModes: ['ReadOnlyMany'] })], undefined],
  ['of the same volume mode', [volume('a', '2Gi', { volumeMode: 'Block' })], undefined],
  ['the one set aside for it', [volume('a', '2Gi'), volume('b', '9Gi', { claimRef: ref })], 'b'],
  ['not one of another claim', [volume('a', '2Gi', { claimRef: { ...ref, name: 'other' } })], undefined],
  [
    'not one left by a claim of its name',
    [volume('a', '2Gi', { claimRef: { ...ref, uid: 'old' } }, 'Released')],
    undefined,
  ],
])('found: %s', (_, volumes, expected) => {
  expect(findVolume(claim(), volumes)?.metadata?.name).toBe(expected)
})

test('claim and volume bind in steps, whichever is interrupted', () => {
  let [left, right] = [claim(), volume('a', '2Gi')]
  const steps: string[] = []
  for (let i = 0; i < 10; i++) {
    const view: VolumeView = { volumes: [right], volume: (name) => (name === 'a' ? right : undefined), classes: [] }
    const plan = planClaim(left, view)
    if (plan.volume) right = plan.volume
    if (plan.volumePhase) right = { ...right, status: { phase: plan.volumePhase.phase } }
    if (plan.claim) left = plan.claim
    if (plan.claimStatus) left = { ...left, status: plan.claimStatus }
    steps.push(Object.keys(plan).join(' '))
  }
  expect(steps.filter((step) => step !== '')).toEqual(['volume', 'volumePhase', 'claim', 'claimStatus'])
  expect(right.spec?.claimRef).toMatchObject({ ...ref, uid: 'claim' })
  expect(left).toMatchObject({ spec: { volumeName: 'a' }, status: { phase: 'Bound', capacity: { storage: '2Gi' } } })
  expect(volumePhase(right, () => left)).toBe('Bound')
  expect(volumePhase(right, () => undefined)).toBe('Released')
  const lost = planClaim(left, { volumes: [], volume: () => undefined, classes: [] })
  expect([lost.claimStatus?.phase, lost.event?.reason]).toEqual(['Lost', 'ClaimLost'])
})

test('a claim waits for its first consumer, then for its provisioner', () => {
  const classes = [{ metadata: { name: 'c' }, provisioner: 'x.io/p', volumeBindingMode: 'WaitForFirstConsumer' }]
  const view: VolumeView = { volumes: [volume('a', '2Gi')], volume: () => undefined, classes }
  expect(planClaim(claim(), view).event?.reason).toBe('WaitForFirstConsumer')
  const chosen = claim()
  chosen.metadata!.annotations = { 'volume.kubernetes.io/selected-node': 'n' }
  const asked = planClaim(chosen, { ...view, volumes: [] }).claim
  expect(asked?.metadata?.annotations).toMatchObject({ 'volume.kubernetes.io/storage-provisioner': 'x.io/p' })
  expect(planClaim(asked!, { ...view, volumes: [] }).event?.reason).toBe('ExternalProvisioning')
})

test('a claim without a class gets the default one; an empty name means none', () => {
  const isDefault = { 'storageclass.kubernetes.io/is-default-class': 'true' }
  const classes = [{ metadata: { name: 'std', annotations: isDefault }, provisioner: 'x.io/p' }]
  const view: VolumeView = { volumes: [], volume: () => undefined, classes }
  expect(planClaim(claim({ storageClassName: undefined }), view).claim?.spec?.storageClassName).toBe('std')
  expect(planClaim(claim({ storageClassName: '' }), view).event?.reason).toBe('FailedBinding')
  expect(nameOf(claim())).toBe('data')
})
