import { describe, expect, test } from 'vitest';
import { DEMO_PROFILE } from '../../../src/core/profile/demo.ts';
import { createLexicon } from '../../../src/core/profile/lexicon.ts';
import { recognise, taughtName, type Recognised } from '../../../src/core/read/recognise.ts';

const inShort = (found: Recognised): string => {
  switch (found.kind) {
    case 'task':
      return `task ${found.task}`;
    case 'locate':
      return `locate ${found.what}`;
    case 'other-side':
      return `other side ${found.side ?? ''}`.trim();
    case 'locate-it':
    case 'presence':
    case 'other':
      return found.kind;
  }
};

/** The user's words, and what they ask for. */
const WORDS: readonly (readonly [string, string])[] = [
  ['wet read', 'task wet-read'],
  ['Wet read please!', 'task wet-read'],
  ['a wet-read', 'task wet-read'],
  ['Read this film.', 'task wet-read'],
  ['report', 'task report'],
  ['Please write a report', 'task report'],
  ['Draft a report.', 'task report'],
  ['What is abnormal?', 'task classify'],
  ['anything wrong?', 'task classify'],
  ['abnormalities?', 'task classify'],
  ['Is this normal?', 'task classify'],
  ['detect', 'task detect'],
  ['locate all', 'task detect'],
  ['Mark everything abnormal.', 'task detect'],
  ['Show me all abnormalities', 'task detect'],
  ['What would a report need?', 'presence'],
  // Where something is
  ['Where is the pleural effusion?', 'locate pleural effusion'],
  ['where is effusion', 'locate effusion'],
  ["Where's the nodule?", 'locate nodule'],
  ['Where exactly is the nodule?', 'locate nodule'],
  [
    'Where is the right pleural effusion located in this Chest X-ray?',
    'locate right pleural effusion',
  ],
  ['Where are the nodules on this film?', 'locate nodules'],
  ['Where do you see a pneumothorax?', 'locate pneumothorax'],
  ['hey, where is the heart?', 'locate heart'],
  ['locate the ETT', 'locate ett'],
  ['Show me the heart', 'locate heart'],
  ['Show me where the nodule is', 'locate nodule'],
  ['Can you highlight the left lung on this image?', 'locate left lung'],
  ['Could you please point to the mass?', 'locate mass'],
  ['Point out the aortic arch.', 'locate aortic arch'],
  ['Mark the trachea', 'locate trachea'],
  ['draw a box around the consolidation', 'locate consolidation'],
  [
    'Find the region corresponding to: nodule in the right upper lung zone',
    'locate nodule in the right upper lung zone',
  ],
  ['Please locate the following sentence: small left effusion', 'locate small left effusion'],
  ['Is there an effusion, and where?', 'locate effusion'],
  ['Is there a nodule and if so where is it?', 'locate nodule'],
  ['Which side is the effusion on?', 'locate effusion'],
  ['Which lobe is the nodule in?', 'locate nodule'],
  // It
  ['Where is it?', 'locate-it'],
  ['where?', 'locate-it'],
  ['Where', 'locate-it'],
  ['Show me.', 'locate-it'],
  ['show it', 'locate-it'],
  ['Can you point to it?', 'locate-it'],
  ['Highlight it.', 'locate-it'],
  ['Mark it on the image.', 'locate-it'],
  ['Where exactly?', 'locate-it'],
  ['and where is that?', 'locate-it'],
  ['Where are they?', 'locate-it'],
  // The other side
  ['And on the left?', 'other side left'],
  ['and the right one?', 'other side right'],
  ['What about the left side?', 'other side left'],
  ['And on the other side?', 'other side'],
  ['and the other one?', 'other side'],
  // Yes or no
  ['Is there a pleural effusion?', 'presence'],
  ['Do you see a nodule?', 'presence'],
  ['Any pneumothorax?', 'presence'],
  ['is the heart enlarged', 'presence'],
  ['pneumothorax?', 'presence'],
  // Many things, or none
  ['Are there any foreign objects on this Chest X-ray and where?', 'other'],
  ['Where are the abnormalities?', 'other'],
  ['Show me everything', 'task detect'],
  ['Show me your report', 'other'],
  ['Show me the image', 'other'],
  ['Can you find anything wrong?', 'other'],
  ['Find out what is wrong', 'other'],
  ['What part of the lung is affected?', 'other'],
  ['Where is the effusion and how big is it?', 'locate effusion and how big is it'],
  ['Tell me about the lungs.', 'other'],
  ['thanks', 'other'],
  ['', 'other'],
];

describe('what free words ask for', () => {
  test.each(WORDS)('%j: %s', (words, what) => {
    expect(inShort(recognise(words))).toBe(what);
  });
});

test.each([
  ['left base', 'left lower lung zone'],
  ['right collarbone', 'right clavicle'],
  ['windpipe', 'trachea'],
  ['left lower lung zone', 'left lower lung zone'],
  // Not of one structure alone
  ['enlarged heart', 'enlarged heart'],
  ['consolidation in the left base', 'consolidation in the left base'],
  ['heart and trachea', 'heart and trachea'],
  ['tip of the nose', 'tip of the nose'],
])('%j is known to the model as %j', (words, name) => {
  expect(taughtName(words, createLexicon(DEMO_PROFILE))).toBe(name);
});
