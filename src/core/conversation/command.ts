/** What the bot does itself, in place of asking the model. */
export type Command = 'help' | 'forget' | 'stop';

const COMMANDS: readonly (readonly [RegExp, Command])[] = [
  [/^(?:help|\?+|help me|what can you do|how does this work|commands)$/, 'help'],
  [
    /^(?:forget|delete|remove)(?: (?:it|this|this film|the film|everything|all|this thread|this conversation))?$/,
    'forget',
  ],
  [/^(?:stop|cancel|abort|enough)$/, 'stop'],
];

/** The command that a message is, if it is nothing else: a question that holds the word is a question. */
export const commandIn = (text: string): Command | undefined => {
  const words = text
    .trim()
    .toLowerCase()
    .replace(/^\/|[\s.!?]+$/g, '')
    .replace(/^please\s+|[\s,]+please$/g, '');
  const bare = words === '' && /^\s*\?+\s*$/.test(text) ? '?' : words;
  return COMMANDS.find(([pattern]) => pattern.test(bare))?.[1];
};

export const HELP = [
  'Send a frontal chest film, with a question or without; without one you get a wet read.',
  'Then ask in your own words: "Is there an effusion?", "Where is it?", "Where is the right lung?".',
  'Or name a task: "wet read", "report", "abnormalities", "locate all".',
  '"stop" ends an answer; "forget" removes the film and this conversation.',
].join('\n');
