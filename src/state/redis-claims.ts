import type { Claims } from '../core/claims.ts';
import { KEY_PREFIX, wholeMs, type RedisConnection } from './redis-connection.ts';

/** Each runs as one step of the server. KEYS[1] is the key; ARGV is described with each. */
const SCRIPTS = {
  /** owner, milliseconds */
  claim: `
    local holder = redis.call('GET', KEYS[1])
    if holder and holder ~= ARGV[1] then return 0 end
    redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
    return 1`,
  /** owner, milliseconds */
  renew: `
    if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
    return redis.call('PEXPIRE', KEYS[1], ARGV[2])`,
  /** owner */
  release: `
    if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
    return redis.call('DEL', KEYS[1])`,
  /** to, milliseconds, and from, unless it is to have no state */
  advance: `
    local state = redis.call('GET', KEYS[1])
    if state ~= (ARGV[3] or false) then return 0 end
    redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
    return 1`,
  /** member; its score is one more than the last one's */
  join: `
    if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then
      local last = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')
      redis.call('ZADD', KEYS[1], last[2] and tonumber(last[2]) + 1 or 0, ARGV[1])
    end
    return redis.call('ZRANK', KEYS[1], ARGV[1]) + 1`,
} as const;

/** `Claims` in Redis: strings that expire, and sorted sets for lines. The server's clock tells when a time has run out. */
export class RedisClaims implements Claims {
  readonly #connection: RedisConnection;

  constructor(connection: RedisConnection) {
    this.#connection = connection;
  }

  async claim(key: string, owner: string, ttlMs: number): Promise<boolean> {
    return (await this.#eval('claim', holderKey(key), owner, milliseconds(ttlMs))) === 1;
  }

  async renew(key: string, owner: string, ttlMs: number): Promise<boolean> {
    return (await this.#eval('renew', holderKey(key), owner, milliseconds(ttlMs))) === 1;
  }

  async release(key: string, owner: string): Promise<void> {
    await this.#eval('release', holderKey(key), owner);
  }

  async holder(key: string): Promise<string | undefined> {
    return this.#get(holderKey(key));
  }

  async advance(
    key: string,
    from: string | undefined,
    to: string,
    ttlMs: number,
  ): Promise<boolean> {
    const args = [to, milliseconds(ttlMs), ...(from === undefined ? [] : [from])];
    return (await this.#eval('advance', stateKey(key), ...args)) === 1;
  }

  async state(key: string): Promise<string | undefined> {
    return this.#get(stateKey(key));
  }

  async join(line: string, member: string): Promise<number> {
    return Number(await this.#eval('join', lineKey(line), member));
  }

  async leave(line: string, member: string): Promise<void> {
    await this.#connection.run((client) => client.zRem(lineKey(line), member));
  }

  async line(line: string): Promise<readonly string[]> {
    return this.#connection.run((client) => client.zRange(lineKey(line), 0, -1));
  }

  async #get(key: string): Promise<string | undefined> {
    return (await this.#connection.run((client) => client.get(key))) ?? undefined;
  }

  async #eval(script: keyof typeof SCRIPTS, key: string, ...args: string[]): Promise<unknown> {
    return this.#connection.run((client) =>
      client.eval(SCRIPTS[script], { keys: [key], arguments: args }),
    );
  }
}

const holderKey = (key: string): string => `${KEY_PREFIX}:holder:${key}`;
const stateKey = (key: string): string => `${KEY_PREFIX}:state:${key}`;
const lineKey = (line: string): string => `${KEY_PREFIX}:line:${line}`;
const milliseconds = (ttlMs: number): string => String(wholeMs(ttlMs));
