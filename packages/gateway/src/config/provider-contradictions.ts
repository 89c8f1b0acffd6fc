// What makes no sense about identity providers: two of one name, two that could name one account, an account named by
// what changes hands, a provider that proves nothing.
import type { Config } from './config.ts';
import type { Objection, Path } from './issues.ts';
import type { ProviderSetting } from './oidc-settings.ts';

/** Every provider of a configuration, whatever it is for. */
export function providersOf(config: Config): readonly ProviderSetting[] {
  return placed(config).map(({ provider }) => provider);
}

interface Placed {
  readonly path: Path;
  readonly provider: ProviderSetting;
}

function placed({ identity, stepUp }: Config): readonly Placed[] {
  return [
    ...identity.flatMap((one, index) =>
      one.kind === 'oidc' ? [{ path: ['identity', index, 'oidc'], provider: one.provider }] : [],
    ),
    ...stepUp.map(({ provider }, index) => ({ path: ['stepUp', index, 'oidc'], provider })),
  ];
}

export function ofProviders(config: Config): readonly Objection[] {
  return [...names(config), ...sources(config), ...empty(config), ...claims(config)];
}

function names(config: Config): readonly Objection[] {
  const seen = new Set<string>();
  return placed(config).flatMap(({ path, provider }) => {
    const taken = seen.has(provider.name);
    seen.add(provider.name);
    return taken
      ? [
          {
            path: [...path, 'name'],
            problem: `another provider is called ${provider.name}`,
            fix: 'give it a name of its own: answers of two providers must not arrive at one address',
          },
        ]
      : [];
  });
}

/** Both could name the same account, and the one would speak for people of the other. */
function sources({ identity }: Config): readonly Objection[] {
  const places = identity.flatMap(({ kind }, index) => (kind === 'oidc' ? [index] : []));
  return places.slice(1).map((index) => ({
    path: ['identity', index, 'oidc'],
    problem: 'is a second provider that signs people in: it could name an account of the first',
    fix: 'keep one under identity; a provider that only proves a card belongs under stepUp',
  }));
}

function empty({ stepUp }: Config): readonly Objection[] {
  return stepUp.flatMap(({ provider }, index) =>
    provider.card.length > 0
      ? []
      : [
          {
            path: ['stepUp', index, 'oidc', 'assurance'],
            problem: 'names nothing that counts as a card, so this provider could prove nothing',
            fix: 'write assurance: { card: [{ acr: <value>, amr: [<values>] }] } with what the provider really says',
          },
        ],
  );
}

const changesHands = /^\/(e-?mail|phone_number|preferred_username|nickname|name)$/i;

function claims({ identity, stepUp }: Config): readonly Objection[] {
  const pointers: readonly (readonly [Path, string])[] = [
    ...identity.flatMap((one, index) =>
      one.kind === 'oidc' ? [[['identity', index, 'oidc', 'account'], one.pointers.account] as const] : [],
    ),
    ...stepUp.map(({ person }, index) => [['stepUp', index, 'oidc', 'person'], person.claim] as const),
  ];
  return pointers.flatMap(([path, pointer]) =>
    changesHands.test(pointer)
      ? [
          {
            path,
            problem: 'is a name that can change hands',
            fix: 'use /sub, or a claim the provider never gives to somebody else',
          },
        ]
      : [],
  );
}
