import { writeFile } from 'node:fs/promises';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LakeForTests, startLakeForTests } from './testing/lake-for-tests.test-support.ts';

let lake: LakeForTests;
let control: FastifyInstance;
beforeAll(async () => {
  lake = await startLakeForTests();
  control = Fastify();
  await control.register(async (app) => lake.service.operatorRoutes?.(app));
  await control.ready();
});
afterAll(async () => {
  await control.close();
  await lake.dispose();
});

const post = async (url: string, payload: object) => {
  const answer = await control.inject({ method: 'POST', url, payload });
  return { status: answer.statusCode, body: answer.json() };
};

test('an account is made and mapped, and the person acts as it', async () => {
  const subject = 'subject-of-carol';
  expect(await post('/accounts', { name: 'carol', email: 'carol@example.org', subject })).toMatchObject({
    status: 201,
    body: { account: 'carol' },
  });
  expect((await lake.ask('carol', 'GET', '/accounts/whoami')).json()).toMatchObject({
    account: 'carol',
    email: 'carol@example.org',
  });
  expect((await control.inject({ url: '/accounts' })).json()).toEqual(
    expect.arrayContaining([expect.objectContaining({ account: 'carol' })]),
  );
});

test('an account that exists, an invalid name and an unknown field are refused with a sentence', async () => {
  expect(await post('/accounts', { name: 'carol' })).toMatchObject({
    status: 409,
    body: { error: expect.stringMatching(/carol/) },
  });
  expect((await post('/accounts', { name: 'No Such Name!' })).status).toBe(400);
  expect(await post('/accounts', { name: 'dora', colour: 'red' })).toMatchObject({
    status: 400,
    body: { error: expect.stringMatching(/colour/) },
  });
  expect((await post('/accounts', {})).body.error).toMatch(/name/);
});

test('an element is added with protocol and attributes, and expressions find it', async () => {
  const protocol = { scheme: 'https', hostname: 'tape.example.org', port: 443, prefix: '/tape/' };
  expect(await post('/rses', { name: 'TAPE', protocol, attributes: { site: 'FAR', tier: 2 } })).toEqual({
    status: 201,
    body: { rse: 'TAPE' },
  });
  expect(await lake.rows('root', '/rses?expression=tier=2')).toMatchObject([{ rse: 'TAPE' }]);
  expect((await lake.ask('root', 'GET', '/rses/TAPE/protocols')).json()).toMatchObject([
    { hostname: 'tape.example.org', prefix: '/tape/' },
  ]);
  expect((await control.inject({ url: '/rses' })).json()).toEqual(
    expect.arrayContaining([expect.objectContaining({ name: 'TAPE', writable: true })]),
  );
  expect((await post('/rses', { name: 'TAPE' })).status).toBe(409);
  expect((await post('/rses', { name: 'lower case' })).status).toBe(400);
});

test('the audit is answered, deeply too', async () => {
  await lake.ask('alice', 'GET', '/accounts/whoami');
  await lake.put('alice', 'LOCAL-A', 'audited', 'content');
  expect((await control.inject({ url: '/audit' })).json()).toEqual([]);
  expect((await control.inject({ url: '/audit?deep=true' })).json()).toEqual([]);
  await writeFile(lake.fileOn('LOCAL-A', 'user.alice', 'audited'), 'CONTENT');
  expect((await control.inject({ url: '/audit' })).json()).toEqual([]);
  expect((await control.inject({ url: '/audit?deep=true' })).json()).toMatchObject([
    { subject: 'LOCAL-A', detail: expect.stringContaining('audited') },
  ]);
});
