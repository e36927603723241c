import { CODE, Refusal, type Behaviour, type Request } from './route.ts';
import type { Json } from './world.ts';

/** What a message may hold: discord.com/developers/docs/resources/message and /components/reference. */
export const checkMessage = (
  { body, files }: Pick<Request, 'body' | 'files'>,
  { uploadLimit }: Behaviour,
): void => {
  const { content, components, nonce, attachments } = body;
  const form = (isRight: boolean): void => {
    if (!isRight) throw new Refusal(400, CODE.invalidForm);
  };
  if (typeof content === 'string') form(content.length <= 2_000);
  if (nonce !== undefined) form(typeof nonce === 'string' && nonce.length <= 25);
  if (files.length > 10) throw new Refusal(400, CODE.tooManyAttachments);
  if (files.some(({ bytes }) => bytes.byteLength > uploadLimit))
    throw new Refusal(413, CODE.tooLarge);
  for (const { description = '' } of (attachments ?? []) as { description?: string }[])
    form(description.length <= 1_024);
  const rows = (components ?? []) as { components?: Json[] }[];
  form(rows.length <= 5);
  const ids = rows.flatMap((row) => (row.components ?? []).map(({ custom_id }) => custom_id));
  form(new Set(ids).size === ids.length);
  for (const row of rows) {
    form((row.components ?? []).length >= 1 && (row.components ?? []).length <= 5);
    for (const component of row.components ?? []) checkComponent(component, form);
  }
};

const checkComponent = (
  { type, custom_id, label, options, placeholder }: Json,
  form: (isRight: boolean) => void,
): void => {
  form(typeof custom_id === 'string' && custom_id.length >= 1 && custom_id.length <= 100);
  if (type === 2) form(typeof label === 'string' && label.length >= 1 && label.length <= 80);
  if (type === 3) {
    const all = (options ?? []) as { label: string; value: string }[];
    form(all.length >= 1 && all.length <= 25 && all.every((one) => one.label.length <= 100));
    form(
      placeholder === undefined || (typeof placeholder === 'string' && placeholder.length <= 150),
    );
  }
};
