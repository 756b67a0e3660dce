import { describe, expect, it } from 'vitest';
import { explain } from '../../cli/explain.ts';
import { errorCodes } from '../../shared/rotation/errors.ts';
import { page } from '../docs/pages.ts';
import { runCommand, tooWide } from './printed.ts';

const explained = async (...parameters: string[]) => (await runCommand(explain, parameters)).stdout;
const plain = (text: string) => text.replace(/\[([^\]]+)\]\([^)]+\)/g, '$1').replaceAll('`', '');
const words = (text: string) => text.replaceAll(/[\s\\]+/g, ' ');

describe('rekey explain', () => {
  it.each(Object.keys(errorCodes))("tells the runbook's entry of %s on a screen of 80 columns", async (code) => {
    const [, entry = ''] = page('docs/runbook.md').split(`\n### ${code}\n`);
    const never = /^- \*\*Never:\*\* (.+)$/m.exec(entry)?.[1] ?? '';

    const text = await explained(code);

    expect(text).toMatch(
      new RegExp(`^${code}\n\nMeans: {5}\\S[^]*\nWorks now: \\S[^]*\nDo: {8}\\S[^]*\nNever: {5}\\S`),
    );
    expect(words(text)).toContain(`Never: ${words(plain(never))}`);
    expect(tooWide(text)).toEqual([]);
    expect(text).not.toMatch(/\*\*|\]\(|^\||\|$/m);
  });

  it('keeps each line of a list', async () => {
    expect(await explained('LOCKED_OUT')).toContain('\n           1. Is the user locked or expired?');
  });

  it('ends with the commands of the moves that the entry names', async () => {
    const text = await explained('secret-not-found');

    expect(text).toContain('\nRotate again\n');
    expect(text).toContain('    aws secretsmanager rotate-secret --secret-id "$SECRET"\n');
    expect(text).toContain(
      '    aws secretsmanager get-secret-value \\\n      --secret-id "$SECRET" \\\n      --query SecretString \\\n      --output text > value.json\n',
    );
  });

  it('has the same as data', async () => {
    const data = JSON.parse(await explained('LOCKED_OUT', '--json'));

    expect(data).toMatchObject({
      version: 1,
      code: 'LOCKED_OUT',
      parts: [{ label: 'Means' }, {}, {}, { label: 'Never' }],
    });
    expect(data.moves.map(({ title }: { title: string }) => title)).toContain('Rotate again');
    expect(JSON.parse(await explained('--json'))).toEqual({ version: 1, codes: errorCodes });
  });

  it('lists the codes', async () => {
    const text = await explained();

    expect(Object.keys(errorCodes).filter((code) => !new RegExp(`^${code} +\\S`, 'm').test(text))).toEqual([]);
    expect(tooWide(text)).toEqual([]);
  });

  it.each([
    ['lock', 'did you mean LOCKED_OUT or LOCK_TIMEOUT? rekey explain lists the codes'],
    ['xyz', 'rekey explain lists the codes'],
  ])('does not know %s', async (code, hint) => {
    await expect(explained(code)).rejects.toMatchObject({ message: `no code "${code}"`, hint });
  });
});
