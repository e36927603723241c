import { FRONTAL_ANATOMY, FURTHER_ANATOMY } from './anatomy.ts';
import type { Profile } from './profile.ts';

/**
 * RadVLM (arXiv 2502.03333): reports, classification and conversation from MIMIC-CXR and CheXpert, places from Chest
 * ImaGenome, VinDr-CXR, MS-CXR and PadChest-GR. Frontal films of adults, in English, without earlier studies. Its
 * question for foreign objects was written but never trained, so where devices are counts as untaught; that there
 * are some ("support devices") was a class.
 *
 * One plain wording a task; its template lists are under a non-commercial licence and are not copied.
 */
export const RADVLM_PROFILE: Profile = {
  name: 'radvlm',
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
      name: 'enlarged cardiomediastinum',
      synonyms: ['widened mediastinum', 'mediastinal widening', 'mediastinum is * widened'],
      countable: true,
    },
    { name: 'pleural effusion', synonyms: ['effusion', 'pleural fluid'], countable: true },
    { name: 'pleural thickening', synonyms: ['thickened pleura'], countable: false },
    { name: 'pneumothorax', synonyms: ['ptx', 'collapsed lung'], countable: true },
    {
      name: 'consolidation',
      synonyms: ['airspace disease', 'air-space disease'],
      countable: false,
    },
    { name: 'pneumonia', synonyms: ['pneumonic infiltrate'], countable: false },
    { name: 'infiltration', synonyms: ['infiltrate'], countable: false },
    {
      name: 'lung opacity',
      synonyms: ['opacity', 'opacification', 'airspace opacity', 'pulmonary opacity'],
      countable: true,
    },
    { name: 'atelectasis', synonyms: ['atelectases', 'collapse'], countable: false },
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
    { name: 'nodule', synonyms: ['lung nodule', 'pulmonary nodule'], countable: true },
    { name: 'mass', synonyms: ['lung mass', 'pulmonary mass', 'tumor', 'tumour'], countable: true },
    { name: 'lung lesion', synonyms: ['lesion', 'pulmonary lesion'], countable: true },
    { name: 'lung cavity', synonyms: ['cavity', 'cavitation'], countable: true },
    { name: 'lung cyst', synonyms: ['cyst'], countable: true },
    { name: 'calcification', synonyms: ['calcified granuloma', 'granuloma'], countable: true },
    { name: 'emphysema', synonyms: ['hyperinflation'], countable: false },
    { name: 'pulmonary fibrosis', synonyms: ['fibrosis'], countable: false },
    { name: 'interstitial lung disease', synonyms: ['ild'], countable: false },
    {
      name: 'aortic enlargement',
      synonyms: ['enlarged aorta', 'aortic dilatation'],
      countable: true,
    },
    {
      name: 'enlarged pulmonary artery',
      synonyms: ['pulmonary artery enlargement'],
      countable: true,
    },
    { name: 'mediastinal shift', synonyms: ['tracheal deviation'], countable: true },
    { name: 'rib fracture', synonyms: ['fractured rib', 'broken rib'], countable: true },
    { name: 'clavicle fracture', synonyms: ['clavicular fracture'], countable: true },
    { name: 'fracture', synonyms: [], countable: true },
    { name: 'support devices', synonyms: ['support device', 'medical device'], countable: false },
  ],
  anatomy: [...FRONTAL_ANATOMY, ...FURTHER_ANATOMY],
  untaught: [
    'tube-positions',
    'device-places',
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
    detect:
      'Please identify any lesions or abnormalities on this X-ray and specify their locations.',
  },
  locate: (what) => `Where is the ${what} located in this Chest X-ray?`,
  isThere: (what) => `Is there ${what}?`,
  boxScale: 1,
  sides: 'patient',
  // The authors' own limit (max_new_tokens in their inference function).
  maxTokens: 1500,
};
