import type { types } from '@slack/bolt';
import { HELP } from '../../core/conversation/command.ts';

export type ModelName = { readonly name: string; readonly demo: boolean };

const WHAT_IT_IS = [
  'Wetread gives a wet read: a quick preliminary reading of a frontal chest film.',
  'Post a film in a channel it was invited to and mention it, or send one here under Messages. It answers in words and draws on the film what it means.',
].join(' ');

const WHAT_IT_IS_NOT = [
  'It is no radiologist and no medical device: every answer is preliminary, made by software, and not for clinical use.',
  'It reads no laterals, compares no priors, and can be wrong about findings and sides.',
  'It masks text in a picture that it finds, and may miss some: send films without names. What you type is not masked.',
].join(' ');

const DEMO =
  'It runs with its demonstration model now, whose findings on real films are not to be believed.';

const SAMPLE = [
  'You: @Wetread (a film) anything on the left?',
  'Wetread: There is a pleural effusion at the left base (1). — and the film, with box 1 on it',
  'You: zoom on box 1',
  'Wetread: the left base, magnified',
].join('\n');

/** The Home tab: what it is, what it is not, and a sample. */
export const homeView = ({ name, demo }: ModelName): types.HomeView => ({
  type: 'home',
  blocks: [
    header('What it is'),
    section(WHAT_IT_IS),
    header('What it is not'),
    section(WHAT_IT_IS_NOT),
    ...(demo ? [section(DEMO)] : []),
    header('A sample'),
    section(SAMPLE),
    header('What you can say'),
    section(HELP),
    { type: 'context', elements: [plain(`Model: ${name}`)] },
  ],
});

/** What the Messages tab offers to begin with; Slack shows four at most. */
export const SUGGESTED_PROMPTS = [
  { title: 'What can you do?', message: 'help' },
  { title: 'Read the film that I send', message: 'Give a wet read of the film that I send next.' },
] as const;

const plain = (text: string): types.PlainTextElement => ({
  type: 'plain_text',
  text,
  emoji: false,
});
const header = (text: string): types.HeaderBlock => ({ type: 'header', text: plain(text) });
const section = (text: string): types.SectionBlock => ({ type: 'section', text: plain(text) });
