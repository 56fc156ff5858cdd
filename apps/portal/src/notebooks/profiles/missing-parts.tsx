import type { ProfileModel } from '@vre/protocol-jupyterhub';
import classes from '../notebooks.module.css';

/** What an environment lacks of the original: named at once, replacement and site recipe on demand. */
export function MissingParts({ missing }: Pick<ProfileModel, 'missing'>) {
  if (missing.length === 0) return null;
  return (
    <details className={classes.missing}>
      <summary>Not part of it: {missing.map(({ what }) => what).join(', ')}</summary>
      <dl>
        {missing.map(({ what, instead, site }) => (
          <div key={what}>
            <dt>{what}</dt>
            <dd>Instead: {instead}</dd>
            <dd>
              At a site: <span className="mono">{site}</span>
            </dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
