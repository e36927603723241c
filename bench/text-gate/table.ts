import { FONTS, SIZES, STYLES } from './draw-identifier.ts';
import type { FalseAlarms, Measured } from './measure.ts';

const BEGIN = '<!-- text-gate: written by npm run text-gate -- --write -->';
const END = '<!-- text-gate: end -->';

/** What was found, by how it was written, as a table in Markdown. */
export const tableOf = (measured: readonly Measured[], clean: FalseAlarms): string => {
  const row = (name: string, of: (one: Measured) => boolean): string => {
    const those = measured.filter(of);
    const share = (is: (one: Measured) => boolean): string =>
      percent(those.filter(is).length, those.length);
    const cells = [
      share(({ found }) => found),
      share(({ asked }) => asked),
      String(those.filter(({ readable }) => readable).length),
    ];
    return `| ${[name, String(those.length), ...cells].join(' | ')} |`;
  };
  return [
    '| identifiers | pictures | masked | asked about | still readable |',
    '|---|---|---|---|---|',
    row('all', () => true),
    row('white or boxed', ({ drawing }) => drawing.style !== 'black'),
    ...STYLES.map((style) => row(style, ({ drawing }) => drawing.style === style)),
    ...SIZES.map((size) =>
      row(`${size} pixels high`, ({ drawing, large }) => !large && drawing.size === size),
    ),
    row('on films of 2,000 pixels, 20 to 56 high', ({ large }) => large),
    row('turned by a quarter', ({ drawing }) => drawing.turns !== 0),
    ...FONTS.map((font) => row(font, ({ drawing }) => drawing.font === font)),
    '',
    `Something was masked in ${clean.alarms} of ${clean.pictures} pictures without identifiers (${percent(clean.alarms, clean.pictures)}).`,
  ].join('\n');
};

/** The page with its table exchanged. */
export const withTable = (page: string, table: string): string => {
  const [before, rest] = page.split(`${BEGIN}\n`, 2);
  const after = rest?.split(`\n${END}`, 2)[1];
  if (before === undefined || after === undefined) throw new Error('the page has no place for it');
  return `${before}${BEGIN}\n\n${table}\n\n${END}${after}`;
};

const percent = (part: number, whole: number): string =>
  `${whole === 0 ? 0 : ((100 * part) / whole).toFixed(1)} %`;
