import { readValues, type Values } from './config/settings.ts';

export type Config = {
  readonly http: { readonly on: boolean; readonly host: string; readonly port: number };
  readonly api: {
    /** What the page and the API ask for; none: they are for this machine alone. */
    readonly keys: readonly string[];
    /** Of one key or address; 0: any number. */
    readonly requestsPerMinute: number;
    /** Hosts that images are fetched from. */
    readonly imageHosts: readonly string[];
  };
  /** As it was written: relative to the folder of the package. */
  readonly dataDir: string;
  readonly model: {
    /** As it was written: relative to the folder of the package. */
    readonly directory: string;
    /** Wins over `directory`. */
    readonly url: string | undefined;
    readonly apiKey: string | undefined;
    readonly name: string | undefined;
    readonly profile: Values['MODEL_PROFILE'];
    /** Of a checkpoint that is converted here. */
    readonly weights: Values['MODEL_WEIGHTS'];
    /** Conversations answered at once; undefined: as many as fit into the memory, up to four. */
    readonly lanes: number | undefined;
    /** Tokens of a conversation at most; undefined: what fits into the memory. */
    readonly contextTokens: number | undefined;
    /** undefined: as many as there are cores. */
    readonly threads: number | undefined;
    readonly spinning: boolean;
    readonly queuePlaces: number;
    readonly firstTokenTimeoutMs: number;
    readonly idleTimeoutMs: number;
    readonly retries: number;
  };
  /** undefined: the store is a file in the data folder, for one server alone. May hold a password. */
  readonly redisUrl: string | undefined;
  /** A film without words waits so long for its author's next message. */
  readonly filmWaitMs: number;
  /** What happens to text that is burned into a picture. */
  readonly burnedInText: Values['BURNED_IN_TEXT'];
  readonly retention: {
    readonly filmsMs: number;
    readonly turnsMs: number;
    readonly feedbackMs: number;
    /** Teaching cases, from their reveal on. */
    readonly casesMs: number;
    readonly auditMs: number;
  };
  readonly audit: {
    readonly form: Values['AUDIT'];
    /** undefined: one is made and kept in the data folder. */
    readonly key: string | undefined;
  };
  /** Who may ask; an empty list lets everybody. */
  readonly access: {
    readonly workspaces: readonly string[];
    readonly channels: readonly string[];
    readonly people: readonly string[];
    readonly directMessages: boolean;
    readonly guests: boolean;
    /** People of another workspace, of platforms whose channels can be shared: SLACK_CONNECT. */
    readonly outsiders: boolean;
  };
  /** Something of Slack is set up, but not the bot token, so that `slack` is undefined. */
  readonly slackLacksToken: boolean;
  /** undefined: Slack is not set up. */
  readonly slack:
    | {
        readonly botToken: string;
        /** Socket Mode; without it Slack calls this server. */
        readonly appToken: string | undefined;
        readonly signingSecret: string | undefined;
        readonly apiUrl: string;
        readonly fileHosts: readonly string[];
        readonly followUps: Values['SLACK_FOLLOW_UPS'];
        readonly moderators: readonly string[];
        readonly proxy: { readonly url: string | undefined; readonly except: string };
      }
    | undefined;
  /** undefined: Discord is not set up. */
  readonly discord:
    | {
        readonly botToken: string;
        readonly apiUrl: string;
        readonly cdnHosts: readonly string[];
        readonly followUps: Values['DISCORD_FOLLOW_UPS'];
        readonly spoilerChannels: readonly string[];
        readonly removesUploads: boolean;
        readonly moderatorsChannels: readonly string[];
        readonly proxy: { readonly url: string | undefined; readonly except: string };
      }
    | undefined;
  /** The demonstration model answers in Slack and Discord, too. */
  readonly demoInChat: boolean;
  /** undefined: each way in has its own (the server `info`, the command line `error`). */
  readonly logLevel: Values['LOG_LEVEL'];
  readonly shutdownGraceMs: number;
};

