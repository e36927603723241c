import { readFile } from 'node:fs/promises';
import { createChestGate } from '../../../src/core/gate/chest-gate.ts';
import { readGateWeights } from '../../../src/core/gate/weights.ts';
import { createIntake } from '../../../src/core/intake/intake.ts';
import type { TextPolicy } from '../../../src/core/intake/privacy-gate.ts';
import type { FoundText, TextGate } from '../../../src/core/text-gate/text-gate.ts';
import type { ShownMessage } from '../../support/discord/shown.ts';
import { openStage, type Stage, type StageOptions } from './stage.ts';

export const FILM = await readFile('assets/films/nih-00000001_000-pa.png');
const gate = createChestGate(await readGateWeights());
const NAME: FoundText = { kind: 'patient-data', box: { x1: 20, y1: 10, x2: 120, y2: 30 } };
export const FINDS_A_NAME: TextGate = { find: async () => [NAME], close: async () => undefined };

export const intakeWith = (textGate: TextGate, textPolicy: TextPolicy = 'mask') =>
  createIntake({ gate, textGate, textPolicy });

export const SHOW = 'Show it to me';
export const CONFIRM = 'Nothing is left, read it';

export type Asked = {
  readonly stage: Stage;
  readonly channel: string;
  readonly by: string;
  readonly other: string;
  /** The post with the film. */
  readonly message: string;
};

/** A resident asks about a film with a name on it, in a channel. */
export const askAboutNamed = async ({
  bytes = FILM,
  prepare = () => undefined,
  ...options
}: Omit<StageOptions, 'settings'> & {
  readonly bytes?: Uint8Array;
  readonly prepare?: (stage: Stage) => void | Promise<void>;
} = {}): Promise<Asked> => {
  const stage = await openStage({ intake: intakeWith(FINDS_A_NAME), ...options });
  const { discord } = stage;
  const channel = discord.channel('chest');
  const [by, other] = [discord.user('resident'), discord.user('fellow')];
  await prepare(stage);
  const text = `${discord.mention} How is the heart?`;
  const films = [{ bytes, name: 'okonkwo.png' }];
  return { stage, channel, by, other, message: discord.post({ by, channel, text, films }) };
};

/** What everybody sees of it. */
export const publicPart = async ({ stage, message }: Asked): Promise<ShownMessage> => {
  const thread = await stage.caseOf(message);
  const [reply] = stage.discord.replies(thread);
  if (reply === undefined) throw new Error('there is a reply');
  return reply;
};

/** Whoever asked presses "Show it to me", and sees the question. */
export const showMe = async (asked: Asked, part: ShownMessage): Promise<ShownMessage> => {
  const { stage, by } = asked;
  const { discord } = stage;
  const where = discord.world.messages.get(part.id)?.channel ?? '';
  const before = alone(asked, where).length;
  discord.press(by, part.id, SHOW);
  return discord.until('the question', () => alone(asked, where)[before]);
};

/** What whoever asked sees and nobody else does. */
const alone = ({ stage: { discord }, by, other }: Asked, where: string) => {
  const all = new Set(discord.messages(where, other).map(({ id }) => id));
  return discord.messages(where, by).filter(({ id }) => !all.has(id));
};
