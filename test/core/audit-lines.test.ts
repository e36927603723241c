import { describe, expect, test } from 'vitest';
import { auditedTask, auditAll, type AuditEvent } from '../../src/core/audit.ts';
import { createAuditLines } from '../../src/core/audit-lines.ts';
import { createPseudonym, type Pseudonym } from '../../src/core/pseudonym.ts';

const WHERE = {
  platform: 'slack',
  workspace: 'T024BE7LD',
  channel: 'C061EG9SL',
  thread: '1700000000.000100',
  author: 'U02ABC123',
  turn: 'a1b2c3',
};
const TURN: AuditEvent = {
  ...WHERE,
  kind: 'turn',
  model: 'radvlm',
  version: '1',
  task: 'locate',
  outcome: 'reply',
  code: undefined,
  waitedMs: 12,
  answeredMs: 3400,
  tries: 1,
  films: 1,
  boxes: 2,
  promptTokens: 900,
  completionTokens: 40,
};
const EVENTS: readonly AuditEvent[] = [
  TURN,
  { ...WHERE, kind: 'overrule', choice: 'read' },
  { ...WHERE, kind: 'confirmed-mask' },
  { ...WHERE, kind: 'correction', feedback: 'wrong-place', corrected: true },
  { ...WHERE, author: undefined, turn: undefined, kind: 'forget', turns: 3, films: 1 },
  { kind: 'export', rows: 7 },
];

const NOW = Date.UTC(2026, 10, 30, 6);
const linesOf = (events: readonly AuditEvent[], pseudonym?: Pseudonym): string[] => {
  const lines: string[] = [];
  const append = (line: string): void => void lines.push(line);
  const audit = createAuditLines({ pseudonym, now: () => NOW, append });
  for (const event of events) audit.write(event);
  return lines;
};
const parsed = (lines: readonly string[]) =>
  lines.map((line) => JSON.parse(line) as Record<string, unknown>);

describe('the audit', () => {
  test('has one JSON object for each event, with when and what first', () => {
    const lines = linesOf(EVENTS);
    expect(lines.every((line) => line.startsWith('{"at":"2026-11-30T06:00:00.000Z","kind":'))).toBe(
      true,
    );
    expect(parsed(lines).map(({ kind }) => kind)).toEqual(EVENTS.map(({ kind }) => kind));
    expect(parsed(lines)[0]).toEqual({
      at: '2026-11-30T06:00:00.000Z',
      ...JSON.parse(JSON.stringify(TURN)),
    });
  });

  test('has no id of a platform once they are hashed', () => {
    const text = linesOf(EVENTS, createPseudonym('a key')).join('\n');
    const { platform, ...ids } = WHERE;
    for (const id of Object.values(ids)) expect(text).not.toContain(id);
    expect(text).toContain(platform);
  });

  test('hashes one id to one pseudonym, another with another key or in another place', () => {
    const [one, again] = parsed(linesOf([TURN, TURN], createPseudonym('a key')));
    const [other] = parsed(linesOf([TURN], createPseudonym('another key')));
    expect(one).toEqual(again);
    expect(one?.['author']).toMatch(/^[0-9a-f]{16}$/);
    expect(other?.['author']).not.toBe(one?.['author']);
    const pseudonym = createPseudonym('a key');
    expect(pseudonym('slack', 'author', '1')).not.toBe(pseudonym('slack', 'channel', '1'));
    expect(pseudonym('slack', 'author', '1')).not.toBe(pseudonym('discord', 'author', '1'));
  });

  test('leaves out what is not there', () => {
    const nowhere: AuditEvent = {
      ...WHERE,
      kind: 'confirmed-mask',
      workspace: '',
      author: undefined,
    };
    const [line] = parsed(linesOf([nowhere], createPseudonym('a key')));
    expect(line?.['workspace']).toBe('');
    expect(line).not.toHaveProperty('author');
  });

  test('names what a turn was for without its words', () => {
    expect(auditedTask({ kind: 'task', task: 'wet-read' })).toBe('wet-read');
    expect(auditedTask({ kind: 'locate', what: 'a nodule' })).toBe('locate');
    expect(auditedTask({ kind: 'free', text: 'Is there a nodule?' })).toBe('free');
    expect(auditedTask(undefined)).toBe('free');
  });

  test('can be heard by several', () => {
    const heard: string[] = [];
    const audit = auditAll([
      { write: ({ kind }) => void heard.push(`a ${kind}`) },
      { write: ({ kind }) => void heard.push(`b ${kind}`) },
    ]);
    audit.write({ kind: 'export', rows: 0 });
    expect(heard).toEqual(['a export', 'b export']);
  });
});
