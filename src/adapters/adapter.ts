/** A way in. It pulls reply events from the conversation; core never calls it, so there is nothing else to implement. */
export interface Adapter {
  readonly name: string;
  start(): Promise<void>;
  stop(): Promise<void>;
}
