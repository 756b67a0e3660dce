import { describe, expect, it } from 'vitest';
import { createProgress, type ProgressOptions } from '../../terminal/progress.ts';

function terminal(isTTY: boolean, options: ProgressOptions = { patienceMs: 1000, intervalMs: 100 }) {
  const clock = { now: 0 };
  const state = { told: '' };
  const stream = {
    isTTY,
    write: (text: string) => {
      state.told += text;
    },
  };
  return { clock, state, progress: createProgress(stream, { ...options, now: () => clock.now }) };
}

describe('the progress line', () => {
  it('comes only after a second, and goes at the end', () => {
    const { clock, state, progress } = terminal(true);
    progress.show('100 secrets');
    clock.now = 1000;
    progress.show('200 secrets');

    progress.end();

    expect(state.told).toBe('\r\x1b[2K200 secrets\r\x1b[2K');
  });

  it('changes ten times a second at most', () => {
    const { clock, state, progress } = terminal(true);
    for (clock.now = 1000; clock.now < 2000; clock.now += 1) progress.show('.');

    expect(state.told.split('.').length - 1).toBe(10);
  });

  it('does not come at all where there is no terminal', () => {
    const { clock, state, progress } = terminal(false);
    clock.now = 5000;
    progress.show('100 secrets');
    progress.end();

    expect(state.told).toBe('');
  });

  it('tells the time where it is a log, and a line each time where there is no terminal', () => {
    const { clock, state, progress } = terminal(false, { isLog: true });
    progress.show('starting');
    clock.now = 1500;
    progress.show('stopping');

    progress.end();

    expect(state.told).toBe('0.0 s  starting\n1.5 s  stopping\n');
  });

  it('is one line on a terminal, also where it is a log', () => {
    const { clock, state, progress } = terminal(true, { isLog: true });
    progress.show('starting');
    clock.now = 100;
    progress.show('stopping');

    progress.end();

    expect(state.told).toBe('\r\x1b[2K0.0 s  starting\r\x1b[2K0.1 s  stopping\r\x1b[2K');
  });
});