/**
 * Reads every setting, once. An empty value counts as not set. Fails with `setting-invalid`, which names each variable
 * that cannot be used and its rule, and never the value: that may be a secret in the wrong place.
 */
export const readConfig = (environment: Readonly<Record<string, string | undefined>>): Config => {
  const values = readValues(environment);
  return {
    http: { on: values.HTTP, host: values.HOST, port: values.PORT },
    api: {
      keys: values.API_KEYS,
      requestsPerMinute: values.API_REQUESTS_PER_MINUTE,
      imageHosts: values.API_IMAGE_HOSTS,
    },
    dataDir: values.DATA_DIR,
    model: {
      directory: values.MODEL_DIR,
      url: values.MODEL_URL,
      apiKey: values.MODEL_API_KEY,
      name: values.MODEL_NAME,
      profile: values.MODEL_PROFILE,
      weights: values.MODEL_WEIGHTS,
      lanes: values.MODEL_LANES,
      contextTokens: values.MODEL_CONTEXT,
      threads: values.MODEL_THREADS,
      spinning: values.MODEL_SPINNING,
      queuePlaces: values.MODEL_QUEUE,
      firstTokenTimeoutMs: values.MODEL_FIRST_TOKEN_TIMEOUT,
      idleTimeoutMs: values.MODEL_IDLE_TIMEOUT,
      retries: values.MODEL_RETRIES,
    },
    filmWaitMs: values.FILM_WAIT,
    burnedInText: values.BURNED_IN_TEXT,
    redisUrl: values.REDIS_URL,
    retention: {
      filmsMs: values.RETENTION_FILMS,
      turnsMs: values.RETENTION_TURNS,
      feedbackMs: values.RETENTION_FEEDBACK,
      casesMs: values.RETENTION_CASES,
      auditMs: values.RETENTION_AUDIT,
    },
    audit: { form: values.AUDIT, key: values.AUDIT_KEY },
    access: {
      workspaces: values.ALLOWED_WORKSPACES,
      channels: values.ALLOWED_CHANNELS,
      people: values.ALLOWED_PEOPLE,
      directMessages: values.DIRECT_MESSAGES,
      guests: values.GUESTS,
      outsiders: values.SLACK_CONNECT,
    },
    slackLacksToken:
      values.SLACK_BOT_TOKEN === undefined &&
      (values.SLACK_APP_TOKEN ?? values.SLACK_SIGNING_SECRET) !== undefined,
    slack: slackOf(values),
    discord: discordOf(values),
    demoInChat: values.DEMO_IN_CHAT,
    logLevel: values.LOG_LEVEL,
    shutdownGraceMs: values.SHUTDOWN_GRACE,
  };
};

const slackOf = (values: Values): Config['slack'] =>
  values.SLACK_BOT_TOKEN === undefined
    ? undefined
    : {
        botToken: values.SLACK_BOT_TOKEN,
        appToken: values.SLACK_APP_TOKEN,
        signingSecret: values.SLACK_SIGNING_SECRET,
        apiUrl: values.SLACK_API_URL,
        fileHosts: values.SLACK_FILE_HOSTS,
        followUps: values.SLACK_FOLLOW_UPS,
        moderators: values.SLACK_MODERATORS,
        proxy: { url: values.HTTPS_PROXY, except: values.NO_PROXY },
      };

const discordOf = (values: Values): Config['discord'] =>
  values.DISCORD_BOT_TOKEN === undefined
    ? undefined
    : {
        botToken: values.DISCORD_BOT_TOKEN,
        apiUrl: values.DISCORD_API_URL,
        cdnHosts: values.DISCORD_CDN_HOSTS,
        followUps: values.DISCORD_FOLLOW_UPS,
        spoilerChannels: values.DISCORD_SPOILER_CHANNELS,
        removesUploads: values.DISCORD_REMOVE_UPLOADS,
        moderatorsChannels: values.DISCORD_MODERATORS_CHANNELS,
        proxy: { url: values.HTTPS_PROXY, except: values.NO_PROXY },
      };
