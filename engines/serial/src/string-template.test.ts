// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the placeholders are the subject of these tests
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { substituteTemplate, TemplateError } from './string-template.ts';

const values = new Map([
  ['name', 'Ada'],
  ['_x1', '42'],
  ['Name', 'other'],
  ['dollar', '$name'],
]);

describe('string.Template', () => {
  it.each([
    ['hello $name', 'hello Ada'],
    ['hello ${name}!', 'hello Ada!'],
    ['$name$name', 'AdaAda'],
    ['${name}_x', 'Ada_x'],
    ['$_x1.txt', '42.txt'],
    ['$Name', 'other'],
    ['$$name', '$name'],
    ['$$$name', '$Ada'],
    ['awk "{print \\$$1}"', 'awk "{print \\$1}"'],
    ['$dollar', '$name'],
    ['nothing', 'nothing'],
    ['', ''],
  ])('%s → %s', (text, expected) => {
    expect(substituteTemplate(text, values)).toBe(expected);
  });

  it.each([
    ['$missing', 'unknown', 'no parameter is called missing'],
    ['$name_x', 'unknown', 'no parameter is called name_x'],
    ['$(date)', 'malformed', 'invalid placeholder at line 1, column 1'],
    ['a\nb $1', 'malformed', 'invalid placeholder at line 2, column 3'],
    ['${name', 'malformed', 'invalid placeholder at line 1, column 1'],
    ['${na-me}', 'malformed', 'invalid placeholder at line 1, column 1'],
    ['${}', 'malformed', 'invalid placeholder at line 1, column 1'],
    ['cost: 5$', 'malformed', 'invalid placeholder at line 1, column 8'],
    ['$ñ', 'malformed', 'invalid placeholder at line 1, column 1'],
  ])('%s is refused as %s', (text, reason, message) => {
    const attempt = () => substituteTemplate(text, values);
    expect(attempt).toThrow(message);
    expect(attempt).toThrow(TemplateError);
    try {
      attempt();
    } catch (error) {
      expect((error as TemplateError).reason).toBe(reason);
    }
  });

  it('gives any text back when its dollars are doubled', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(substituteTemplate(text.replaceAll('$', '$$$$'), new Map())).toBe(text);
      }),
    );
  });

  it('puts any value in verbatim and never expands it again', () => {
    const identifier = fc.stringMatching(/^[_a-zA-Z][_a-zA-Z0-9]{0,8}$/);
    fc.assert(
      fc.property(identifier, fc.string(), fc.string(), fc.string(), (name, value, left, right) => {
        const double = (text: string) => text.replaceAll('$', '$$$$');
        const text = `${double(left)}\${${name}}${double(right)}`;
        expect(substituteTemplate(text, new Map([[name, value]]))).toBe(left + value + right);
      }),
    );
  });

  it('either fills in everything or throws a TemplateError', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[$a{} n]{0,12}$/), (text) => {
        try {
          expect(typeof substituteTemplate(text, new Map([['a', 'A']]))).toBe('string');
        } catch (error) {
          expect(error).toBeInstanceOf(TemplateError);
        }
      }),
    );
  });
});
