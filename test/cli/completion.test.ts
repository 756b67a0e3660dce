import { describe, expect, it } from 'vitest';
import { commands } from '../../cli/commands.ts';
import { completionOf } from '../../cli/completion.ts';
import { errorCodes } from '../../shared/rotation/errors.ts';
import { run } from '../local/command.ts';
import { runCommand } from './printed.ts';

const completion = completionOf(commands);
const script = async (...parameters: string[]) => (await runCommand(completion, parameters)).stdout;

/** What bash offers for the last of the words that were typed. */
async function offered(...typed: string[]): Promise<string[]> {
  const words = ['rekey', ...typed];
  const asked = `${await script('bash')}COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')})
COMP_CWORD=${words.length - 1}
_rekey
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { status, stdout, stderr } = await run('bash', ['--norc', '-uc', asked], {});
  expect([status, stderr]).toEqual([0, '']);
  return stdout.split('\n').filter((line) => line !== '');
}

describe('rekey completion', () => {
  it('completes each command', async () => {
    expect(await offered('')).toEqual([...Object.keys(commands), '--help', '--version']);
    expect(await offered('rol')).toEqual(['rollback']);
  });

  it('completes the options of the command that is typed', async () => {
    expect(await offered('rotate', 'prod/app', '--c')).toEqual(['--canary', '--concurrency']);
    expect(await offered('status', '--c')).toEqual([]);
    expect(await offered('abandon', '--')).toEqual(
      expect.arrayContaining(['--yes', '--json', '--help', '--region', '--profile', '--endpoint-url']),
    );
  });

  it('completes error codes and shells', async () => {
    expect(await offered('explain', 'UNREACHABLE_T')).toEqual(['UNREACHABLE_TCP', 'UNREACHABLE_TLS']);
    expect(await offered('completion', '')).toEqual(expect.arrayContaining(['bash', 'zsh', 'fish']));
  });

  it('knows nothing after a command that there is not', async () => {
    expect(await offered('rotat', '--')).toEqual([]);
  });

  it('is the same for zsh, by its own means for the scripts of bash', async () => {
    expect(await script('zsh')).toBe(`autoload -U +X bashcompinit && bashcompinit\n${await script('bash')}`);
  });

  it('gives fish a line for each word, with what it is', async () => {
    const lines = (await script('fish')).trimEnd().split('\n');

    expect(lines.filter((line) => !/^complete -c rekey -n \S.* (-a|-l) \S+ -d '([^'\\]|\\.)*'$/.test(line))).toEqual(
      [],
    );
    expect(lines).toContain(
      "complete -c rekey -n '__fish_seen_subcommand_from explain' -a LOCKED_OUT -d 'no stored version opens the system'",
    );
    expect(lines).toContain("complete -c rekey -n '__fish_seen_subcommand_from rotate' -l json -d 'the same as data'");
  });

  it('has the same as data', async () => {
    const { version, commands: told } = JSON.parse(await script('--json'));

    expect([version, told.map(({ text }: { text: string }) => text)]).toEqual([1, Object.keys(commands)]);
    expect(
      told
        .find(({ text }: { text: string }) => text === 'explain')
        .words.slice(0, -2)
        .map(({ text }: { text: string }) => text),
    ).toEqual(Object.keys(errorCodes));
  });

  it.each([
    [[], 'no shell is named'],
    [['tcsh'], 'no script for "tcsh"'],
    [['constructor'], 'no script for "constructor"'],
  ])('%j ends with one fact and one hint', async (parameters, message) => {
    await expect(script(...parameters)).rejects.toMatchObject({
      message,
      hint: 'there is one for bash, for zsh and for fish',
    });
  });
});
