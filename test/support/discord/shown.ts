import { FLAGS, type Json, type Message } from './world.ts';

/** A message as a person sees it. */
export type ShownMessage = {
  readonly id: string;
  readonly author: string;
  readonly type: number;
  /** As it was sent, marks and all. */
  readonly content: string;
  /** As it is read: no escapes, no joiners; small print apart. */
  readonly words: string;
  /** Small print. */
  readonly notices: string;
  readonly pictures: readonly {
    readonly altText: string;
    readonly filename: string;
    readonly bytes: Uint8Array;
  }[];
  readonly buttons: readonly {
    readonly id: string;
    readonly label: string;
    readonly disabled: boolean;
  }[];
  readonly menus: readonly { readonly id: string; readonly options: readonly string[] }[];
  /** "Wetread is thinking…" */
  readonly loading: boolean;
  readonly previews: boolean;
  readonly pings: readonly string[];
  readonly answers: string | undefined;
};

export const show = (message: Message): ShownMessage => {
  const { id, author, type, content, attachments, components, flags, pings, reference } = message;
  const all = components.flatMap((row) => (row['components'] ?? []) as Json[]);
  const lines = content.split('\n');
  return {
    id,
    author,
    type,
    content,
    pings,
    words: read(lines.filter((line) => !line.startsWith('-# ')).join('\n')),
    notices: read(
      lines
        .filter((line) => line.startsWith('-# '))
        .join(' ')
        .replaceAll('-# ', ''),
    ),
    pictures: attachments.map(({ description, filename, bytes }) => ({
      altText: description ?? '',
      filename,
      bytes,
    })),
    buttons: all
      .filter((one) => one['type'] === 2)
      .map((one) => ({
        id: String(one['custom_id']),
        label: String(one['label']),
        disabled: one['disabled'] === true,
      })),
    menus: all
      .filter((one) => one['type'] === 3)
      .map((one) => ({
        id: String(one['custom_id']),
        options: (
          one['options'] as {
            value: string;
          }[]
        ).map(({ value }) => value),
      })),
    loading: (flags & FLAGS.loading) !== 0,
    previews: (flags & FLAGS.suppressEmbeds) === 0,
    answers: reference?.message,
  };
};

const read = (text: string): string =>
  text
    .replaceAll('\u2060', '')
    .replaceAll(/\\([\\`*_~[\]|<>#+-])/g, '$1')
    .trim();
