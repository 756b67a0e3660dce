/** A function that takes whatever comes is found out. */
import { expect, it } from 'vitest';
import { deliveries } from '../../prove/delivery/section.ts';

/** Says yes to every step; the labels move each time where `moves`. */
function played(name: string, { moves = false, passes = true } = {}) {
  let looks = 0;
  const labels = async () => ({ version: moves ? [`label ${looks++}`] : [] });
  const events = () => ['createSecret', 'setSecret', 'testSecret', 'finishSecret'].map((step) => ({ step, event: {} }));
  const kept = { id: 'app', events, store: { labels, abandon: async () => {} } };
  const watched = { token: 'token', delivered: async () => passes, another: async () => {}, converge: async () => {} };
  const sandbox = {
    idle: async () => {},
    faults: { add: () => {}, clear: () => {} },
    secretsManager: { history: [{ secretId: 'app', event: 'TestRotationSucceeded' }] },
  };
  const scene = { place: { kept }, sandbox, client: { send: async () => {} }, watched };
  const one = deliveries.find((each) => each.name === name);
  if (one === undefined) throw new Error(`no such delivery: ${name}`);
  return one.play(scene as never);
}
const brokenBy = (property: string) => expect.objectContaining({ broken: expect.objectContaining({ property }) });

it.each(['the last step first', 'cancelled after createSecret', 'cancelled after setSecret'])(
  '%s: a step that passes, or moves a label, is found',
  async (name) => {
    await expect(played(name)).rejects.toThrow(brokenBy('refused'));
    await expect(played(name, { passes: false, moves: true })).rejects.toThrow(brokenBy('refused'));
    await expect(played(name, { passes: false })).resolves.toBeUndefined();
  },
);

it('a step that fails when its calls are throttled twice is found', async () => {
  await expect(played('every call is throttled twice', { passes: false })).rejects.toThrow(brokenBy('throttled'));
  await expect(played('every call is throttled twice')).resolves.toBeUndefined();
});

it('a configuration check that moves a label is found', async () => {
  await expect(played('RotateImmediately=false', { moves: true })).rejects.toThrow(brokenBy('checked'));
  await expect(played('RotateImmediately=false')).resolves.toBeUndefined();
});
