import fc from 'fast-check';
import { expect, test } from 'vitest';
import { filterSql, parseFilters } from './did-filter.ts';

test('groups are alternatives, conditions belong together', () => {
  expect(parseFilters("[{'name': 'file_*', 'bytes.gte': 101}, {'project.ne': 'x'}]")).toEqual([
    [
      { key: 'name', operator: 'eq', value: 'file_*' },
      { key: 'bytes', operator: 'gte', value: 101 },
    ],
    [{ key: 'project', operator: 'ne', value: 'x' }],
  ]);
});

test('JSON is read as well, and a key with a dot that is no operator stays whole', () => {
  expect(parseFilters('{"my.key": true}')).toEqual([[{ key: 'my.key', operator: 'eq', value: true }]]);
});

test.each(["[{'name': [1]}]", "['x']", '[{', "[{'a b': 1}]", "[{'': 1}]"])('refuses %s', (text) => {
  expect(() => parseFilters(text)).toThrow(expect.objectContaining({ errorClass: 'DIDFilterSyntaxError' }));
});

test.each([
  ["[{'bytes.gt': 'many'}]", /number/],
  ["[{'created_after': 'never'}]", /date/],
  ["[{'name.gt': 'a*'}]", /Wildcards/],
])('%s is a mistake of the asker', (text, reason) => {
  expect(() => filterSql(parseFilters(text))).toThrow(reason);
});

test('any text is read or refused in the protocol’s words', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        filterSql(parseFilters(text));
      } catch (error) {
        expect(error).toMatchObject({ name: 'RucioError' });
      }
    }),
  );
});
