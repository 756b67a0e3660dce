/** The commands of `rekey`. Each is one file, and is loaded only when it is asked for. */
import type { Commands } from './command.ts';

export const commands: Commands = {
  status: ['a line for each secret, and what state it is in', async () => (await import('./status.ts')).status],
  rotate: ['rotates secrets now, one or a fleet, and watches', async () => (await import('./rotate.ts')).rotate],
  'rotate-parameter': [
    'rotates a parameter now, by a function',
    async () => (await import('./rotate-parameter.ts')).rotateParameter,
  ],
  enable: ['attaches a function and a schedule, and checks', async () => (await import('./enable.ts')).enable],
  doctor: ['what a rotation needs, and what is missing', async () => (await import('./doctor.ts')).doctor],
  history: ['versions, and what happened', async () => (await import('./history.ts')).history],
  rollback: ['makes AWSPREVIOUS current again, and work', async () => (await import('./rollback.ts')).rollback],
  'revoke-previous': [
    'ends what AWSPREVIOUS opens, now',
    async () => (await import('./revoke-previous.ts')).revokePrevious,
  ],
  abandon: ['ends a rotation that failed, where that is safe', async () => (await import('./abandon.ts')).abandon],
  console: ['a page that shows rotations as they go on', async () => (await import('./console.ts')).consoleCommand],
  explain: ['what an error code means and what to do', async () => (await import('./explain.ts')).explain],
  cost: ['what secrets and parameters cost a month', async () => (await import('./cost.ts')).cost],
  completion: [
    'a script by which a shell completes these',
    async () => (await import('./completion.ts')).completionOf(commands),
  ],
};
