import { audiencesOf, resourceOf, splitAudiences } from '../tokens/audience.ts';

/** Endpoints whose parameters differ between the field's clients and the specifications we implement. */
export type DialectEndpoint = 'authorization' | 'token' | 'device_authorization';

/**
 * Translates what clients of the field send into what the provider understands: `audience` (WLCG, INDIGO IAM; a
 * list in one parameter) and any number of `resource`s (RFC 8707) become one resource; `offline_access` brings
 * `prompt=consent` along, without which OpenID Connect Core §11 would have it ignored.
 */
export function translateParameters(parameters: URLSearchParams, endpoint: DialectEndpoint): URLSearchParams {
  const translated = new URLSearchParams(parameters);
  const audiences = [
    ...parameters.getAll('audience').flatMap(splitAudiences),
    ...parameters.getAll('resource').flatMap(audiencesOf),
  ];
  translated.delete('audience');
  translated.delete('resource');
  if (audiences.length > 0) translated.set('resource', resourceOf(audiences));
  if (endpoint === 'authorization' && words(parameters.get('scope')).includes('offline_access')) {
    const prompts = words(parameters.get('prompt'));
    if (!prompts.includes('consent') && !prompts.includes('none')) {
      translated.set('prompt', [...prompts, 'consent'].join(' '));
    }
  }
  return translated;
}

const words = (list: string | null): readonly string[] =>
  (list ?? '').split(' ').filter((word) => word !== '');

/**
 * Public clients of the field send `Authorization: Basic` with their id and an empty secret; the provider wants the
 * id in the body. Gives the id back when the header is of that kind.
 */
export function publicClientInBasic(header: string | undefined): string | undefined {
  const encoded = /^Basic +([A-Za-z0-9+/]+=*)$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const id = /^([^:]+):$/.exec(Buffer.from(encoded, 'base64').toString())?.[1];
  try {
    return id === undefined ? undefined : decodeURIComponent(id);
  } catch {
    return undefined;
  }
}
