import type { LineKey, Tables } from './lmdb-file.ts';
import { storedKey } from './stored-key.ts';

type Standing = { readonly place: number; readonly member: string };

/**
 * One line of `Claims` within a transaction. It has a head `[line]` with its length and next number, its members in
 * order `[line, 0, number]`, and the number of each `[line, 1, member]`, all as JSON. So joining at the end and leaving
 * cost the depth of a tree, however long the line; only the place of one who stands in it already is counted out.
 *
 * Who stands where is written twice, so that a damaged value of either is known from the other: nobody loses a place.
 */
export class LmdbLine {
  readonly #lines: Tables['lines'];
  readonly #name: string;

  constructor({ lines }: Tables, line: string) {
    this.#lines = lines;
    this.#name = storedKey(line);
  }

  /** Resolves to the member's place; 1 is first. */
  join(member: string): number {
    const place = this.#placeOf(member);
    if (place !== undefined)
      return 1 + this.#lines.getKeysCount({ start: [this.#name, 0], end: this.#placeKey(place) });
    const { length, next } = this.#head();
    this.#put(this.#placeKey(next), member);
    this.#put(this.#numberKey(member), next);
    this.#put([this.#name], { length: length + 1, next: next + 1 });
    return length + 1;
  }

  leave(member: string): void {
    const place = this.#placeOf(member);
    if (place === undefined) return;
    const { length, next } = this.#head();
    void this.#lines.remove(this.#placeKey(place));
    void this.#lines.remove(this.#numberKey(member));
    if (length > 1) this.#put([this.#name], { length: length - 1, next });
    else void this.#lines.remove([this.#name]);
  }

  /** Everybody, first to last. */
  members(): readonly string[] {
    return [...this.#standing()].map(({ member }) => member);
  }

  *#standing(): Generator<Standing> {
    let numbers: ReadonlyMap<number, string> | undefined;
    for (const { key, value } of this.#places()) {
      const place = key[2] as number;
      const member = parse(value);
      const isSound = typeof member === 'string' && this.#get(this.#numberKey(member)) === place;
      if (!isSound) numbers ??= this.#membersByNumber();
      const known = isSound ? member : (numbers?.get(place) ?? member);
      if (typeof known === 'string') yield { place, member: known };
    }
  }

  #placeOf(member: string): number | undefined {
    if (this.#lines.get(this.#numberKey(member)) === undefined) return undefined;
    const place = this.#get(this.#numberKey(member));
    if (typeof place === 'number' && this.#get(this.#placeKey(place)) === member) return place;
    return [...this.#standing()].find((standing) => standing.member === member)?.place;
  }

  /** A damaged one is counted anew. */
  #head(): { readonly length: number; readonly next: number } {
    const stored = this.#lines.get([this.#name]);
    if (stored === undefined) return { length: 0, next: 0 };
    const head = parse(stored);
    if (isHead(head)) return head;
    const places = [...this.#places()].map(({ key }) => key[2] as number);
    return { length: places.length, next: 1 + (places.at(-1) ?? -1) };
  }

  #places(): Iterable<{ key: LineKey; value: Buffer }> {
    return this.#lines.getRange({ start: [this.#name, 0], end: [this.#name, 1] });
  }

  /** A member whose key had to be hashed is not among them. */
  #membersByNumber(): ReadonlyMap<number, string> {
    const members = new Map<number, string>();
    for (const { key, value } of this.#lines.getRange({
      start: [this.#name, 1],
      end: [this.#name, 2],
    })) {
      const number = parse(value);
      const member = String(key[2]);
      if (typeof number === 'number' && member === storedKey(member)) members.set(number, member);
    }
    return members;
  }

  #get(key: LineKey): unknown {
    const value = this.#lines.get(key);
    return value === undefined ? undefined : parse(value);
  }

  #put(key: LineKey, value: unknown): void {
    void this.#lines.put(key, Buffer.from(JSON.stringify(value)));
  }

  #placeKey(place: number): LineKey {
    return [this.#name, 0, place];
  }

  #numberKey(member: string): LineKey {
    return [this.#name, 1, storedKey(member)];
  }
}

/** undefined: damaged. */
const parse = (value: Buffer): unknown => {
  try {
    return JSON.parse(value.toString());
  } catch {
    return undefined;
  }
};

const isHead = (value: unknown): value is { readonly length: number; readonly next: number } =>
  typeof value === 'object' &&
  value !== null &&
  'length' in value &&
  'next' in value &&
  Number.isSafeInteger(value.length) &&
  Number.isSafeInteger(value.next);
