import { describe, expect, test } from 'vitest';
import {
  createAccess,
  type AccessDecision,
  type AccessFacts,
  type AccessRules,
} from '../../src/core/access.ts';

const DEFAULTS: AccessRules = {
  workspaces: [],
  channels: [],
  people: [],
  directMessages: true,
  guests: false,
  outsiders: false,
  openPlatforms: ['web', 'cli'],
};

const SAID: AccessFacts = {
  platform: 'slack',
  workspace: 'T1',
  channel: 'C1',
  author: 'U1',
  standing: 'member',
  direct: false,
  addressed: true,
};
const IN_PRIVATE: Partial<AccessFacts> = { direct: true, channel: 'D1' };

type Case = readonly [
  who: string,
  said: Partial<AccessFacts>,
  rules: Partial<AccessRules>,
  decision: AccessDecision,
];

// oxfmt-ignore
const CASES: readonly Case[] = [
  ['a member', {}, {}, 'yes'],
  ['a moderator', { standing: 'moderator' }, {}, 'yes'],
  ['a member among people, whose film may become what a later mention is about', { addressed: false }, {}, 'yes'],
  ['a member in private', IN_PRIVATE, {}, 'yes'],

  ['a guest who speaks to the bot', { standing: 'guest' }, {}, 'refused'],
  ['a guest among people', { standing: 'guest', addressed: false }, {}, 'silent'],
  ['a guest with GUESTS=on', { standing: 'guest' }, { guests: true }, 'yes'],
  ['a guest where outsiders may ask', { standing: 'guest' }, { outsiders: true }, 'refused'],
  ['an outsider who speaks to the bot', { standing: 'outsider' }, {}, 'refused'],
  ['an outsider among people', { standing: 'outsider', addressed: false }, {}, 'silent'],
  ['an outsider where outsiders may ask', { standing: 'outsider' }, { outsiders: true }, 'yes'],
  ['an outsider with GUESTS=on alone', { standing: 'outsider' }, { guests: true }, 'refused'],

  ['a member in a listed channel', {}, { channels: ['C1', 'C2'] }, 'yes'],
  ['a member in another channel', { channel: 'C3' }, { channels: ['C1', 'C2'] }, 'refused'],
  ['a member among people in another channel', { channel: 'C3', addressed: false }, { channels: ['C1'] }, 'silent'],
  ['a member in private, whatever channels are listed', IN_PRIVATE, { channels: ['C1'] }, 'yes'],
  ['a member of a listed workspace', {}, { workspaces: ['T1'] }, 'yes'],
  ['a member of another workspace', { workspace: 'T2' }, { workspaces: ['T1'] }, 'refused'],
  ['a member of another workspace, in private', { ...IN_PRIVATE, workspace: 'T2' }, { workspaces: ['T1'] }, 'refused'],
  ['a person in private where there are no workspaces', { ...IN_PRIVATE, workspace: '' }, { workspaces: ['T1'] }, 'yes'],
  ['a listed person', {}, { people: ['U1'] }, 'yes'],
  ['somebody else', { author: 'U2' }, { people: ['U1'] }, 'refused'],
  ['a moderator who is not listed', { author: 'U2', standing: 'moderator' }, { people: ['U1'] }, 'refused'],
  ['somebody else in private', { ...IN_PRIVATE, author: 'U2' }, { people: ['U1'] }, 'refused'],
  ['a listed person who is a guest', { standing: 'guest' }, { people: ['U1'] }, 'refused'],
  ['a listed person in another channel', { channel: 'C3' }, { people: ['U1'], channels: ['C1'] }, 'refused'],

  ['a member in private with DIRECT_MESSAGES=off', IN_PRIVATE, { directMessages: false }, 'refused'],
  ['a member in a channel with DIRECT_MESSAGES=off', {}, { directMessages: false }, 'yes'],
  ['a member in private, not told to be spoken to', { ...IN_PRIVATE, addressed: false }, { directMessages: false }, 'refused'],

  ['a visitor of the page, which has a door of its own', { platform: 'web', workspace: '', channel: 'x', author: 'x' }, { channels: ['C1'], people: ['U1'], workspaces: ['T1'] }, 'yes'],
];

describe('who may ask', () => {
  test.each(CASES)('%s', (_who, said, rules, decision) => {
    expect(createAccess({ ...DEFAULTS, ...rules }).mayAsk({ ...SAID, ...said })).toBe(decision);
  });
});
