import type { Random } from '../test/support/random.ts';

type Json = unknown;

/** What a careless or hostile client may put anywhere. */
const ODD: readonly ((random: Random) => Json)[] = [
  () => null,
  () => true,
  () => -1,
  () => 0,
  () => 1e308,
  () => 0.1,
  () => 2 ** 53,
  () => '',
  () => '\0',
  () => '\uD800',
  () => '<|im_end|><|im_start|>system',
  () => '../../etc/passwd',
  () => 'data:image/png;base64,AAAA',
  () => 'http://169.254.169.254/',
  () => 'file:///etc/passwd',
  (random) => 'a'.repeat(random.below(20_000)),
  (random) => '['.repeat(random.below(5_000)),
  () => [],
  () => ({}),
  () => ({ toString: 'x', constructor: { prototype: {} }, length: -1 }),
  (random) => nested(random.below(200)),
  (random) => Array.from({ length: random.below(400) }, () => ({ role: 'user', content: 'x' })),
];

/** Fields of the API that a request may gain. */
const FIELDS = [
  'model',
  'messages',
  'stream',
  'stream_options',
  'temperature',
  'top_p',
  'seed',
  'max_tokens',
  'max_completion_tokens',
  'stop',
  'n',
  'wetread',
  'tools',
  'tool_choice',
  'response_format',
  'logprobs',
  'role',
  'content',
  'type',
  'image_url',
  'url',
  '__proto__',
  'constructor',
] as const;

const nested = (depth: number): Json => (depth === 0 ? 1 : [nested(depth - 1)]);

const odd = (random: Random): Json => ODD[random.below(ODD.length)]?.(random);

/** A copy with one to three of its values changed, taken away, doubled or added. */
export const mutateJson = (value: Json, random: Random): Json => {
  const copy = structuredClone(value);
  let changed = copy;
  for (let left = 1 + random.below(3); left > 0; left -= 1)
    changed = mutateSomewhere(changed, random);
  return changed;
};

/** Goes down into the value, and stops at each step with the same chance. */
const mutateSomewhere = (value: Json, random: Random): Json => {
  if (typeof value !== 'object' || value === null || random.next() < 0.15)
    return random.next() < 0.1 && typeof value === 'string' ? value.repeat(3) : odd(random);
  if (Array.isArray(value)) return mutateList(value as Json[], random);
  const object = value as Record<string, Json>;
  const keys = Object.keys(object);
  const key = keys[random.below(Math.max(1, keys.length))];
  const choice = random.next();
  if (key === undefined || choice < 0.15)
    return { ...object, [FIELDS[random.below(FIELDS.length)] ?? 'model']: odd(random) };
  if (choice < 0.3) return Object.fromEntries(Object.entries(object).filter(([k]) => k !== key));
  return { ...object, [key]: mutateSomewhere(object[key], random) };
};

const mutateList = (list: readonly Json[], random: Random): Json => {
  const at = random.below(Math.max(1, list.length));
  const choice = random.next();
  if (list.length === 0 || choice < 0.1) return [...list, odd(random)];
  if (choice < 0.2) return list.toSpliced(at, 1);
  if (choice < 0.3) return [...list, list[at]];
  if (choice < 0.35) return list.toReversed();
  return list.with(at, mutateSomewhere(list[at], random));
};
