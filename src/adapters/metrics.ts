import type { Audit, AuditEvent } from '../core/audit.ts';
import { Counter, gauge, Histogram } from './prometheus.ts';

/** Whether a way in hears its platform. */
type Connection = 'connected' | 'connecting' | 'disconnected';

/** What is asked for at every look, of whoever knows it. */
export type MetricsSources = {
  /** undefined: there is no model yet. */
  readonly model: () =>
    | { readonly name: string; readonly version: string; readonly demo: boolean }
    | undefined;
  readonly queue: () => { readonly waiting: number; readonly running: number };
  /** Turns that were taken and not delivered, by platform. */
  readonly openTurns: () => Promise<Readonly<Record<string, number>>>;
  readonly connections: () => Readonly<Record<string, Connection>>;
};

/** The state of the server in plain JSON, as `/ready` shows it. */
type ServerState = {
  readonly queue: { readonly waiting: number; readonly running: number };
  readonly openTurns: Readonly<Record<string, number>>;
  /** Turns that ended since the start: replies, questions, stopped, and errors by their code. */
  readonly outcomes: Readonly<Record<string, number>>;
  readonly connections: Readonly<Record<string, Connection>>;
};

/**
 * Counts what the audit tells, and shows it with the numbers of now. No label holds anything that somebody said or is
 * called: labels are platforms, tasks, outcomes and codes of the one table of errors.
 */
export interface Metrics extends Audit {
  state(): Promise<ServerState>;
  /** Prometheus' text format, version 0.0.4. */
  text(): Promise<string>;
}

export const createMetrics = (sources: MetricsSources): Metrics => new CountedMetrics(sources);

class CountedMetrics implements Metrics {
  readonly #sources: MetricsSources;
  readonly #turns = new Counter('wetread_turns_total', 'Turns that ended.');
  readonly #outcomes = new Map<string, number>();
  readonly #tokens = new Counter('wetread_tokens_total', 'Tokens read and written by the model.');
  readonly #feedback = new Counter('wetread_feedback_total', 'Replies that somebody judged.');
  readonly #overrules = new Counter(
    'wetread_overrules_total',
    'Films read because somebody said so.',
  );
  readonly #forgets = new Counter(
    'wetread_forgets_total',
    'Threads and turns that were forgotten.',
  );
  readonly #cases = new Counter('wetread_teaching_cases_total', 'What was done to teaching cases.');
  readonly #waits = new Histogram(
    'wetread_turn_wait_seconds',
    'From when a message was taken until its answer was begun.',
  );
  readonly #answers = new Histogram(
    'wetread_turn_answer_seconds',
    'From when an answer was begun to its end.',
  );

  constructor(sources: MetricsSources) {
    this.#sources = sources;
  }

  write(event: AuditEvent): void {
    switch (event.kind) {
      case 'turn':
        this.#countTurn(event);
        break;
      case 'correction':
        this.#feedback.add({ platform: event.platform, kind: event.feedback });
        break;
      case 'overrule':
        this.#overrules.add({ platform: event.platform, choice: event.choice });
        break;
      case 'forget':
        this.#forgets.add({ platform: event.platform });
        break;
      case 'case':
        this.#cases.add({ platform: event.platform, act: event.act });
        break;
      case 'confirmed-mask':
      case 'export':
        break;
    }
  }

  async state(): Promise<ServerState> {
    const { queue, openTurns, connections } = this.#sources;
    return {
      queue: queue(),
      openTurns: await openTurns(),
      outcomes: Object.fromEntries(this.#outcomes),
      connections: connections(),
    };
  }

  async text(): Promise<string> {
    const { queue, openTurns, connections } = await this.state();
    const model = this.#sources.model();
    const numbers = [
      gauge('wetread_ready', 'Whether the model is loaded.', [[{}, model === undefined ? 0 : 1]]),
      gauge('wetread_model_info', 'The model that answers.', model ? [[infoOf(model), 1]] : []),
      gauge('wetread_queue_waiting', 'Requests that wait for the model.', [[{}, queue.waiting]]),
      gauge('wetread_queue_running', 'Requests that the model works on.', [[{}, queue.running]]),
      gauge(
        'wetread_turns_open',
        'Turns that were taken and not delivered.',
        Object.entries(openTurns).map(([platform, turns]) => [{ platform }, turns]),
      ),
      gauge(
        'wetread_platform_connected',
        'Whether a way in hears its platform.',
        Object.entries(connections).map(([platform, connection]) => [
          { platform },
          connection === 'connected' ? 1 : 0,
        ]),
      ),
      gauge('process_resident_memory_bytes', 'Memory of the process.', [
        [{}, process.memoryUsage.rss()],
      ]),
    ];
    const counted = [
      this.#turns,
      this.#tokens,
      this.#feedback,
      this.#overrules,
      this.#forgets,
      this.#cases,
      this.#waits,
      this.#answers,
    ];
    return [...numbers, ...counted.map((one) => one.text())].join('');
  }

  #countTurn(event: Extract<AuditEvent, { kind: 'turn' }>): void {
    const { platform, task, outcome, code = '' } = event;
    this.#turns.add({ platform, task, outcome, code });
    const ending = outcome === 'error' ? code : outcome;
    this.#outcomes.set(ending, (this.#outcomes.get(ending) ?? 0) + 1);
    this.#tokens.add({ kind: 'prompt' }, event.promptTokens);
    this.#tokens.add({ kind: 'completion' }, event.completionTokens);
    this.#waits.observe(event.waitedMs / 1_000);
    this.#answers.observe(event.answeredMs / 1_000);
  }
}

const infoOf = ({ name, version, demo }: NonNullable<ReturnType<MetricsSources['model']>>) => ({
  model: name,
  version,
  demo: String(demo),
});
