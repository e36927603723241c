import { sniffPicture, type FileFormat } from '../../core/intake/sniff-picture.ts';
import { WetreadError } from '../../errors.ts';

/** What each declared type may hold. Other types of pictures are taken as they come; all else is none. */
const FORMAT_OF_TYPE: Readonly<Record<string, FileFormat>> = {
  'image/png': 'png',
  'image/jpeg': 'jpeg',
  'image/jpg': 'jpeg',
  'image/webp': 'webp',
  'image/tiff': 'tiff',
  'image/avif': 'avif',
  'image/heic': 'heic',
  'application/dicom': 'dicom',
  'application/zip': 'zip',
};
/** These claim no format; what they are is seen by looking. */
const ANY_FORMAT: ReadonlySet<string> = new Set(['', 'application/octet-stream']);

const HEAD = /^data:([\w.+/-]*)((?:;[\w.-]+=[\w."-]*)*);base64,/i;
/** Characters of the head, with its parameters; the data behind it may be long. */
const HEAD_LIMIT = 200;

export const isDataUri = (address: string): boolean => /^data:/i.test(address);

/**
 * The film's file in a data URI (RFC 2397), in base64 alone. Fails with `image-data`; with `image-mislabelled` where the
 * file is of another kind than its type says; and with what `sniffPicture` says of files that are never read.
 */
export const bytesOfDataUri = (uri: string, param: string): Uint8Array => {
  const head = HEAD.exec(uri.slice(0, HEAD_LIMIT));
  const bytes = head === null ? undefined : bytesOfBase64(uri.slice(head[0].length));
  if (head === null || bytes === undefined) throw new WetreadError('image-data', { param });
  const type = (head[1] ?? '').toLowerCase();
  const claimed = FORMAT_OF_TYPE[type];
  if (claimed === undefined && !ANY_FORMAT.has(type) && !type.startsWith('image/'))
    throw new WetreadError('image-data', { param });
  if (bytes.length === 0) throw new WetreadError('file-empty');
  const format = sniffPicture(bytes);
  if (claimed !== undefined && format !== claimed)
    throw new WetreadError('image-mislabelled', { param });
  return bytes;
};

/** undefined: not base64. Node leaves out what is none, which the length gives away; a pattern would need a stack of its size. */
const bytesOfBase64 = (data: string): Uint8Array | undefined => {
  const padding = /={0,2}$/.exec(data.slice(-2))?.[0].length ?? 0;
  const digits = data.length - padding;
  const bytes = Buffer.from(data, 'base64');
  return digits % 4 !== 1 && bytes.length === Math.floor((digits * 3) / 4) ? bytes : undefined;
};

/** A picture that goes back, as PNG. */
export const toDataUri = (png: Uint8Array): string =>
  `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
