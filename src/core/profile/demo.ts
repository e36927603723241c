import { FRONTAL_ANATOMY } from './anatomy.ts';
import type { Profile } from './profile.ts';

/**
 * The demo checkpoint: what `training/demo/dialog.py` taught it. Its words are those of that file; further synonyms
 * only help to understand people.
 */
export const DEMO_PROFILE: Profile = {
  name: 'demo',
  findings: [
    {
      name: 'cardiomegaly',
      synonyms: [
        'enlarged heart',
        'heart enlargement',
        'enlargement of the heart',
        'enlarged cardiac silhouette',
        'heart * enlarged',
        'heart is * enlarged',
        'heart size * enlarged',
        'heart size is * enlarged',
        'cardiac silhouette * enlarged',
        'cardiac silhouette is * enlarged',
      ],
      countable: false,
    },
    {
      name: 'pleural effusion',
      synonyms: ['effusion', 'pleural fluid', 'fluid'],
      countable: true,
    },
    {
      name: 'consolidation',
      synonyms: ['opacity', 'lung opacity', 'airspace opacity', 'pneumonia', 'infiltrate'],
      countable: false,
    },
    { name: 'nodule', synonyms: ['lung nodule', 'pulmonary nodule'], countable: true },
    {
      name: 'mass',
      synonyms: ['lung mass', 'lung lesion', 'lesion', 'tumor', 'tumour'],
      countable: true,
    },
    { name: 'pneumothorax', synonyms: ['ptx', 'collapsed lung'], countable: true },
    { name: 'atelectasis', synonyms: ['linear atelectasis', 'atelectases'], countable: false },
    {
      name: 'pulmonary edema',
      synonyms: [
        'edema',
        'oedema',
        'pulmonary oedema',
        'vascular congestion',
        'pulmonary congestion',
      ],
      countable: false,
    },
    { name: 'pacemaker', synonyms: ['cardiac device', 'pacer'], countable: true },
    {
      name: 'endotracheal tube',
      synonyms: ['et tube', 'ett', 'breathing tube'],
      countable: true,
    },
    {
      name: 'central venous catheter',
      synonyms: ['central line', 'central venous line', 'cvc', 'picc line', 'picc'],
      countable: true,
    },
    { name: 'chest tube', synonyms: ['chest drain', 'thoracostomy tube'], countable: true },
  ],
  anatomy: FRONTAL_ANATOMY,
  untaught: [
    'tube-positions',
    'measurements',
    'change',
    'laterals',
    'children',
    'other-languages',
    'advice',
  ],
  tasks: {
    report: 'Provide a radiology report for this Chest X-Ray.',
    classify: 'Are there any abnormalities on this Chest X-ray?',
    detect: 'Please identify any abnormalities on this X-ray and specify their locations.',
  },
  locate: (what) => `Where is the ${what} located in this Chest X-ray?`,
  isThere: (what) => `Is there ${what}?`,
  boxScale: 1,
  sides: 'patient',
  // Its longest taught answer is a report of about 110 tokens; evaluate.py allows 160.
  maxTokens: 240,
};
