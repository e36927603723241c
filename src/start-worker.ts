import { Worker, type WorkerOptions } from 'node:worker_threads';

/**
 * Starts a thread on `name`, a module without its ending, seen from the module at `base`. From dist the thread's file is
 * JavaScript. From src it is TypeScript, for which a thread of Node 20 does not inherit the loader.
 */
export const startWorker = (base: string, name: string, options: WorkerOptions): Worker => {
  if (!base.endsWith('.ts')) return new Worker(new URL(`${name}.js`, base), options);
  const loader = import.meta.resolve('tsx/esm/api');
  const file = new URL(`${name}.ts`, base).href;
  const code = `import('${loader}').then(({ register }) => { register(); return import('${file}'); });`;
  return new Worker(code, { ...options, eval: true });
};
