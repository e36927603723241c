import { describe, expect, test } from 'vitest';
import { createHttpServer } from '../../src/adapters/http.ts';
import { createMetricsAdapter } from '../../src/adapters/http-metrics.ts';
import { createLogger } from '../../src/log.ts';
import { createMetrics, type MetricsSources } from '../../src/adapters/metrics.ts';
import type { AuditEvent } from '../../src/core/audit.ts';

const SOURCES: MetricsSources = {
  model: () => ({ name: 'radvlm "7B"', version: '1', demo: false }),
  queue: () => ({ waiting: 3, running: 2 }),
  openTurns: async () => ({ slack: 4, web: 1 }),
  connections: () => ({ slack: 'disconnected', web: 'connected' }),
};
const WHERE = {
  platform: 'slack',
  workspace: 'T024BE7LD',
  channel: 'C061EG9SL',
  thread: '1700000000.000100',
  author: 'U02ABC123',
  turn: 'a1b2c3',
};
type Turn = Extract<AuditEvent, { kind: 'turn' }>;
const turn = (over: Partial<Turn> = {}): Turn => ({
  ...WHERE,
  kind: 'turn',
  model: 'radvlm',
  version: '1',
  task: 'free',
  outcome: 'reply',
  code: undefined,
  waitedMs: 100,
  answeredMs: 3_000,
  tries: 1,
  films: 0,
  boxes: 1,
  promptTokens: 900,
  completionTokens: 40,
  ...over,
});

const counted = () => {
  const metrics = createMetrics(SOURCES);
  metrics.write(turn());
  metrics.write(turn({ task: 'wet-read', answeredMs: 700_000 }));
  metrics.write(
    turn({ outcome: 'error', code: 'queue-full', promptTokens: 0, completionTokens: 0 }),
  );
  metrics.write({ ...WHERE, kind: 'correction', feedback: 'right', corrected: false });
  metrics.write({ ...WHERE, kind: 'overrule', choice: 'read' });
  metrics.write({ ...WHERE, kind: 'forget', turns: 2, films: 1 });
  metrics.write({ ...WHERE, kind: 'confirmed-mask' });
  metrics.write({ kind: 'export', rows: 1 });
  return metrics;
};
const linesOf = async (metrics = counted()) => (await metrics.text()).split('\n');

describe('metrics', () => {
  test('show the queue, the open turns and each connection as they are now', async () => {
    const lines = await linesOf();
    expect(lines).toContain('wetread_ready 1');
    expect(lines).toContain('wetread_queue_waiting 3');
    expect(lines).toContain('wetread_queue_running 2');
    expect(lines).toContain('wetread_turns_open{platform="slack"} 4');
    expect(lines).toContain('wetread_platform_connected{platform="slack"} 0');
    expect(lines).toContain('wetread_platform_connected{platform="web"} 1');
    expect(lines).toContain(
      'wetread_model_info{model="radvlm \\"7B\\"",version="1",demo="false"} 1',
    );
  });

  test('count outcomes by kind and code', async () => {
    const lines = await linesOf();
    expect(lines).toContain('wetread_turns_total{platform="slack",task="free",outcome="reply"} 1');
    expect(lines).toContain(
      'wetread_turns_total{platform="slack",task="free",outcome="error",code="queue-full"} 1',
    );
    expect(lines).toContain('wetread_tokens_total{kind="prompt"} 1800');
    expect(lines).toContain('wetread_feedback_total{platform="slack",kind="right"} 1');
    expect(lines).toContain('wetread_overrules_total{platform="slack",choice="read"} 1');
    expect(lines).toContain('wetread_forgets_total{platform="slack"} 1');
  });

  test('tell how long turns took', async () => {
    const lines = await linesOf();
    expect(lines).toContain('wetread_turn_answer_seconds_bucket{le="2"} 0');
    expect(lines).toContain('wetread_turn_answer_seconds_bucket{le="5"} 2');
    expect(lines).toContain('wetread_turn_answer_seconds_bucket{le="600"} 2');
    expect(lines).toContain('wetread_turn_answer_seconds_bucket{le="+Inf"} 3');
    expect(lines).toContain('wetread_turn_answer_seconds_sum 706');
    expect(lines).toContain('wetread_turn_wait_seconds_count 3');
  });

  test('are in the text format of Prometheus, each metric once, with its type', async () => {
    const lines = await linesOf();
    expect(lines.at(-1)).toBe('');
    for (const line of lines.slice(0, -1)) {
      expect(line).toMatch(
        /^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{([a-z_]+="([^"\\\n]|\\.)*",?)+\})? \d+(\.\d+)?)$/,
      );
    }
    const typed = lines.flatMap((line) => /^# TYPE ([a-z_]+) /.exec(line)?.[1] ?? []);
    expect(new Set(typed).size).toBe(typed.length);
    for (const line of lines.slice(0, -1)) {
      const name = /^(?:# \w+ )?([a-z_]+)/.exec(line)?.[1]?.replace(/_(bucket|sum|count)$/, '');
      expect(typed).toContain(name);
    }
  });

  test('hold no id of a platform', async () => {
    const text = await counted().text();
    const { platform: _platform, ...ids } = WHERE;
    for (const id of Object.values(ids)) expect(text).not.toContain(id);
  });

  test('give the state of the server in short', async () => {
    expect(await counted().state()).toEqual({
      queue: { waiting: 3, running: 2 },
      openTurns: { slack: 4, web: 1 },
      outcomes: { reply: 2, 'queue-full': 1 },
      connections: { slack: 'disconnected', web: 'connected' },
    });
  });

  test('say so while there is no model', async () => {
    const lines = await linesOf(createMetrics({ ...SOURCES, model: () => undefined }));
    expect(lines).toContain('wetread_ready 0');
    expect(lines.some((line) => line.startsWith('wetread_model_info{'))).toBe(false);
  });

  test('are read at /metrics by whoever reaches the port', async () => {
    const server = createHttpServer({
      logger: createLogger('silent'),
      host: '127.0.0.1',
      names: [],
      ready: async () => undefined,
      id: () => 'f00',
    });
    const metrics = counted();
    await server.register(createMetricsAdapter(metrics));
    const response = await server.inject({ url: '/metrics', headers: { host: '10.1.2.3' } });
    expect(response.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(response.body).toContain('wetread_turns_total');
    await server.close();
  });
});
