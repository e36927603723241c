import { describe, expect, test } from 'vitest';
import { DEMO_PROFILE } from '../../../src/core/profile/demo.ts';
import { NO_PROFILE } from '../../../src/core/profile/none.ts';
import { mentionOf } from '../../../src/core/profile/profile.ts';
import { RADVLM_PROFILE } from '../../../src/core/profile/radvlm.ts';
import { untaughtTopic } from '../../../src/core/read/untaught.ts';

/** Question, and the topic that RadVLM was not taught; undefined: it was. */
const QUESTIONS: readonly (readonly [string, string | undefined])[] = [
  ['Is the ETT in good position?', 'tube-positions'],
  ['Is the endotracheal tube too low?', 'tube-positions'],
  ['Where is the tip of the central line?', 'tube-positions'],
  ['Is the NG tube correctly placed?', 'tube-positions'],
  ['Should the tube be pulled back? Pull the tube?', 'tube-positions'],
  ['Where is the endotracheal tube?', 'device-places'],
  ['Show me the pacemaker', 'device-places'],
  ['Any lines or tubes, and where?', 'device-places'],
  ['Are there support devices?', undefined],
  ['How many cm is the effusion?', 'measurements'],
  ['What is the cardiothoracic ratio?', 'measurements'],
  ['Measure the nodule', 'measurements'],
  ['What is the diameter of the mass?', 'measurements'],
  ['How big is it?', undefined],
  ['How severe is the effusion?', undefined],
  ['Has it changed since yesterday?', 'change'],
  ['Compared with the prior film, is it worse?', 'change'],
  ['Is the effusion getting better?', 'change'],
  ['Is it new?', 'change'],
  ['Has the effusion improved?', 'change'],
  ['What does the lateral view show?', 'laterals'],
  ['Are there bilateral effusions?', undefined],
  ['Is there a lateral rib fracture?', undefined],
  ['Is this normal for a 3 year old?', 'children'],
  ['Does the baby have pneumonia?', 'children'],
  ['He has smoked for 5 years, is there emphysema?', undefined],
  ['Is there a 2 mm nodule in this 12 year old?', 'measurements'],
  ['Findings in a 12 y/o', 'children'],
  ['The patient is 65 years old, is the heart enlarged?', undefined],
  ['Wo ist der Erguss?', 'other-languages'],
  ['Gibt es einen Pneumothorax?', 'other-languages'],
  ['¿Hay derrame pleural?', 'other-languages'],
  ['Où est le nodule dans le poumon droit ?', 'other-languages'],
  ['C’è versamento nella radiografia? Dove è il cuore?', 'other-languages'],
  ['胸水はありますか', 'other-languages'],
  ['Где сердце?', 'other-languages'],
  ['What is the treatment?', 'advice'],
  ['Which antibiotic should I give?', 'advice'],
  ['Do I need a CT?', 'advice'],
  ['Is it cancer?', 'advice'],
  ['What is the prognosis?', 'advice'],
  ['What should we do next?', 'advice'],
  ['What is the diagnosis?', 'advice'],
  ['Does he need surgery?', 'advice'],
  ['Any sign of surgery?', undefined],
  ['Where is the right lung?', undefined],
  ['Pneumothorax?', undefined],
  ['Is this PA or AP?', undefined],
  ['Describe the lungs.', undefined],
  ['Is the heart enlarged?', undefined],
  ['And on the left?', undefined],
];

describe('a question to RadVLM', () => {
  test.each(QUESTIONS)('%j is about %s', (question, topic) => {
    expect(untaughtTopic(question, RADVLM_PROFILE)).toBe(topic);
  });
});

describe.each([DEMO_PROFILE, RADVLM_PROFILE])('the findings of the $name profile', (profile) => {
  const wordings = profile.findings.flatMap((term) =>
    [term.name, ...term.synonyms]
      .filter((words) => !words.includes('*'))
      .map((words) => ({ term, words })),
  );

  test('are never outside what it was taught', () => {
    const questions = wordings.flatMap(({ term, words }) => [
      profile.isThere(mentionOf({ ...term, name: words })),
      ...(words.includes('device') ? [] : [profile.locate(words)]),
      `Where is the ${words}?`.replace(/^Where(.*device.*)/, 'Is$1'),
      `Any ${words}?`,
    ]);
    expect(questions.filter((question) => untaughtTopic(question, profile) !== undefined)).toEqual(
      [],
    );
  });

  test('its own wordings are inside', () => {
    const questions = [
      ...Object.values(profile.tasks),
      ...profile.anatomy.map(({ name }) => profile.locate(name)),
    ];
    expect(questions.filter((question) => untaughtTopic(question, profile) !== undefined)).toEqual(
      [],
    );
  });
});

test('of a model without a profile nothing is known to be outside', () => {
  expect(untaughtTopic('What is the treatment?', NO_PROFILE)).toBeUndefined();
});
