import type { PlatformClient } from '../../test/support/platform-client.ts';
import type { Random } from '../../test/support/random.ts';

/** Ways to break an adapter on purpose, one for each thing that the checker is to find. */
export const SABOTAGES = ['double', 'lose', 'disorder'] as const;
export type Sabotage = (typeof SABOTAGES)[number];

/** How often it is done: some, so that a short run meets it, and most replies stay whole. */
const OFTEN = 0.1;

/** A platform that the adapter meets through a fault of its own. */
export const sabotaged = (
  platform: PlatformClient,
  sabotage: Sabotage | undefined,
  random: Random,
): PlatformClient => {
  switch (sabotage) {
    case undefined:
      return platform;
    case 'double':
      return {
        ...platform,
        post: async (post) => {
          if (random.chance(OFTEN)) await platform.post(post);
          return platform.post(post);
        },
      };
    case 'lose':
      return {
        ...platform,
        edit: async (id, text) => random.chance(OFTEN) || platform.edit(id, text),
      };
    case 'disorder': {
      // Edits that come late, when the next reply has begun.
      const late: (() => void)[] = [];
      return {
        ...platform,
        post: async (post) => {
          const posted = await platform.post(post);
          for (const edit of late.splice(0)) edit();
          return posted;
        },
        edit: async (id, text) => {
          if (!random.chance(OFTEN)) return platform.edit(id, text);
          late.push(() => void platform.edit(id, text));
          return true;
        },
      };
    }
  }
};
