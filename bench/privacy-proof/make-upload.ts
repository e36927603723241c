import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { createRandom } from '../../test/support/random.ts';
import { writeDicom } from '../../test/support/write-dicom.ts';
import { markedFilms, type Case } from '../text-gate/cases.ts';

/** A film's file with what names a patient in all of its places. */
export type Upload = {
  readonly bytes: Buffer;
  readonly fileName: string;
  /** What must be found nowhere afterwards. */
  readonly secrets: readonly string[];
  /** What is written in its pixels. */
  readonly written: string;
};

const KINDS = ['png', 'jpeg', 'tiff', 'dicom', 'zip'] as const;

/** Uploads of every kind by turns, each with identifiers of its own. */
export async function* makeUploads(count: number, seed: number): AsyncGenerator<Upload> {
  const random = createRandom(seed);
  const unique = (): string => {
    const letters = Array.from({ length: 8 }, () => String.fromCharCode(97 + random.below(26)));
    return `Qx${letters.join('')}`;
  };
  let index = 0;
  for await (const marked of markedFilms(count, seed)) {
    const [name, number, note] = [unique(), `MRN${1e9 + random.below(1e9)}`, unique()];
    const kind = KINDS[index++ % KINDS.length]!;
    const secrets = [name, number, note];
    yield {
      bytes: await fileOf(kind, marked, secrets),
      fileName: `${name} ${number}.${kind}`,
      secrets,
      written: marked.drawing.text,
    };
  }
}

const fileOf = (
  kind: (typeof KINDS)[number],
  marked: Case,
  secrets: readonly string[],
): Promise<Buffer> | Buffer => {
  const { data, width, height } = marked.film;
  const [name = '', number = '', note = ''] = secrets;
  const picture = sharp(data, { raw: { width, height, channels: 1 } }).withExif({
    IFD0: { ImageDescription: `${name} ${number}`, Artist: note, Copyright: name },
  });
  switch (kind) {
    case 'png':
      return picture
        .png()
        .toBuffer()
        .then((png) => withText(png, secrets));
    case 'jpeg':
      return picture
        .jpeg({ quality: 95 })
        .toBuffer()
        .then((jpeg) =>
          Buffer.concat([withComment(jpeg, secrets), Buffer.from(secrets.join(' '))]),
        );
    case 'tiff':
      return picture.tiff({ compression: 'deflate' }).toBuffer();
    case 'dicom':
      return dicomOf(marked, secrets);
    case 'zip':
      return zipOf(`${name} ${number}/${note}`, dicomOf(marked, secrets));
  }
};

const dicomOf = (
  { film: { data, width, height } }: Case,
  [name = '', number = '', note = '']: readonly string[],
): Buffer =>
  writeDicom({
    width,
    height,
    values: [...data],
    bits: 8,
    elements: [
      ['00080050', 'SH', number],
      ['00080080', 'LO', `${note} Hospital`],
      ['00100010', 'PN', `${name}^Anna`],
      ['00100020', 'LO', number],
      ['00104000', 'LT', note],
      ['00185101', 'CS', 'PA'],
    ],
  });

const textOf = (secrets: readonly string[]): Buffer => Buffer.from(secrets.join(' '), 'latin1');

/** A comment before the pixels. */
const withText = (png: Buffer, secrets: readonly string[]): Buffer => {
  const body = Buffer.concat([Buffer.from('tEXtComment\0', 'latin1'), textOf(secrets)]);
  const chunk = Buffer.alloc(body.length + 8);
  chunk.writeUInt32BE(body.length - 4, 0);
  body.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(body), body.length + 4);
  const afterHeader = 8 + 25;
  return Buffer.concat([png.subarray(0, afterHeader), chunk, png.subarray(afterHeader)]);
};

/** A COM segment behind the start marker. */
const withComment = (jpeg: Buffer, secrets: readonly string[]): Buffer => {
  const text = textOf(secrets);
  const head = Buffer.from([0xff, 0xfe, 0, 0]);
  head.writeUInt16BE(text.length + 2, 2);
  return Buffer.concat([jpeg.subarray(0, 2), head, text, jpeg.subarray(2)]);
};

/** One stored file in an archive. */
const zipOf = (name: string, bytes: Buffer): Buffer => {
  const path = Buffer.from(name, 'latin1');
  const facts = Buffer.alloc(26);
  facts.writeUInt16LE(20, 0);
  facts.writeUInt32LE(crc32(bytes), 10);
  facts.writeUInt32LE(bytes.length, 14);
  facts.writeUInt32LE(bytes.length, 18);
  facts.writeUInt16LE(path.length, 22);
  const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), facts, path, bytes]);
  const rest = Buffer.alloc(14);
  const central = Buffer.concat([Buffer.from('PK\x01\x02\x14\0', 'latin1'), facts, rest, path]);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, central, end]);
};
