/**
 * Every failure that a user or an operator can meet: code, sentence, kind, whether trying again may help, and what
 * the operator does. `docs/errors.md` is written from this table (`npm run docs`), and a test keeps them equal.
 */

/**
 * What a failure means to a caller; adapters map it (exit code, HTTP status).
 * usage: asked wrongly. refused: a picture or question that we will not answer as it is. model: the model or its
 * endpoint. setting: an operator's setting. stopped: by the user. internal: anything else.
 */
export type ErrorKind = 'usage' | 'refused' | 'model' | 'setting' | 'stopped' | 'internal';

type Row<Facts> = {
  readonly kind: ErrorKind;
  readonly retryable: boolean;
  /** What happened and what to do, for the user. Never quotes an exception. */
  readonly say: (facts: Facts) => string;
  readonly operator: string;
};

const row = <Facts = Record<never, never>>(
  kind: ErrorKind,
  retryable: boolean,
  say: (facts: Facts) => string,
  operator: string,
): Row<Facts> => ({ kind, retryable, say, operator });

const mebibytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`;

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;

// oxfmt-ignore
export const ERRORS = {
  // The film
  'file-missing': row('internal', false, () => 'There is no such file. Check where it is and try again.', 'Nothing.'),
  'file-unreadable': row('internal', false, () => 'This file cannot be read. Check its permissions, or that it is still there.', 'Nothing.'),
  'file-is-folder': row('internal', false, () => 'This is a folder. Give one picture of a film.', 'Nothing.'),
  'file-empty': row('refused', false, () => 'The file is empty. Send the film again.', 'Nothing.'),
  'file-too-large': row<{ limit: number }>('refused', false, ({ limit }) => `The file is larger than ${mebibytes(limit)}. Export the film as PNG or JPEG and send that.`, 'Nothing; the limit is fixed.'),
  'film-unavailable': row('internal', true, () => 'The film could not be fetched. Send it again.', 'Look at the platform connection if it happens often.'),
  'not-a-picture': row('refused', false, () => 'This is not a picture that Wetread can read. Send the film as DICOM, PNG, JPEG, HEIC, WebP, TIFF or AVIF.', 'Nothing.'),
  'picture-svg': row('refused', false, () => 'This is an SVG drawing, not a film. Send the film as PNG or JPEG.', 'Nothing.'),
  'dicom-modality': row<{ kind: string }>('refused', false, ({ kind }) => `This DICOM file is ${kind}. Wetread reads frontal chest radiographs only.`, 'Nothing.'),
  'dicom-no-picture': row('refused', false, () => 'There is no picture in this DICOM file. Send the file of the film itself.', 'Nothing.'),
  'dicom-frames': row('refused', false, () => 'This DICOM file holds several pictures. Export the frontal film alone and send that.', 'Nothing.'),
  'dicom-format': row<{ format: string }>('refused', false, ({ format }) => `This DICOM file is stored in a way that is not read (${format}). Export the film as PNG or JPEG and send that.`, 'Nothing; docs/dicom.md lists what is read.'),
  'film-lateral': row('refused', false, () => 'The file says that this is a lateral film. Wetread reads frontal ones (PA or AP) only; send that one.', 'Nothing.'),
  'zip-no-film': row('refused', false, () => 'There is no DICOM film in this zip file. Send the film itself.', 'Nothing.'),
  'zip-several': row('refused', false, () => 'There are several frontal films in this zip file. Send the one that is to be read.', 'Nothing.'),
  'zip-locked': row('refused', false, () => 'This zip file is locked with a password. Send it without one, or the film itself.', 'Nothing.'),
  'zip-damaged': row('refused', false, () => 'This zip file is damaged or cut short. Make or send it again.', 'Nothing.'),
  'zip-too-large': row('refused', false, () => 'There is more in this zip file than a study of chest films. Send the film itself.', 'Nothing; the limit is fixed.'),
  'picture-too-slow': row('refused', false, () => 'Reading this file took too long and was given up. Export the film as PNG or JPEG and send that.', 'Nothing; if honest files meet it, the machine is too slow or too busy.'),
  'picture-format': row<{ format: string }>('refused', false, ({ format }) => `${format} pictures are not read. Send the film as PNG or JPEG.`, 'Nothing.'),
  'picture-damaged': row('refused', false, () => 'The picture is damaged or cut short. Export or send it again.', 'Nothing.'),
  'picture-too-large': row<{ limit: number }>('refused', false, ({ limit }) => `The picture has more than ${limit / 1e6} million pixels. Send it at a smaller size.`, 'Nothing; the limit is fixed.'),
  'picture-too-small': row<{ limit: number }>('refused', false, ({ limit }) => `The picture is under ${limit} pixels on a side, too small to read. Send the film itself, not a thumbnail.`, 'Nothing.'),
  'picture-animated': row('refused', false, () => 'The picture has several pages or frames. Send one film as a single picture.', 'Nothing.'),
  'picture-cmyk': row('refused', false, () => 'The picture is in print colours (CMYK), which changes its greys. Send it as grey or RGB.', 'Nothing.'),
  'text-in-picture': row<{ places: number }>('refused', false, ({ places }) => `Text is written into the picture (${places === 1 ? '1 place' : `${places} places`}), and films with text are not taken here. Send the film without it.`, 'BURNED_IN_TEXT=mask has text masked instead.'),
  'text-gate-failed': row('internal', true, () => 'The picture could not be searched for names, so it was not read. Send it again.', 'Look in the log for what ended the text thread; memory is the usual reason.'),
  'not-a-chest-film': row('refused', false, () => 'I cannot read this, because it does not look like a frontal chest film.', 'Nothing; the gate is described in docs/architecture.md.'),

  // The conversation
  'film-needed': row('refused', false, () => 'There is no film in this conversation yet. Send a frontal chest film and ask again.', 'Nothing.'),
  'film-waits': row('refused', false, () => 'The film that was sent last waits for the answer to the question about it. Answer that first, or send another film.', 'Nothing.'),
  'question-empty': row('usage', false, () => 'There is no question. Ask something about the film, or choose a task.', 'Nothing.'),
  'question-too-long': row<{ limit: number }>('refused', false, ({ limit }) => `The question is longer than ${limit} characters. Ask it in fewer words.`, 'Nothing.'),
  'too-many-films': row<{ limit: number }>('refused', false, ({ limit }) => `A message may hold at most ${limit} films. Send fewer at a time.`, 'Nothing.'),
  'turn-unknown': row('usage', false, () => 'This answer is not here any more. Ask again.', 'Nothing.'),
  'box-unknown': row('usage', false, () => 'This answer has no box of that number.', 'Nothing.'),
  'choice-unknown': row('usage', false, () => 'That is not one of the choices, or the question was answered already.', 'Nothing.'),
  'film-expired': row('refused', false, () => 'The film of this conversation is no longer kept. Send it again and ask.', 'Films are kept for RETENTION_FILMS.'),
  'not-allowed': row('refused', false, () => 'You may not ask Wetread here. Ask whoever runs it.', 'The allow-lists of docs/configuration.md say who may.'),
  'not-yours': row('refused', false, () => 'Only the person who asked, or a moderator, can answer this.', 'Nothing.'),
  'tried-too-often': row('internal', false, () => 'This question failed several times and was given up. Ask it again, or another way.', 'Look in the log for the turn; its failures stand there by code.'),
  closing: row('internal', true, () => 'Wetread is being restarted. Ask again in a minute.', 'Nothing.'),
  stopped: row('stopped', false, () => 'Stopped.', 'Nothing.'),

  // Teaching cases
  'film-in-case': row('refused', false, () => 'This film is part of an open teaching case, so it is not read until that case is revealed. Ask again then.', 'Nothing; moderators are read it.'),
  'case-open-here': row('refused', false, () => 'A teaching case is open in this thread. Reveal it first, or open the new one in another thread.', 'Nothing.'),
  'case-time': row<{ days: number }>('usage', false, ({ days }) => `A teaching case is open for a minute at least and ${days} days at most. Choose a time between.`, 'Nothing.'),
  'case-unknown': row('refused', false, () => 'This teaching case is not here any more. Open a new one with the film.', 'Cases are kept for RETENTION_CASES, or until they are forgotten.'),
  'case-closed': row('refused', false, () => 'This teaching case is closed, so nothing of it can be changed any more. Look at its reveal.', 'Nothing.'),
  'case-seen': row('refused', false, () => 'You have seen the key of this teaching case, so your answer does not count.', 'Nothing.'),
  'case-answer': row('usage', false, () => 'This answer cannot be read. Choose one or more cells of the grid, a side and a zone, or say it in words.', 'Nothing.'),
  'case-no-hint': row('refused', false, () => 'There is no hint for this teaching case yet: the film has not been read, and nobody has written a key. Try again in a minute.', 'Nothing.'),
  'case-moderators': row('refused', false, () => 'Only a moderator can do this with a teaching case.', 'Nothing.'),
  'case-no-reading': row('refused', false, () => 'There is no reading of this teaching case to confirm. Wait for it, or write the key yourself.', 'Look in the log for why the film was not read.'),
  'case-key': row<{ line: number; problem: string }>('usage', false, ({ line, problem }) => `Line ${line} of the key cannot be used: ${problem}. Correct it and send the key again.`, 'Nothing.'),

  // The model, wherever it runs
  'context-full': row<{ tokens: number; limit: number }>('model', false, ({ tokens, limit }) => `This conversation has grown to ${tokens} tokens; the model holds ${limit}. Start a new one with the film.`, 'Nothing.'),
  'one-film-only': row('refused', false, () => 'The model reads one film a conversation. Start a new conversation for another film.', 'Nothing.'),
  'film-not-first': row('refused', false, () => 'The film must come with the first question of a conversation.', 'Nothing.'),
  'queue-full': row('model', true, () => 'Many people are asking just now. Ask again in a minute.', 'Raise MODEL_QUEUE, or put the model on a faster machine.'),
  'model-stopped': row('model', true, () => 'The model stopped while answering. Ask again.', 'Look in the log for what ended the process of the model; memory is the usual reason.'),
  'model-failed': row('model', true, () => 'The model failed while answering. Ask again; if it happens again, tell whoever runs this bot.', 'Look in the log for model-failed; run `wetread model verify`.'),
  'model-closed': row('model', false, () => 'The model is shut down. Ask again when the bot is back.', 'Nothing.'),

  // A checkpoint
  'checkpoint-missing': row('setting', false, () => 'There is no checkpoint in that folder (no config.json). Point MODEL_DIR or --model at a Hugging Face checkpoint folder.', 'Check MODEL_DIR.'),
  'checkpoint-file-missing': row<{ part: string }>('setting', false, ({ part }) => `The checkpoint has no ${part}. Download it again, whole.`, 'Download the checkpoint again.'),
  'checkpoint-file-invalid': row<{ part: string; reason: string }>('setting', false, ({ part, reason }) => `The checkpoint's ${part} cannot be used: ${reason}. Download it again.`, 'Download the checkpoint again.'),
  'checkpoint-tensor-missing': row<{ tensor: string }>('setting', false, ({ tensor }) => `The checkpoint lacks the tensor ${tensor}. Download it again, whole.`, 'Download the checkpoint again.'),
  'checkpoint-tensor-invalid': row<{ tensor: string; reason: string }>('setting', false, ({ tensor, reason }) => `The checkpoint's tensor ${tensor} cannot be used: ${reason}.`, 'Check that the checkpoint is a LLaVA-OneVision of the layout in docs/model.md.'),
  'checkpoint-unsupported': row<{ reason: string }>('setting', false, ({ reason }) => `This checkpoint is not one that Wetread runs: ${reason}. It runs LLaVA-OneVision (SigLIP and Qwen2).`, 'Use RadVLM, the demo, or another LLaVA-OneVision checkpoint.'),
  'checkpoint-tokenizer': row<{ reason: string }>('setting', false, ({ reason }) => `The checkpoint's tokenizer does not fit it: ${reason}. Download it again, whole.`, 'Download the checkpoint again.'),
  'converted-damaged': row<{ part: string; reason: string }>('setting', false, ({ part, reason }) => `The converted checkpoint's ${part} cannot be used: ${reason}. Convert the checkpoint again with wetread model convert.`, 'Convert the checkpoint again, and check the disk if it happens often.'),
  'memory-too-small': row<{ needed: number; weights: number; available: number; fits: string }>('setting', false, ({ needed, weights, available, fits }) => `The model needs ${gigabytes(needed)} of memory (${gigabytes(weights)} of it for its weights), and ${gigabytes(available)} are free: ${fits}.`, 'Free memory, or set MODEL_WEIGHTS, MODEL_LANES, MODEL_CONTEXT or MODEL_URL; docs/model.md says what runs where.'),
  'disk-full': row<{ bytes?: number }>('setting', false, ({ bytes }) => bytes === undefined ? 'The disk is full, so your message could not be kept. Tell whoever runs this bot to free some room.' : `The disk is full: converting the checkpoint needs ${mebibytes(bytes)} in the data folder. Free some room and try again.`, 'Free room, or set DATA_DIR to a larger disk.'),
  'data-unwritable': row('setting', false, () => 'The data folder cannot be written. Set DATA_DIR to a folder that can be.', 'Check the owner and the mount of DATA_DIR.'),
  'record-damaged': row('internal', false, () => 'What was kept of this conversation is damaged, so it starts afresh. Send the film again.', 'Look at the disk of DATA_DIR if it happens often.'),
  'store-failed': row('internal', true, () => 'Your message could not be kept. Send it again in a minute.', 'Look in the log for store-failed; check the disk of DATA_DIR or the Redis server.'),
  'store-damaged': row('setting', false, () => 'The store in the data folder is damaged and cannot be opened. Put back a copy of it, or set DATA_DIR to another folder.', 'Check the disk of DATA_DIR; move store.lmdb away to begin with an empty store.'),
  'store-unreachable': row('setting', false, () => 'The Redis server cannot be reached. Check REDIS_URL, and that the server runs.', 'Check REDIS_URL, the server and its password.'),
  'store-in-use': row('setting', false, () => 'Another Wetread already uses this data folder. Stop it, or set DATA_DIR to another folder.', 'Several servers share one store through REDIS_URL only.'),
  'store-newer': row<{ found: number; known: number }>('setting', false, ({ found, known }) => `The data folder was written by a newer Wetread (format ${found}; this one knows ${known}). Start the newer one, or set DATA_DIR to another folder.`, 'Upgrade, or use another DATA_DIR.'),

  // An endpoint
  'endpoint-unreachable': row('model', true, () => 'The model endpoint cannot be reached. Ask again later.', 'Check MODEL_URL, that the server runs and, with https, that its certificate is trusted (NODE_EXTRA_CA_CERTS).'),
  'endpoint-timeout': row<{ seconds: number }>('model', true, ({ seconds }) => `The model endpoint did not answer for ${seconds} seconds. Ask again later.`, 'Raise MODEL_FIRST_TOKEN_TIMEOUT or MODEL_IDLE_TIMEOUT, or look at the server.'),
  'endpoint-key': row('model', false, () => 'The model endpoint refuses our key. Tell whoever runs this bot.', 'Check MODEL_API_KEY.'),
  'endpoint-model': row('model', false, () => 'The model endpoint does not serve the model that is set. Tell whoever runs this bot.', "Check MODEL_NAME against the endpoint's /v1/models."),
  'endpoint-images': row('model', false, () => 'The model endpoint takes fewer films than this conversation holds. Start a new conversation.', 'Serve with --limit-mm-per-prompt of at least one image.'),
  'endpoint-context': row('model', false, () => 'This conversation is too long for the model endpoint. Start a new one with the film.', 'Serve with --max-model-len 16384 or more.'),
  'endpoint-busy': row('model', true, () => 'The model endpoint is busy. Ask again in a minute.', 'Look at the load of the endpoint.'),
  'endpoint-refused': row<{ status: number }>('model', false, ({ status }) => `The model endpoint refused the question (status ${status}). Tell whoever runs this bot.`, "Look in the endpoint's log."),
  'endpoint-failed': row<{ status: number }>('model', true, ({ status }) => `The model endpoint failed (status ${status}). Ask again later.`, "Look in the endpoint's log."),
  'endpoint-not-openai': row('model', false, () => 'What answers at the model endpoint is not an OpenAI-compatible server. Tell whoever runs this bot.', 'MODEL_URL usually ends in /v1.'),
  'endpoint-cut': row('model', true, () => 'The model endpoint broke off in mid-answer. Ask again.', "Look in the endpoint's log."),

  // Slack
  'slack-token': row<{ reason: string }>('setting', false, ({ reason }) => `Slack does not accept SLACK_BOT_TOKEN (${reason}).`, 'Check SLACK_BOT_TOKEN (xoxb-…), and that the app is still installed in the workspace; docs/slack.md says how.'),
  'slack-token-missing': row('setting', false, () => 'Slack is set up in part, but SLACK_BOT_TOKEN is not set, so Slack is left out.', 'Set SLACK_BOT_TOKEN (xoxb-…, under OAuth & Permissions), or take the other settings of Slack away; docs/slack.md says where it is found.'),
  'slack-app-token': row<{ reason: string }>('setting', false, ({ reason }) => `Slack does not accept SLACK_APP_TOKEN (${reason}).`, 'Make an app-level token (xapp-…) with the scope connections:write and set SLACK_APP_TOKEN to it; check that the app is still installed and Socket Mode is on.'),
  'slack-scope': row<{ scope: string }>('setting', false, ({ scope }) => `The Slack app lacks the scope ${scope}.`, 'Add it under OAuth & Permissions (examples/slack-manifest.json lists all) and install the app again.'),
  'slack-unreachable': row<{ reason: string }>('setting', true, ({ reason }) => `Slack cannot be reached (${reason}). It is tried again.`, 'Check the way out to slack.com, HTTPS_PROXY, NO_PROXY and SLACK_API_URL.'),
  'slack-refused': row<{ reason: string }>('setting', false, ({ reason }) => `Slack refuses what Wetread asks of it (${reason}).`, 'Compare the app with examples/slack-manifest.json; docs/slack.md says what each part is for.'),
  'slack-transport': row('setting', false, () => 'SLACK_BOT_TOKEN is set, but not how Slack reaches Wetread: set SLACK_APP_TOKEN, or SLACK_SIGNING_SECRET with HTTP=on.', 'Set SLACK_APP_TOKEN (Socket Mode needs no public address); docs/slack.md says where it is found.'),
  'slack-signature': row('usage', false, () => 'This request is not signed by Slack.', 'Check SLACK_SIGNING_SECRET, and the clock of this machine.'),
  'slack-files-scope': row('internal', false, () => 'Slack did not give the film out. Tell whoever runs this bot.', 'The app lacks files:read, or was not installed again since it was added; docs/slack.md says how.'),
  'slack-history': row<{ seconds: number }>('refused', true, ({ seconds }) => `Slack does not let me read what was posted here before${seconds > 0 ? ' just now' : ''}. Post the film here once more${seconds > 0 ? `, or mention me again in ${seconds} seconds` : ''}.`, 'Slack limits how often history is read; if it refuses, compare the scopes that end in :history with examples/slack-manifest.json.'),
  'slack-file-external': row('refused', false, () => 'This file lies outside Slack, where Wetread does not fetch. Upload the film itself.', 'Nothing; SLACK_FILE_HOSTS adds hosts that may be sent the token.'),

  // Discord
  'discord-token': row('setting', false, () => 'Discord does not accept DISCORD_BOT_TOKEN.', 'Reset the token under "Bot" in the developer portal and set DISCORD_BOT_TOKEN to the new one; docs/discord.md says how.'),
  'discord-intent': row('setting', false, () => 'Discord does not grant the Message Content intent, so questions without a mention are not heard.', 'Switch on "Message Content Intent" under "Bot" in the developer portal; docs/discord.md says what works without it.'),
  'discord-permission': row<{ permission: string }>('setting', false, ({ permission }) => `Wetread may not answer there: it lacks the permission ${permission}. Whoever manages the server can give it, in the settings of the channel or of Wetread's role.`, 'Invite the bot again with the link that `wetread doctor` prints, or give the permission in the channel.'),
  'discord-unreachable': row<{ reason: string }>('setting', true, ({ reason }) => `Discord cannot be reached (${reason}). It is tried again.`, 'Check the way out to discord.com and gateway.discord.gg, HTTPS_PROXY, NO_PROXY and DISCORD_API_URL.'),
  'discord-refused': row<{ reason: string }>('setting', false, ({ reason }) => `Discord refuses what Wetread asks of it (${reason}).`, 'Compare the app with docs/discord.md, which says what each part is for.'),
  'discord-content': row('refused', false, () => 'Discord does not show Wetread the picture of this message. Mention Wetread in the message with the film, or choose "Read this X-ray" from its menu under Apps.', 'Switch on "Message Content Intent" under "Bot" in the developer portal.'),
  'discord-file-external': row('refused', false, () => 'This file lies outside Discord, where Wetread does not fetch. Upload the film itself.', 'Nothing; DISCORD_CDN_HOSTS adds hosts that films are fetched from.'),

  // Settings and the server
  'setting-invalid': row<{ problems: string }>('setting', false, ({ problems }) => `Settings that cannot be used: ${problems}.`, 'Correct them; docs/configuration.md lists every setting.'),
  'port-taken': row<{ port: number }>('setting', false, ({ port }) => `Port ${port} is taken. Start with another one: PORT=0 npm start takes any that is free.`, 'Set PORT.'),
  'address-unusable': row<{ host: string }>('setting', false, ({ host }) => `Cannot listen on ${host}: this machine has no such address, or it is not allowed. Set HOST.`, 'Set HOST.'),
  'font-missing': row('setting', false, () => 'The font that ships with Wetread is missing or damaged. Install Wetread again.', 'Check that assets/fonts is there, as it was shipped.'),
  usage: row<{ problem: string }>('usage', false, ({ problem }) => problem, 'Nothing.'),
  'request-invalid': row<{ problem: string; param?: string }>('usage', false, ({ problem }) => `The request cannot be understood: ${problem}.`, 'Nothing.'),
  'request-too-large': row<{ limit: number }>('usage', false, ({ limit }) => `The request is larger than ${mebibytes(limit)}.`, 'Nothing; the limit is fixed.'),
  'field-unsupported': row<{ param: string }>('usage', false, ({ param }) => `The field ${param} is not supported. Leave it out.`, 'Nothing; docs/api.md lists what is supported.'),
  'model-unknown': row<{ ids: string; param?: string }>('usage', false, ({ ids }) => `There is no such model here. There are: ${ids}.`, 'Nothing; the name is MODEL_NAME, else that of the folder.'),
  'film-question': row<{ question: string; options: string; choices?: readonly { readonly code: string; readonly text: string }[]; picture?: string | null }>('refused', false, ({ question, options }) => `${question} Send the request again with "wetread": {"choose": …}, one of: ${options}.`, 'Nothing; the gate is described in docs/architecture.md.'),
  'image-address': row<{ param: string }>('usage', false, () => 'The address of the image is not one that is fetched here. Send the image itself, as data:image/png;base64,….', 'API_IMAGE_HOSTS lists hosts that images are fetched from; never from private addresses.'),
  'image-data': row<{ param: string }>('usage', false, () => 'The image is not a data URI of a picture in base64. Send data:image/png;base64,….', 'Nothing.'),
  'image-mislabelled': row<{ param: string }>('refused', false, () => 'The image is not what its data URI says it is. Send it with its own type, such as data:image/png or data:image/jpeg.', 'Nothing.'),
  'image-unavailable': row<{ param: string }>('refused', false, () => 'The image could not be fetched from its address. Send the image itself, as data:image/png;base64,….', 'Look whether the host of API_IMAGE_HOSTS can be reached from here; redirects are not followed.'),
  'key-missing': row('usage', false, () => 'A key is needed here. Send one as "Authorization: Bearer …".', 'The keys are in API_KEYS.'),
  'key-wrong': row('usage', false, () => 'This key is not known here.', 'The keys are in API_KEYS.'),
  'asked-too-often': row<{ seconds: number }>('usage', true, ({ seconds }) => `There were too many requests. Try again in ${seconds} seconds.`, 'Raise API_REQUESTS_PER_MINUTE.'),
  'method-unknown': row<{ methods: string }>('usage', false, ({ methods }) => `This address takes another method: ${methods}.`, 'Nothing.'),
  'api-route-unknown': row<{ routes: string }>('usage', false, ({ routes }) => `There is nothing at this address. Served are: ${routes}.`, 'Nothing.'),
  'request-timeout': row('usage', true, () => 'The request did not come whole in time. Send it again.', 'Nothing; the limits are fixed.'),
  'headers-too-large': row('usage', false, () => 'The headers of the request are too large.', 'Nothing; the limit is fixed.'),
  'route-unknown': row('usage', false, () => 'There is nothing at this address.', 'Nothing.'),
  'host-refused': row('usage', false, () => 'This server does not answer to that host name.', 'Open it by the address that it printed.'),
  'origin-refused': row('usage', false, () => 'This request comes from another site. Use the page that this server shows.', 'Nothing.'),
  'not-ready': row('internal', true, () => 'Wetread is starting: the model is being loaded. Try again in a moment.', 'Nothing; look in the log if it stays so.'),
  'output-unwritable': row('internal', false, () => 'The file could not be written there. Choose another place with --out.', 'Nothing.'),
  'output-lost': row('internal', false, () => 'The answer could not be written to standard output. Check where that goes, and the room there.', 'Nothing.'),
  'cases-invalid': row<{ reason: string }>('usage', false, ({ reason }) => `The cases cannot be used: ${reason}. Make them with training/golden/make.py.`, 'Nothing.'),
  internal: row<{ id: string }>('internal', true, ({ id }) => `Something went wrong here. Try again; if it happens again, report it with the number ${id}.`, 'Look in the log for this number.'),
} as const;

export type ErrorCode = keyof typeof ERRORS;
type FactsOf<Code extends ErrorCode> = Parameters<(typeof ERRORS)[Code]['say']>[0];

/** The one error that crosses a seam. The sentence is built from the facts; the cause is for the log only. */
export class WetreadError<Code extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'WetreadError';
  readonly code: Code;
  /** What the sentence was built from: plain JSON, so that a failure can cross from the model's process. */
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(
    code: Code,
    ...rest: Record<never, never> extends FactsOf<Code>
      ? [facts?: FactsOf<Code>, options?: ErrorOptions]
      : [facts: FactsOf<Code>, options?: ErrorOptions]
  ) {
    const [facts, options] = rest;
    super((ERRORS[code].say as (facts: unknown) => string)(facts ?? {}), options);
    this.code = code;
    this.facts = { ...facts };
  }

  get kind(): ErrorKind {
    return ERRORS[this.code].kind;
  }

  get retryable(): boolean {
    return ERRORS[this.code].retryable;
  }
}

/** Any failure as one of the table; an unknown one is masked as `internal` with an id to find it in the log by. */
export const toWetreadError = (error: unknown, id: string): WetreadError =>
  error instanceof WetreadError ? error : new WetreadError('internal', { id }, { cause: error });
