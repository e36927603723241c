import { DEMO_PROFILE } from './demo.ts';
import { NO_PROFILE } from './none.ts';
import type { Profile } from './profile.ts';
import { RADVLM_PROFILE } from './radvlm.ts';

/** MODEL_PROFILE: a name, or `auto`, which goes by what the model says of itself. */
export const chooseProfile = (
  setting: 'auto' | Profile['name'],
  /** Every name that it goes by: an operator may call it something else. */
  model: { readonly names: readonly string[]; readonly demo: boolean },
): Profile => {
  switch (setting) {
    case 'demo':
      return DEMO_PROFILE;
    case 'radvlm':
      return RADVLM_PROFILE;
    case 'none':
      return NO_PROFILE;
    case 'auto':
      if (model.demo) return DEMO_PROFILE;
      return model.names.some((name) => /radvlm/i.test(name)) ? RADVLM_PROFILE : NO_PROFILE;
  }
};
