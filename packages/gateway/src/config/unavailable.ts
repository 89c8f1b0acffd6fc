// Settings the schema knows and this release does nothing with. Accepting them in silence would let an operator believe
// in a defence that is not there; each goes from here when what it drives is wired in gateway.ts.
import type { Config } from './config.ts';
import type { Objection, Path } from './issues.ts';

/** What a sound configuration asks for and would not get. */
export function unavailable(config: Config): readonly Objection[] {
  const { identity, log } = config;
  const asked: readonly (readonly [boolean, Path])[] = [
    ...identity.map(({ kind }, index): readonly [boolean, Path] => [
      kind !== 'portal-session' &&
        kind !== 'jwt' &&
        kind !== 'login-watched' &&
        kind !== 'oidc' &&
        kind !== 'client-certificate',
      ['identity', index, kind],
    ]),
    [log.file !== undefined, ['log', 'file']],
  ];
  return asked.flatMap(([wanted, path]) =>
    wanted ? [{ path, problem: 'is not available in this release', fix: 'leave it out' }] : [],
  );
}
