/** What somebody is to say on the scripted platform. */
export type Saying = {
  readonly id: string;
  readonly thread: string;
  readonly author: string;
  readonly text: string;
  /** Names of the films that come with it. */
  readonly films: readonly string[];
  /** Said without waiting for the reply to what was said before. */
  readonly hurried: boolean;
};

/** A button of a question, pressed by the author of the message that the question answers. */
export type Press = {
  readonly id: string;
  readonly saying: string;
  readonly code: string;
};

/** `mention` is the same message, told once more as another kind of event. */
export type Delivery = { readonly delivery: string } & (
  | { readonly kind: 'message' | 'mention'; readonly saying: Saying }
  | {
      readonly kind: 'press';
      readonly press: Press;
      readonly key: string;
      readonly saying: Saying;
    }
);

export type PartKind = 'text' | 'picture' | 'question';

/** What a bot posts: `answers` is the message (or press) it hangs on, `key` its delivery key. */
export type Post = {
  readonly thread: string;
  readonly answers: string;
  readonly key: string;
  readonly kind: PartKind;
  readonly text: string;
  readonly options: readonly string[];
};

export type OwnPart = Pick<Post, 'key' | 'kind' | 'text'> & { readonly id: string };

/** A part as the platform holds it. Times are places in one count of everything that happened. */
export type RecordedPart = Post & {
  readonly id: string;
  readonly postedAt: number;
  /** The last post or edit that changed what is seen. */
  readonly changedAt: number;
  readonly deletedAt: number | undefined;
};

export type RecordedDelivery = {
  readonly delivery: string;
  /** The id of the message or press that was delivered. */
  readonly subject: string;
  /** Which connection of a bot it went over. */
  readonly connection: number;
  readonly sentAt: number;
  readonly acknowledgedAt: number | undefined;
};

/** Everything that the platform was told; all that the checker may know besides what was said. */
export type PlatformRecord = {
  readonly deliveries: readonly RecordedDelivery[];
  readonly presses: readonly Press[];
  readonly parts: readonly RecordedPart[];
};
