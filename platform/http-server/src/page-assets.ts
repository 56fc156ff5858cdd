import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';

const types = { 'page.css': 'text/css; charset=utf-8', 'icon.svg': 'image/svg+xml' } as const;

/** Stylesheet and icon of the pages, read once. The folder is the same seen from `src` and from `dist`. */
export function pageAssetRoutes(app: FastifyInstance, mountPath: string): void {
  for (const [name, type] of Object.entries(types)) {
    const content = readFileSync(new URL(`../assets/${name}`, import.meta.url));
    app.get(`${mountPath}/assets/${name}`, (_request, reply) =>
      reply
        .headers({
          'content-type': type,
          'cache-control': 'public, max-age=3600',
          'x-content-type-options': 'nosniff',
        })
        .send(content),
    );
  }
}
