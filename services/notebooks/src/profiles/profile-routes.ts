import { type Environment, locateEnvironment, readRecord } from '@vre/environments';
import type { ProfileModel } from '@vre/protocol-jupyterhub';
import type { ServiceContext } from '@vre/service';
import type { FastifyInstance } from 'fastify';
import type { Authenticator } from '../access/authenticator.ts';
import { cardsOf } from './cards.ts';
import { startSeconds } from './profile-store.ts';

type ProfileParts = {
  readonly context: Pick<ServiceContext, 'database' | 'clock'>;
  readonly authenticator: Authenticator;
  readonly environments: readonly Environment[];
  /** Where environments are built. */
  readonly buildDirectory: string;
};

const keptMilliseconds = 10_000;

/** `GET /hub/api/profiles`: the cards, with what is known of each on this machine. */
export function profileRoutes(app: FastifyInstance, parts: ProfileParts): void {
  const { context, authenticator } = parts;
  const cards = cardsOf(parts.environments);
  // Looking for the interpreter costs a process: what was found is good for a while.
  let kept: { readonly until: number; readonly cards: Promise<readonly ProfileModel[]> } | undefined;

  async function look(): Promise<readonly ProfileModel[]> {
    const took = await startSeconds(context.database.direct);
    return Promise.all(cards.map((card) => cardModel(card, parts.buildDirectory, took.get(card.name))));
  }

  app.get('/profiles', async (request) => {
    await authenticator.caller(request);
    const now = context.clock.now().getTime();
    if (kept === undefined || kept.until <= now) {
      kept = { until: now + keptMilliseconds, cards: look() };
      kept.cards.catch(() => {
        kept = undefined;
      });
    }
    return kept.cards;
  });
}

async function cardModel(
  card: Environment,
  buildDirectory: string,
  seconds: number | undefined,
): Promise<ProfileModel> {
  const { profile, name } = card;
  if (profile === undefined) throw new Error(`environment ${name} is no card`);
  const found = await locateEnvironment(card, { dataDirectory: buildDirectory }).then(
    ({ built, isThere }) => ({ directory: built.directory, isThere, problem: undefined }),
    (error: Error) => ({ directory: undefined, isThere: false, problem: error.message }),
  );
  const record =
    found.isThere && found.directory !== undefined ? await readRecord(found.directory) : undefined;
  const { title, summary, category, kernels, gpu, missing } = profile;
  return {
    name,
    title,
    summary,
    category,
    kernels: [...kernels],
    gpu,
    missing: [...missing],
    built: found.isThere,
    size_bytes: record?.bytes ?? null,
    start_seconds: found.isThere ? (seconds ?? null) : null,
    last_green_test: record?.smokeTest.at ?? null,
    recommended: false,
    unavailable: found.problem ?? (gpu ? 'It needs a graphics processor, and there is none here.' : null),
  };
}
