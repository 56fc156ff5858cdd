import { afterAll, beforeAll, expect, test } from 'vitest';
import { type HubUnderTest, startHub } from '../testing/hub-under-test.test-support.ts';

let hub: HubUnderTest;
let subject: string;
beforeAll(async () => {
  hub = await startHub();
  subject = hub.person('ada', ['/analysts']);
});
afterAll(() => hub.close());

async function me(claims: Record<string, unknown> = {}) {
  const exp = Math.floor(hub.context.clock.now().getTime() / 1000) + 600;
  const token = await hub.issuer.token({ sub: subject, aud: 'jupyterhub', exp, ...claims });
  return (await hub.fetch('/hub/api/user', { headers: { authorization: `Bearer ${token}` } })).json();
}
const withGroups = (...groups: string[]) => ({ scope: 'openid wlcg.groups', 'wlcg.groups': groups });

test('groups are those of userinfo, or of a token that tells them, at once', async () => {
  expect((await me()).groups).toEqual(['/analysts']);
  expect(await me(withGroups('/administrators'))).toMatchObject({ admin: true, groups: ['/administrators'] });
  expect((await me()).admin).toBe(true);
  expect(await me(withGroups())).toMatchObject({ admin: false, groups: [] });
  expect(await me({ 'wlcg.groups': ['/administrators'] })).toMatchObject({ admin: false });
});

test('userinfo is asked again after an hour, and an issuer that says nothing changes nothing', async () => {
  hub.issuer.setUser(subject, { preferred_username: 'lovelace', 'wlcg.groups': ['/engines'] });
  expect(await me()).toMatchObject({ name: 'ada', groups: [] });
  hub.context.clock.advance(3601);
  expect(await me()).toMatchObject({ name: 'ada', groups: ['/engines'] });
});

test('a service is nobody here', async () => {
  const answer = await me({ client_id: subject });
  expect(answer).toMatchObject({ status: 403, message: expect.stringContaining('of a service') });
});
