import { describe, expect, it } from 'vitest';
import { loadEnvironments } from './declaration.ts';
import { defaultImageTable, imageMatches, imageToEnvironment, UnmappedImageError } from './images.ts';

const environments = await loadEnvironments();
const table = defaultImageTable(environments, [
  { pattern: 'example.org/group/fit:v2*', environment: 'python', entryPoint: 'fit' },
]);

describe('what stands for an image', () => {
  it.each([
    ['python:3.11', 'python', undefined],
    ['docker.io/library/python:3.12', 'python', undefined],
    ['docker://python', 'python', undefined],
    ['python:3.11-slim', 'host', undefined],
    ['busybox', 'host', undefined],
    ['debian:12', 'host', undefined],
    ['bash:5', 'host', 'bash'],
    ['rucio/rucio-clients:release-41', 'rucio-clients', undefined],
    ['vre/km3net-data', 'km3net-data', undefined],
    ['example.org/group/fit:v2.1', 'python', 'fit'],
    ['python@sha256:abcdef0123', 'python', undefined],
  ])('%s: %s', (image, environment, entryPoint) => {
    expect(imageToEnvironment(image, table)).toEqual({ environment, entryPoint });
  });

  it.each([
    ['python', 'example.org/python:3', false],
    ['python:*', 'pythonic:3', false],
    ['a.c/x', 'abc/x', false],
    ['host:5000/a', 'host:5000/a:1', true],
    ['host:5000/a:2', 'host:5000/a:1', false],
  ])('pattern %s, image %s: %s', (pattern, image, expected) => {
    expect(imageMatches(pattern, image)).toBe(expected);
  });

  it('names the image, what is known, and how to map it', () => {
    const attempt = () => imageToEnvironment('example.org/group/fit:v1', table);
    expect(attempt).toThrow(UnmappedImageError);
    expect(attempt).toThrow('"example.org/group/fit:v1"');
    for (const name of ['host', ...environments.map((one) => one.name)]) expect(attempt).toThrow(name);
    expect(attempt).toThrow('pattern: "example.org/group/fit:*", environment: python');
  });
});
