import { CODE, Refusal, type Route } from '../route.ts';
import { bits, type Json } from '../world.ts';

const CONTENT_FLAG = 1 << 19;
/** Commands that are written, and menus of messages. */
const MOST = { 1: 100, 3: 15 } as const;

/** The commands that the application has registered, by name and kind. */
export class Commands {
  registered: readonly Json[] = [];
  writes = 0;
}

export const applicationRoutes = (commands: Commands): readonly Route[] => [
  {
    call: 'GET /applications/@me',
    answer: (_request, { world, behaviour }) => ({
      id: world.application,
      name: 'Wetread',
      description: '',
      icon: null,
      flags: behaviour.contentIntent ? CONTENT_FLAG : 0,
      bot: { id: world.bot },
    }),
  },
  {
    call: 'GET /users/@me',
    answer: (_request, { world, wire }) => wire.user(world.bot),
  },
  {
    call: 'GET /guilds/:guild/members/:user',
    answer: ({ ids }, { wire }) => ({
      ...wire.member(ids['user'] ?? ''),
      user: wire.user(ids['user'] ?? ''),
    }),
  },
  {
    call: 'GET /users/@me/guilds',
    answer: (_request, { world }) => [
      { id: world.guild, name: 'Teaching', owner: false, permissions: bits(world.granted) },
    ],
  },
  {
    call: 'GET /gateway/bot',
    answer: (_request, { url }) => ({
      url: url.replace('http', 'ws'),
      shards: 1,
      session_start_limit: { total: 1_000, remaining: 999, reset_after: 1, max_concurrency: 1 },
    }),
  },
  {
    call: 'GET /applications/:application/commands',
    answer: () => commands.registered,
  },
  {
    call: 'PUT /applications/:application/commands',
    answer: ({ body }, { world }) => {
      const all = body as unknown as Json[];
      for (const [type, most] of Object.entries(MOST))
        if (all.filter((one) => Number(one['type'] ?? 1) === Number(type)).length > most)
          throw new Refusal(400, CODE.invalidForm);
      commands.writes += 1;
      commands.registered = all.map((one) => {
        const before = commands.registered.find(
          ({ name, type }) => name === one['name'] && type === (one['type'] ?? 1),
        );
        return {
          ...one,
          type: one['type'] ?? 1,
          id: before?.['id'] ?? world.id(),
          version: world.id(),
        };
      });
      return commands.registered;
    },
  },
];
