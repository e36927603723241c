import {
  ComponentType,
  TextInputStyle,
  type APIModalInteractionResponseCallbackData,
  type APIModalSubmission,
} from 'discord.js';
import type { CaseAnswer, Zone } from '../../core/teaching-case.ts';
import { customId } from './actions.ts';
import { QUIZ, type CasePost } from './quiz-rows.ts';

const WORDS = 'words';
const SIDE = 'side';
const ZONE = 'zone';
const KEY = 'key';
/** Characters: an answer is a few sentences, and a key a line a finding. */
const LONGEST_ANSWER = 1_000;
const LONGEST_KEY = 3_000;

type Modal = APIModalInteractionResponseCallbackData;
type Label = Extract<Modal['components'][number], { type: ComponentType.Label }>;

export const wordsModal = ({ turn, part }: CasePost): Modal => ({
  custom_id: customId(QUIZ.words, turn, part),
  title: 'What do you see?',
  components: [
    {
      type: ComponentType.Label,
      label: 'In your own words',
      description: 'Findings with their sides: "small left effusion, no pneumothorax".',
      component: {
        type: ComponentType.TextInput,
        custom_id: WORDS,
        style: TextInputStyle.Paragraph,
        required: true,
        max_length: LONGEST_ANSWER,
      },
    },
  ],
});

export const regionModal = ({ turn, part }: CasePost): Modal => ({
  custom_id: customId(QUIZ.region, turn, part),
  title: 'Where is it?',
  components: [
    choiceOf(SIDE, "Which side? The patient's, not the picture's.", {
      right: 'Right',
      left: 'Left',
      both: 'Both',
    }),
    choiceOf(ZONE, 'Which zone of the lungs?', {
      upper: 'Upper',
      middle: 'Middle',
      lower: 'Lower',
    }),
  ],
});

const choiceOf = (id: string, label: string, options: Readonly<Record<string, string>>): Label => ({
  type: ComponentType.Label,
  label,
  component: {
    type: ComponentType.StringSelect,
    custom_id: id,
    options: Object.entries(options).map(([value, text]) => ({ label: text, value })),
  },
});

/** `text`: the key as it stands. */
export const keyModal = ({ turn, part }: CasePost, text: string): Modal => ({
  custom_id: customId(QUIZ.correct, turn, part),
  title: 'The key',
  components: [
    {
      type: ComponentType.Label,
      label: 'One finding a line; "normal" for none',
      description: 'name: left top right bottom (0 to 1), or name: C1 D1 (cells), or a name alone',
      component: {
        type: ComponentType.TextInput,
        custom_id: KEY,
        style: TextInputStyle.Paragraph,
        required: true,
        max_length: LONGEST_KEY,
        ...(text === '' || text.length > LONGEST_KEY ? {} : { value: text }),
      },
    },
  ],
});

export const readWords = (data: APIModalSubmission): string => fieldIn(data, WORDS);

export const readKeyText = (data: APIModalSubmission): string => fieldIn(data, KEY);

/** undefined: what was sent is none. */
export const readRegion = (data: APIModalSubmission): CaseAnswer | undefined => {
  const side = fieldIn(data, SIDE);
  const zone = fieldIn(data, ZONE);
  if (side !== 'right' && side !== 'left' && side !== 'both') return undefined;
  return isZone(zone) ? { kind: 'region', side, zone } : undefined;
};

const isZone = (text: string): text is Zone => ['upper', 'middle', 'lower'].includes(text);

/** What was typed, or the one option that was chosen; '' for none. */
const fieldIn = ({ components }: APIModalSubmission, id: string): string => {
  for (const label of components) {
    if (label.type !== ComponentType.Label || label.component.custom_id !== id) continue;
    const { component } = label;
    if ('value' in component) return String(component.value).trim();
    if ('values' in component) return component.values[0] ?? '';
  }
  return '';
};
