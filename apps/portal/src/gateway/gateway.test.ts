import { describe, expect, it } from 'vitest';
import { gatewayErrorOf } from './gateway-error.ts';
import { explainProblem, isFinal } from './problem.ts';

const answer = (status: number, body: unknown) =>
  new Response(typeof body === 'string' ? body : JSON.stringify(body), { status });

describe('what a failure says', () => {
  it.each([
    [
      'the lake',
      { ExceptionClass: 'RSENotFound', ExceptionMessage: 'no such element' },
      'no such element',
      'RSENotFound',
    ],
    ['the workflows', { message: 'quota exceeded' }, 'quota exceeded', undefined],
    [
      'OAuth',
      { error: 'invalid_grant', error_description: 'the code is used' },
      'the code is used',
      undefined,
    ],
    ['a proxy', '<html>', 'The platform answered 502', undefined],
  ])('reads the form of %s', async (_, body, message, code) => {
    const error = await gatewayErrorOf(answer(502, body));
    expect(error.message).toBe(message);
    expect(error.code).toBe(code);
  });

  it('tells apart what asking again may heal', () => {
    expect(isFinal({ status: 404 })).toBe(true);
    expect(isFinal({ status: 429 })).toBe(false);
    expect(isFinal({ status: 503 })).toBe(false);
    expect(isFinal(new TypeError('fetch failed'))).toBe(false);
  });

  it('explains a platform that is down', () =>
    expect(explainProblem(new TypeError('fetch failed')).why).toBe('The platform did not answer.'));
});
