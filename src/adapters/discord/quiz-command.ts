import {
  ApplicationCommandOptionType,
  ApplicationCommandType,
  type RESTPostAPIChatInputApplicationCommandsJSONBody,
} from 'discord.js';

/** `/quiz`: makes a teaching case of a film. */
export const QUIZ_COMMAND: RESTPostAPIChatInputApplicationCommandsJSONBody = {
  name: 'quiz',
  description:
    'Make a teaching case of a film: its reading stays hidden until the learners have tried',
  type: ApplicationCommandType.ChatInput,
  options: [
    {
      type: ApplicationCommandOptionType.Attachment,
      name: 'film',
      description: 'A frontal chest film. Without it: the film of this thread.',
      required: false,
    },
    {
      type: ApplicationCommandOptionType.Integer,
      name: 'minutes',
      description: 'When it is revealed at the latest. Without it: in a day.',
      min_value: 1,
      max_value: 10_080,
      required: false,
    },
  ],
};
