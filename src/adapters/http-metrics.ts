import type { HttpAdapter } from './http.ts';
import type { Metrics } from './metrics.ts';
import { METRICS_CONTENT_TYPE } from './prometheus.ts';

/**
 * `/metrics`, for Prometheus. Like `/health` and `/ready` it asks for no key: it holds counts and times, nothing of
 * what was said or who said it. Whoever can reach the port can read it.
 */
export const createMetricsAdapter = (metrics: Metrics): HttpAdapter => ({
  name: 'metrics',
  access: 'anyone',
  register: async (app) => {
    app.get('/metrics', async (_request, reply) =>
      reply.type(METRICS_CONTENT_TYPE).send(await metrics.text()),
    );
  },
});
