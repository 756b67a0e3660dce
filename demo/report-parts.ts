/** What the reports of all demonstrations are made of. */
import type { Paint } from '../terminal/paint.ts';
import { wrapped } from '../terminal/table.ts';
import { type Claim, haveHeld } from './claims.ts';
import { BAR, type Outage } from './outage.ts';
import type { Labels } from './rotate.ts';

export const WIDTH = 80;

interface Part {
  readonly claims: readonly Claim[];
}

interface Report<P extends Part> {
  readonly title: readonly string[];
  /** How it was done. */
  readonly how: string;
  readonly parts: readonly P[];
  section(part: P): readonly string[];
  /** About all parts together. */
  readonly claims: readonly Claim[];
  readonly ms: number;
  /** Are the claims of the parts not to be seen in their sections? Then those that did not hold are named at the end. */
  readonly namesBroken?: boolean;
}

/** Everything that a person wants to see, 80 columns wide. */
export function reportOf<P extends Part>(report: Report<P>, paint: Paint): string {
  const { title, how, parts, section, claims } = report;
  const lines = [
    ...title.map(paint.bold),
    ...wrapped(how, WIDTH).map(paint.dim),
    ...parts.flatMap((part) => ['', ...section(part)]),
    '',
    ...claims.map((claim) => marked(claim, paint)),
    ...verdict(report, paint),
  ];
  return `${lines.join('\n')}\n`;
}

function verdict<P extends Part>({ parts, claims, ms, namesBroken = false }: Report<P>, paint: Paint): string[] {
  const all = [...claims, ...parts.flatMap((part) => part.claims)];
  const broken = all.filter(({ held }) => !held);
  if (broken.length === 0) return [paint.good(`all ${all.length} checks held, in ${(ms / 1000).toFixed(1)} s`)];
  const fact = `${broken.length} of ${all.length} checks did not hold`;
  return namesBroken ? [paint.bad(`${fact}:`), ...broken.map(({ text }) => `  ${text}`)] : [paint.bad(fact)];
}

/** Lines of a section; with a mark where what they say is claimed. */
export const rowsOf =
  ({ claims }: Part, paint: Paint) =>
  (name: string, text: string, about?: Claim['about']): string => {
    const line = `  ${name.padEnd(14)} ${text}`;
    return about ? `${line}  ${mark(haveHeld(claims.filter((claim) => claim.about === about)), paint)}` : line;
  };

export const marked = ({ text, held }: Claim, paint: Paint) => `${mark(held, paint)} ${text}`;

const mark = (held: boolean, paint: Paint) => (held ? paint.good('ok') : paint.bad('FAILED'));

/** Why a rotation failed, in lines that fit into a row. */
export const failureLines = (failure: string | undefined, paint: Paint): string[] =>
  failure === undefined ? [] : wrapped(failure, 62).map(paint.bad);

export const labelsText = (labels: Labels): string =>
  Object.entries(labels)
    .map(([label, version]) => `${label} ${version.slice(0, 8)}`)
    .join(', ');

export const whole = (ms: number): string => ms.toFixed(0);

export function outageText(ms: number): string {
  if (ms === 0) return 'none';
  return Number.isFinite(ms) ? `${whole(ms)} ms` : 'without end';
}

export const loginsText = ({ refused, logins, ms }: Outage): string =>
  `${refused} of ${logins} logins refused, outage ${outageText(ms)}`;

/** Where a report shows a bar. */
export const barMeans = `Its bar: ${BAR.first} a login with the value from before, ${BAR.later} with a new one, ${BAR.refused} a refused one.`;

export const painted = (bar: string, paint: Paint): string =>
  bar.replaceAll(/[^x!]+/g, paint.good).replaceAll(/[x!]+/g, paint.bad);

export const userText = ({ before, after }: { readonly before: string; readonly after: string }): string =>
  before === after ? `${after}, the same` : `${before}, now ${after}`;
