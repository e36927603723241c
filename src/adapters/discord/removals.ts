/** Posts that Wetread removes itself: their films are still asked about, so they are not forgotten as if people had deleted them. */
export interface Removals {
  /** Resolves once every process that hears of the removal knows. Fails with `store-failed`. */
  add(message: string): Promise<void>;
  /** It was not removed after all. Fails with `store-failed`. */
  drop(message: string): Promise<void>;
  /** Fails with `store-failed`. */
  has(message: string): Promise<boolean>;
}
