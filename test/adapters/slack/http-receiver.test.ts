import { createHmac, randomUUID } from 'node:crypto';
import type { App, ReceiverEvent } from '@slack/bolt';
import { expect, onTestFinished, test } from 'vitest';
import { createHttpServer } from '../../../src/adapters/http.ts';
import { HttpReceiver, SLACK_ROUTE } from '../../../src/adapters/slack/http-receiver.ts';
import { createLogger } from '../../../src/log.ts';

const SECRET = 'loopback-signing-secret';

const open = async (
  process: (event: ReceiverEvent) => Promise<void>,
  onUnsigned: () => void = () => undefined,
) => {
  const receiver = new HttpReceiver(SECRET, Date.now, onUnsigned);
  const server = createHttpServer({
    logger: createLogger('silent'),
    host: '127.0.0.1',
    names: [],
    ready: async () => ({}),
    id: randomUUID,
  });
  await server.register(receiver.adapter);
  receiver.init({ processEvent: process } as App);
  await receiver.start();
  onTestFinished(() => server.close());
  return { server, receiver };
};

const signed = (payload: string, { secret = SECRET, ageS = 0, type = 'application/json' } = {}) => {
  const timestamp = String(Math.floor(Date.now() / 1_000) - ageS);
  const hmac = createHmac('sha256', secret).update(`v0:${timestamp}:${payload}`).digest('hex');
  const headers = {
    'content-type': type,
    'x-slack-request-timestamp': timestamp,
    'x-slack-signature': `v0=${hmac}`,
  };
  return { method: 'POST', url: SLACK_ROUTE, payload, headers } as const;
};

const EVENT = JSON.stringify({ type: 'event_callback', event: { type: 'message' } });

test('answers the challenge by which Slack tries the address', async () => {
  const { server } = await open(async () => undefined);
  const body = JSON.stringify({ type: 'url_verification', challenge: 'abc' });
  const answer = await server.inject(signed(body));
  expect(answer.statusCode).toBe(200);
  expect(answer.body).toBe('abc');
});

test.each([
  ['with another secret', signed(EVENT, { secret: 'another' })],
  ['from six minutes ago', signed(EVENT, { ageS: 360 })],
  ['whose body was changed', { ...signed(EVENT), payload: EVENT.replace('message', 'massage') }],
  ['without a signature', { method: 'POST', url: SLACK_ROUTE, payload: EVENT } as const],
])('refuses a request %s', async (_what, request) => {
  const heard: ReceiverEvent[] = [];
  const { server } = await open(async (event) => void heard.push(event));
  expect((await server.inject(request)).json()).toMatchObject({
    error: { code: 'slack-signature' },
  });
  expect(heard).toEqual([]);
});

test('a wrong secret is told once, and again after a request that was right', async () => {
  let told = 0;
  const { server } = await open(
    async ({ ack }) => ack(),
    () => (told += 1),
  );
  const wrong = signed(EVENT, { secret: 'another' });
  for (const request of [wrong, wrong, signed(EVENT), wrong]) await server.inject(request);
  expect(told).toBe(2);
});

test('acknowledges what was taken, and answers with what a command is told', async () => {
  const { server } = await open(async ({ body, ack }) => {
    await ack(body['command'] === undefined ? undefined : { text: 'help' });
  });
  const event = await server.inject(signed(EVENT));
  expect([event.statusCode, event.body]).toEqual([200, '']);
  const form = 'command=%2Fwetread&text=help';
  const type = 'application/x-www-form-urlencoded';
  const command = await server.inject(signed(form, { type }));
  expect(command.json()).toEqual({ text: 'help' });
});

test('a press is JSON within a form', async () => {
  const heard: unknown[] = [];
  const { server } = await open(async ({ body, ack }) => {
    heard.push(body['type']);
    await ack();
  });
  const form = new URLSearchParams({ payload: JSON.stringify({ type: 'block_actions' }) });
  const type = 'application/x-www-form-urlencoded';
  expect((await server.inject(signed(form.toString(), { type }))).statusCode).toBe(200);
  expect(heard).toEqual(['block_actions']);
});

test('what could not be taken is not acknowledged, so that Slack delivers it again', async () => {
  const { server } = await open(async () => undefined);
  expect((await server.inject(signed(EVENT))).statusCode).toBeGreaterThanOrEqual(500);
});

test('what comes while it is closed is not acknowledged', async () => {
  const { server, receiver } = await open(async ({ ack }) => ack());
  await receiver.stop();
  expect((await server.inject(signed(EVENT))).statusCode).toBe(503);
});
