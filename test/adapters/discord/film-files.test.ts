import { describe, expect, test } from 'vitest';
import { isFilmHost } from '../../../src/adapters/discord/film-files.ts';

const settings = { apiUrl: 'https://relay.example/api', cdnHosts: ['films.example'] };

describe('films are fetched', () => {
  test.each([
    'https://cdn.discordapp.com/attachments/1/2/film.png?ex=1',
    'https://media.discordapp.net/attachments/1/2/film.png',
    'https://relay.example/attachments/1/2/film.png',
    'https://films.example/film.png',
  ])('from %s', (url) => {
    expect(isFilmHost(new URL(url), settings)).toBe(true);
  });

  test.each([
    'http://cdn.discordapp.com/attachments/1/2/film.png',
    'https://cdn.discordapp.com.evil.example/film.png',
    'https://evil.example/cdn.discordapp.com/film.png',
    'https://user:secret@cdn.discordapp.com/film.png',
    'https://cdn.discordapp.com:8443/film.png',
    'http://relay.example/film.png',
    'http://169.254.169.254/latest',
    'https://discord.com.evil.example/film.png',
  ])('never from %s', (url) => {
    expect(isFilmHost(new URL(url), settings)).toBe(false);
  });
});
