import { z } from 'zod';
import * as wire from './wire.ts';

/** In the components, so that each is described once; what a client sends and what it gets are read differently. */
const SENT = z.registry<{ id: string }>();
SENT.add(wire.CHAT_REQUEST, { id: 'ChatCompletionRequest' });

const RECEIVED = z.registry<{ id: string }>();
RECEIVED.add(wire.COMPLETION, { id: 'ChatCompletion' });
RECEIVED.add(wire.CHUNK, { id: 'ChatCompletionChunk' });
RECEIVED.add(wire.USAGE, { id: 'Usage' });
RECEIVED.add(wire.EXTENSION, { id: 'WetreadExtension' });
RECEIVED.add(wire.MODEL_CARD, { id: 'Model' });
RECEIVED.add(wire.MODEL_LIST, { id: 'ModelList' });
RECEIVED.add(wire.FAILURE, { id: 'Error' });

const uri = (id: string): string => `#/components/schemas/${id}`;

/** The schemas of a registry as components; a component is named by its place, so the names of their own go. */
const componentsOf = (registry: typeof SENT, io: 'input' | 'output'): Record<string, object> =>
  Object.fromEntries(
    Object.entries(z.toJSONSchema(registry, { uri, io }).schemas).map(
      ([id, { $id: _id, $schema: _schema, ...schema }]) => [id, schema],
    ),
  );

const json = (id: string) => ({ 'application/json': { schema: { $ref: uri(id) } } });

const FAILURES = {
  '4XX': { description: 'What was asked cannot be answered so.', content: json('Error') },
  '5XX': { description: 'It could not be answered now.', content: json('Error') },
} as const;

const answered = (description: string, id: string) => ({
  '200': { description, content: json(id) },
  ...FAILURES,
});

/** The API as OpenAPI 3.1 describes it, from the schemas that requests are read with. */
export const createOpenApi = (): object => ({
  openapi: '3.1.0',
  info: {
    title: 'Wetread',
    version: '1',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    description:
      'Questions about a chest film, as chat completions. Research software, not for clinical use.',
  },
  servers: [{ url: '/v1' }],
  security: [{ key: [] }, {}],
  paths: {
    '/chat/completions': {
      post: {
        operationId: 'createChatCompletion',
        summary: 'Asks about the last image of the conversation.',
        requestBody: { required: true, content: json('ChatCompletionRequest') },
        responses: {
          '200': {
            description: 'The answer, or with "stream" its chunks and "[DONE]".',
            content: {
              ...json('ChatCompletion'),
              'text/event-stream': { schema: { $ref: uri('ChatCompletionChunk') } },
            },
          },
          ...FAILURES,
        },
      },
    },
    '/models': {
      get: {
        operationId: 'listModels',
        summary: 'The ids that may be asked for.',
        responses: answered('All of them.', 'ModelList'),
      },
    },
    '/models/{id}': {
      get: {
        operationId: 'retrieveModel',
        summary: 'Whether there is such an id.',
        parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
        responses: answered('There is.', 'Model'),
      },
    },
  },
  components: {
    securitySchemes: { key: { type: 'http', scheme: 'bearer' } },
    schemas: { ...componentsOf(SENT, 'input'), ...componentsOf(RECEIVED, 'output') },
  },
});
