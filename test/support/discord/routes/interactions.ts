import { CODE, messageOf, Refusal, type Context, type Request, type Route } from '../route.ts';
import { FLAGS, type Interaction, type Message } from '../world.ts';
import { attach, edit, pingsOf, postAs, trimmed } from './messages.ts';
import { checkMessage } from '../check-message.ts';

/** An interaction is answered within three seconds; its token is good for fifteen minutes. */
const ANSWER_MS = 3_000;
const TOKEN_MS = 15 * 60_000;

const TYPE = { message: 4, deferMessage: 5, deferUpdate: 6, update: 7, modal: 9 };

export const INTERACTION_ROUTES: readonly Route[] = [
  {
    call: 'POST /interactions/:interaction/:token/callback',
    anonymous: true,
    answer: ({ ids, body, query, files }, context) => {
      const { world, wire } = context;
      const interaction = world.interactions.get(ids['interaction'] ?? '');
      const isLate = interaction === undefined || world.now() > interaction.createdAt + ANSWER_MS;
      if (isLate || interaction.token !== ids['token'])
        throw new Refusal(404, CODE.unknownInteraction);
      if (interaction.answered) throw new Refusal(400, CODE.acknowledged);
      interaction.answered = true;
      const data = (body['data'] ?? {}) as Request['body'];
      const message = answerWith(interaction, Number(body['type']), { data, files }, context);
      world.changed();
      if (query.get('with_response') !== 'true') return undefined;
      const resource = {
        type: body['type'],
        message: message && wire.message(message, { content: true }),
      };
      return { interaction: { id: interaction.id, type: 2 }, resource };
    },
  },
  {
    call: 'GET /webhooks/:application/:token/messages/@original',
    anonymous: true,
    answer: (request, context) => {
      const message = messageOf(context, withToken(request, context).original);
      return context.wire.message(message, { content: true });
    },
  },
  {
    call: 'PATCH /webhooks/:application/:token/messages/@original',
    anonymous: true,
    answer: (request, context) => {
      const message = messageOf(context, withToken(request, context).original);
      // What was deferred is there now.
      message.flags &= ~FLAGS.loading;
      edit(message, { ...request, body: { ...request.body, flags: message.flags } }, context);
      return context.wire.message(message, { content: true });
    },
  },
  {
    call: 'DELETE /webhooks/:application/:token/messages/@original',
    anonymous: true,
    answer: (request, context) => {
      const message = messageOf(context, withToken(request, context).original);
      message.deleted = true;
      context.tell.deleted(message);
    },
  },
  {
    call: 'POST /webhooks/:application/:token',
    anonymous: true,
    answer: ({ body, files, ...request }, context) => {
      const interaction = withToken(request, context);
      const message = say(interaction, { data: body, files }, context);
      return context.wire.message(message, { content: true });
    },
  },
];

const withToken = ({ ids }: Pick<Request, 'ids'>, { world }: Context): Interaction => {
  const interaction = [...world.interactions.values()].find(({ token }) => token === ids['token']);
  if (interaction === undefined) throw new Refusal(404, CODE.unknownWebhook);
  if (world.now() > interaction.createdAt + TOKEN_MS) throw new Refusal(401, CODE.invalidToken);
  return interaction;
};

type Data = { readonly data: Request['body']; readonly files: Request['files'] };

const answerWith = (
  interaction: Interaction,
  type: number,
  { data, files }: Data,
  context: Context,
): Message | undefined => {
  switch (type) {
    case TYPE.modal:
      interaction.modal = data;
      return undefined;
    case TYPE.deferUpdate:
      interaction.original = interaction.on;
      return undefined;
    case TYPE.update: {
      interaction.original = interaction.on;
      const message = messageOf(context, interaction.on);
      edit(message, { ids: {}, query: new URLSearchParams(), body: data, files }, context);
      return message;
    }
    case TYPE.message:
    case TYPE.deferMessage: {
      const flags = Number(data['flags'] ?? 0) | (type === TYPE.deferMessage ? FLAGS.loading : 0);
      const message = say(interaction, { data: { ...data, flags }, files }, context);
      interaction.original = message.id;
      return message;
    }
    default:
      throw new Refusal(400, CODE.invalidForm);
  }
};

const say = (interaction: Interaction, { data, files }: Data, context: Context): Message => {
  const flags = Number(data['flags'] ?? 0);
  const isLoading = (flags & FLAGS.loading) !== 0;
  const content = trimmed(data['content']);
  checkMessage({ body: data, files }, context.behaviour);
  if (!isLoading && content === '' && files.length === 0) throw new Refusal(400, CODE.empty);
  const isAlone = (flags & FLAGS.ephemeral) !== 0;
  return postAs(
    context,
    {
      channel: interaction.channel,
      author: context.world.bot,
      type: 20,
      content,
      components: (data['components'] ?? []) as Message['components'],
      attachments: attach(context, interaction.channel, { body: data, files }),
      flags,
      pings: pingsOf(content, data['allowed_mentions']),
      interaction: interaction.id,
      onlyFor: isAlone ? interaction.user : undefined,
    },
    !isAlone,
  );
};
