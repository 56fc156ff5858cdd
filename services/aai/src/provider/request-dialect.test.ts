import { describe, expect, test } from 'vitest';
import { audiencesOf } from '../tokens/audience.ts';
import { publicClientInBasic, translateParameters } from './request-dialect.ts';

const audiencesAfter = (query: string) => {
  const resource = translateParameters(new URLSearchParams(query), 'token').get('resource');
  return resource === null ? null : audiencesOf(resource);
};

describe('audience and resource', () => {
  test.each([
    ['audience=rucio', ['rucio']],
    ['audience=rucio+https%3A%2F%2Flocalhost%3A8003', ['rucio', 'https://localhost:8003']],
    ['resource=https%3A%2F%2Flocalhost%3A8003', ['https://localhost:8003']],
    [
      'resource=urn:vre:aud:rucio%2520https%253A%252F%252Flocalhost%253A8003',
      ['rucio', 'https://localhost:8003'],
    ],
    ['resource=https%3A%2F%2Fa&resource=https%3A%2F%2Fb&audience=c', ['c', 'https://a', 'https://b']],
    ['audience=a++a', ['a']],
    ['scope=openid', null],
    ['audience=', null],
    ['resource=urn:vre:aud:%25zz', null],
  ])('%s', (query, audiences) => {
    expect(audiencesAfter(query)).toEqual(audiences);
  });
  test('other parameters stay as they are', () => {
    const translated = translateParameters(new URLSearchParams('code=a%2Fb&audience=x&state=1'), 'token');
    expect([...translated.keys()]).toEqual(['code', 'state', 'resource']);
    expect(translated.get('code')).toBe('a/b');
  });
});

describe('offline_access', () => {
  test.each([
    ['scope=openid+offline_access', 'consent'],
    ['scope=openid+offline_access&prompt=login', 'login consent'],
    ['scope=openid+offline_access&prompt=none', 'none'],
    ['scope=openid', null],
  ])('%s → prompt %s', (query, prompt) => {
    expect(translateParameters(new URLSearchParams(query), 'authorization').get('prompt')).toBe(prompt);
  });
  test('the token endpoint knows no prompt', () => {
    expect(translateParameters(new URLSearchParams('scope=offline_access'), 'token').has('prompt')).toBe(
      false,
    );
  });
});

test.each([
  [Buffer.from('cli:').toString('base64'), 'cli'],
  [Buffer.from('cli:secret').toString('base64'), undefined],
  ['!!', undefined],
  [Buffer.from('%zz:').toString('base64'), undefined],
])('Basic %s', (credentials, id) => {
  expect(publicClientInBasic(`Basic ${credentials}`)).toBe(id);
});
