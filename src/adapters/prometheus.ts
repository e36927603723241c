/** Metrics in Prometheus' text format, version 0.0.4. */
export const METRICS_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** From "at once" to a long report of a large model on a small machine. */
const SECONDS_BUCKETS = [0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600];

type Labels = Readonly<Record<string, string>>;

/** A number that only grows, for each set of labels. */
export class Counter {
  readonly #name: string;
  readonly #help: string;
  readonly #values = new Map<string, number>();

  constructor(name: string, help: string) {
    this.#name = name;
    this.#help = help;
  }

  add(labels: Labels, amount = 1): void {
    const key = inBraces(labels);
    this.#values.set(key, (this.#values.get(key) ?? 0) + amount);
  }

  text(): string {
    const lines = [...this.#values].map(([labels, value]) => `${this.#name}${labels} ${value}\n`);
    return heading(this.#name, this.#help, 'counter') + lines.join('');
  }
}

/** How many took how long. */
export class Histogram {
  readonly #name: string;
  readonly #help: string;
  /** `#counts[n]`: at most as long as the bucket n. */
  readonly #counts = SECONDS_BUCKETS.map(() => 0);
  #count = 0;
  #sum = 0;

  constructor(name: string, help: string) {
    this.#name = name;
    this.#help = help;
  }

  observe(seconds: number): void {
    this.#count += 1;
    this.#sum += seconds;
    for (const [index, limit] of SECONDS_BUCKETS.entries())
      if (seconds <= limit) this.#counts[index]! += 1;
  }

  text(): string {
    const buckets = SECONDS_BUCKETS.map(
      (limit, index) => `${this.#name}_bucket{le="${limit}"} ${this.#counts[index]}\n`,
    );
    return [
      heading(this.#name, this.#help, 'histogram'),
      ...buckets,
      `${this.#name}_bucket{le="+Inf"} ${this.#count}\n`,
      `${this.#name}_sum ${this.#sum}\n`,
      `${this.#name}_count ${this.#count}\n`,
    ].join('');
  }
}

export const gauge = (
  name: string,
  help: string,
  values: readonly (readonly [Labels, number])[],
): string =>
  heading(name, help, 'gauge') +
  values.map(([labels, value]) => `${name}${inBraces(labels)} ${value}\n`).join('');

const heading = (name: string, help: string, type: string): string =>
  `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;

/** Labels in the order in which they were written; a label without a value is left out, which means the same. */
const inBraces = (labels: Labels): string => {
  const pairs = Object.entries(labels)
    .filter(([, value]) => value !== '')
    .map(([label, value]) => `${label}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
};

const escaped = (value: string): string =>
  value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
