import type { Paint } from '../../terminal/paint.ts';
import { wrapped } from '../../terminal/table.ts';
import {
  barMeans,
  failureLines,
  labelsText,
  marked,
  painted,
  reportOf,
  rowsOf,
  WIDTH,
  whole,
} from '../report-parts.ts';
import type { ProviderFigures, Scene } from './demo.ts';

export function providerReport({ title, provider, scenes, claims, ms }: ProviderFigures, paint: Paint): string {
  return reportOf(
    {
      title: [`Rekey rotates ${title}, with the packaged function`],
      how: `A double of ${provider} on this machine, written from the vendor's documentation; an application keeps fetching AWSCURRENT and using it. ${barMeans}`,
      parts: scenes,
      section: (scene) => section(scene, paint),
      claims,
      ms,
    },
    paint,
  );
}

function section(scene: Scene, paint: Paint): string[] {
  const row = rowsOf(scene, paint);
  return [
    ...wrapped(scene.title.toUpperCase(), WIDTH).map(paint.bold),
    ...scene.steps.map(({ step, ms }) => row(step, `${whole(ms).padStart(5)} ms`)),
    ...failureLines(scene.failure, paint).map((line) => row('', line)),
    row('labels', labelsText(scene.after)),
    row('application', painted(scene.bar, paint)),
    row('', `${scene.refused} of ${scene.uses} uses of AWSCURRENT refused`),
    row('keys', `${scene.live} live`),
    row('function made', `${scene.callCount} Secrets Manager calls`),
    ...scene.subjects.map((subject, index) => row(index === 0 ? 'SNS message' : '', subject)),
    ...scene.claims.map((claim) => row('', marked(claim, paint))),
  ];
}
