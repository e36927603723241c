import { loudMarks, rendered, type SlackText } from './slack-text.ts';
import type { Json, SlackMessage } from './workspace.ts';

/** A message as a person sees it. */
export type ShownMessage = {
  readonly ts: string;
  /** Who wrote it; `bot` is the app. */
  readonly by: string;
  /** The words that are visible: of the blocks where there are any, for then `text` is not shown. */
  readonly text: string;
  /** Without the small print of context blocks. */
  readonly words: string;
  /** What in it would ping, link or be formatted. */
  readonly loud: readonly string[];
  /** What the app sent as `text`, which notifications and screen readers use. */
  readonly fallback: string;
  readonly pictures: readonly { readonly altText: string; readonly bytes: Uint8Array }[];
  readonly buttons: readonly ShownButton[];
  readonly blocks: readonly Json[];
  readonly streaming: boolean;
  readonly edited: boolean;
  /** Only one person sees it. */
  readonly onlyFor: string | undefined;
  readonly unfurls: boolean;
  readonly reactions: readonly string[];
};

export type ShownButton = {
  readonly label: string;
  readonly actionId: string;
  readonly value: string | undefined;
  readonly blockId: string | undefined;
  /** The kind of the element, as it comes back with the action. */
  readonly type: string;
};

export const show = (message: SlackMessage, bot: string): ShownMessage => ({
  ts: message.ts,
  by: message.user === bot ? 'bot' : message.user,
  text: textsOfMessage(message).map(rendered).join('\n\n'),
  words: textsOfMessage({
    ...message,
    blocks: message.blocks.filter(({ type }) => type !== 'context'),
  })
    .map(rendered)
    .join('\n\n'),
  loud: textsOfMessage(message).flatMap(loudMarks),
  fallback: message.text,
  pictures: message.files.flatMap(({ altText, bytes, deleted }) =>
    deleted ? [] : [{ altText, bytes }],
  ),
  buttons: buttonsOf(message.blocks),
  blocks: message.blocks,
  streaming: message.stream?.open === true,
  edited: message.edited,
  onlyFor: message.onlyFor,
  unfurls: message.unfurl.links || message.unfurl.media,
  reactions: message.reactions,
});

/** Texts of a message with the language that Slack reads them as; a stream's words and a block of Markdown are Markdown. */
const textsOfMessage = (message: SlackMessage): readonly SlackText[] => {
  if (message.blocks.length > 0) return textsOf(message.blocks);
  return [{ language: message.stream === undefined ? 'mrkdwn' : 'markdown', text: message.text }];
};

/** Texts of blocks, in order; what buttons say is not among them. */
const textsOf = (value: unknown): SlackText[] => {
  if (Array.isArray(value)) return value.flatMap(textsOf);
  if (typeof value !== 'object' || value === null) return [];
  const json = value as Json;
  const type = json['type'];
  if (type === 'button' || type === 'feedback_buttons' || type === 'actions') return [];
  return Object.entries(json).flatMap(([key, inner]) =>
    typeof inner === 'string' && key === 'text'
      ? [{ language: languageOf(type), text: inner }]
      : textsOf(inner),
  );
};

const languageOf = (type: unknown): SlackText['language'] =>
  type === 'mrkdwn' || type === 'markdown' ? type : 'plain_text';

/** Every button of the blocks, feedback's two included. */
export const buttonsOf = (blocks: readonly Json[]): ShownButton[] =>
  blocks.flatMap((block) => {
    const elements = [...((block['elements'] ?? []) as Json[]), ...accessoryOf(block)];
    return elements.flatMap((element) => buttonsOfElement(element, textOf(block['block_id'])));
  });

const accessoryOf = (block: Json): Json[] =>
  block['accessory'] === undefined ? [] : [block['accessory'] as Json];

const buttonsOfElement = (element: Json, blockId: string | undefined): ShownButton[] => {
  const type = textOf(element['type']) ?? '';
  const actionId = textOf(element['action_id']) ?? '';
  if (type === 'button' || type === 'icon_button')
    return [{ label: labelOf(element), actionId, value: textOf(element['value']), blockId, type }];
  if (type === 'feedback_buttons')
    return ['positive_button', 'negative_button'].map((name) => {
      const button = element[name] as Json;
      return { label: labelOf(button), actionId, value: textOf(button['value']), blockId, type };
    });
  if (type === 'overflow' || type === 'static_select')
    return ((element['options'] ?? []) as Json[]).map((option) => ({
      label: labelOf(option),
      actionId,
      value: textOf(option['value']),
      blockId,
      type,
    }));
  return [];
};

const labelOf = ({ text }: Json): string => textOf((text as Json | undefined)?.['text']) ?? '';

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined;
