import { createEndpoint } from '../../../src/model/endpoint/endpoint.ts';
import { createLogger } from '../../../src/log.ts';
import { afterAll, beforeAll } from 'vitest';
import { describeModel } from '../../contracts/model.contract.ts';
import { startEndpointServer, type EndpointServer } from '../../support/endpoint-server.ts';

let server: EndpointServer;

beforeAll(async () => {
  server = await startEndpointServer();
});
afterAll(() => server.close());

describeModel('an endpoint', {
  create: () =>
    createEndpoint({
      url: server.url,
      apiKey: undefined,
      model: undefined,
      demo: false,
      firstTokenTimeoutMs: 5_000,
      idleTimeoutMs: 5_000,
      retries: 0,
      logger: createLogger('silent'),
    }),
  skip: [
    {
      test: 'counts a prompt beforehand as it is counted afterwards',
      reason: 'OpenAI-compatible servers have no common way to count, so an endpoint estimates',
    },
  ],
});
