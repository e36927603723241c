import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    // some tests create sessions of ONNX Runtime themselves; see src/no-telemetry.ts
    env: { ORT_DISABLE_TELEMETRY: '1' },
    // Two cores, and onnxruntime takes both: more files at once only wait for each other.
    maxWorkers: 2,
    // Real processes, browsers and leases: where a shared machine stalls, a test is run once more, and vitest says so.
    retry: 1,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // What a browser does on two loaded cores may take longer than the second that is the default.
    expect: { poll: { timeout: 10_000 } },
  },
});
