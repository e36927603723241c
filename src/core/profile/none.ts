import type { Profile } from './profile.ts';

/** A model that nobody has described: asked in plain words, nothing is known to be outside, and no box is drawn. */
export const NO_PROFILE: Profile = {
  name: 'none',
  findings: [],
  anatomy: [],
  untaught: [],
  tasks: {
    report: 'Write a radiology report for this chest X-ray.',
    classify: 'Are there any abnormalities on this chest X-ray?',
    detect: 'Which abnormalities are on this chest X-ray, and where?',
  },
  locate: (what) => `Where is the ${what} on this chest X-ray?`,
  isThere: (what) => `Is there ${what}?`,
  boxScale: null,
  sides: 'patient',
  maxTokens: 1500,
};
