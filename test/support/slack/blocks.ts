import { Refusal } from './method.ts';
import type { Json } from './workspace.ts';
import type { World } from './world.ts';

/** Of docs.slack.dev/reference/block-kit; the whole is the undocumented limit that others met. */
const MOST_BLOCKS = { message: 50, view: 100 };
const MOST_CHARACTERS = 12_000;
const SECTION_CHARACTERS = 3_000;
const HEADER_CHARACTERS = 150;
const BUTTON_CHARACTERS = 75;
const VALUE_CHARACTERS = 2_000;
const ACTION_ID_CHARACTERS = 255;
const ALT_CHARACTERS = 2_000;
const MOST_ELEMENTS: Readonly<Record<string, number>> = {
  actions: 25,
  context: 10,
  context_actions: 5,
};
const KNOWN: ReadonlySet<unknown> = new Set([
  'actions',
  'context',
  'context_actions',
  'divider',
  'file',
  'header',
  'image',
  'input',
  'markdown',
  'rich_text',
  'section',
  'alert',
  'card',
]);

/** Refuses blocks as Slack does, naming what is wrong. */
export const checkBlocks = (
  world: World,
  blocks: readonly Json[],
  surface: 'message' | 'view' = 'message',
): void => {
  const problems: string[] = [];
  const most = MOST_BLOCKS[surface];
  if (blocks.length > most)
    problems.push(`no more than ${most} items allowed [json-pointer:/blocks]`);
  const blockIds = new Set<string>();
  blocks.forEach((block, at) => {
    for (const problem of problemsOf(world, block))
      problems.push(`${problem} [json-pointer:/blocks/${at}]`);
    const id = block['block_id'];
    if (typeof id !== 'string') return;
    if (blockIds.has(id)) problems.push(`\`block_id\` already exists: ${id}`);
    blockIds.add(id);
  });
  if (problems.length > 0)
    throw new Refusal('invalid_blocks', {
      errors: problems,
      response_metadata: { messages: problems.map((problem) => `[ERROR] ${problem}`) },
    });
  if (surface === 'message' && charactersOf(blocks) > MOST_CHARACTERS)
    throw new Refusal('msg_blocks_too_long');
};

const problemsOf = (world: World, block: Json): string[] => {
  const { type } = block;
  const problems: string[] = [];
  if (!KNOWN.has(type)) return [`unsupported block type: ${String(type)}`];
  if (type === 'section') problems.push(...tooLong(block['text'], SECTION_CHARACTERS));
  if (type === 'section' && block['text'] === undefined && block['fields'] === undefined)
    problems.push('missing required field: text');
  if (type === 'header') problems.push(...tooLong(block['text'], HEADER_CHARACTERS));
  if (type === 'markdown' && lengthOf(block['text']) === 0)
    problems.push('missing required field: text');
  if (type === 'image') problems.push(...imageProblems(world, block));
  const elements = (block['elements'] ?? []) as readonly Json[];
  const most = MOST_ELEMENTS[String(type)];
  if (most !== undefined && (elements.length > most || elements.length === 0))
    problems.push(`must have 1 to ${most} elements`);
  const accessory = block['accessory'] as Json | undefined;
  const actions = [
    ...(type === 'rich_text' ? [] : elements),
    ...(accessory === undefined ? [] : [accessory]),
  ];
  for (const element of actions) problems.push(...elementProblems(element));
  const ids = actions.flatMap(({ action_id: id }) => (typeof id === 'string' ? [id] : []));
  if (new Set(ids).size < ids.length) problems.push('`action_id` already exists in this block');
  return problems;
};

const elementProblems = (element: Json): string[] => [
  ...(element['type'] === 'button' ? tooLong(element['text'], BUTTON_CHARACTERS) : []),
  ...(lengthOf(element['value']) > VALUE_CHARACTERS ? ['value is too long'] : []),
  ...(lengthOf(element['action_id']) > ACTION_ID_CHARACTERS ? ['action_id is too long'] : []),
];

const tooLong = (text: unknown, most: number): string[] => {
  if (text === undefined) return [];
  const length = lengthOf((text as Json)['text']);
  if (length === 0) return ['must be more than 0 characters'];
  return length > most ? [`must be less than ${most + 1} characters`] : [];
};

/** A picture by `slack_file` must have been processed, and be one that the app may show. */
const imageProblems = ({ workspace }: World, block: Json): string[] => {
  const alt = block['alt_text'];
  if (typeof alt !== 'string' || alt === '') return ['missing required field: alt_text'];
  if (alt.length > ALT_CHARACTERS) return ['alt_text is too long'];
  const named = block['slack_file'] as Json | undefined;
  if (named === undefined) return [];
  const file = workspace.files.get(String(named['id']));
  const ready = file !== undefined && !file.deleted && file.readyAt <= workspace.now();
  return ready ? [] : ['invalid slack file'];
};

/** Every text of the blocks together. */
const charactersOf = (blocks: readonly Json[]): number => {
  let sum = 0;
  const add = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(add);
    else if (typeof value === 'object' && value !== null)
      for (const [key, inner] of Object.entries(value)) {
        if (key === 'text' && typeof inner === 'string') sum += inner.length;
        else add(inner);
      }
  };
  add(blocks);
  return sum;
};

const lengthOf = (text: unknown): number => (typeof text === 'string' ? text.length : 0);
