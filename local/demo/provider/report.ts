import type { Paint } from '../../../terminal/paint.ts';
import { wrapped } from '../../../terminal/table.ts';
import type { ProviderFigures, Scene } from './demo.ts';

/** Everything that a person wants to see, 80 columns wide. */
export function providerReport({ title, provider, scenes, claims, ms, held }: ProviderFigures, paint: Paint): string {
  const all = [...claims, ...scenes.flatMap((scene) => scene.claims)];
  const broken = all.filter((claim) => !claim.held);
  const how = `A double of ${provider} on this machine, written from the vendor's documentation; an application keeps fetching AWSCURRENT and using it.`;
  const lines = [
    paint.bold(`Rekey rotates ${title}, with the packaged function`),
    ...wrapped(how, 80).map(paint.dim),
    ...scenes.flatMap((scene) => section(scene, paint)),
    '',
    ...claims.map((claim) => `${claim.held ? paint.good('ok') : paint.bad('FAILED')} ${claim.text}`),
    held
      ? paint.good(`all ${all.length} checks held, in ${(ms / 1000).toFixed(1)} s`)
      : paint.bad(`${broken.length} of ${all.length} checks did not hold`),
  ];
  return `${lines.join('\n')}\n`;
}

function section(scene: Scene, paint: Paint): string[] {
  const row = (name: string, text: string) => `  ${name.padEnd(14)} ${text}`;
  return [
    '',
    ...wrapped(scene.title.toUpperCase(), 80).map(paint.bold),
    ...scene.steps.map(({ step, ms }) => row(step, `${ms.toFixed(0).padStart(5)} ms`)),
    ...(scene.failure === undefined ? [] : wrapped(scene.failure, 62).map((line) => row('', paint.bad(line)))),
    row(
      'labels',
      Object.entries(scene.after)
        .map(([label, id]) => `${label} ${id.slice(0, 8)}`)
        .join(', '),
    ),
    row('application', `${scene.refused} of ${scene.uses} uses of AWSCURRENT refused`),
    row('keys', `${scene.live} live`),
    row('function made', `${scene.callCount} Secrets Manager calls`),
    ...scene.subjects.map((subject, index) => row(index === 0 ? 'SNS message' : '', subject)),
    ...scene.claims.map(({ text, held }) => row('', `${held ? paint.good('ok') : paint.bad('FAILED')} ${text}`)),
  ];
}
