// What makes no sense together about client certificates.
import type { ClientCertificateSetting } from './card-settings.ts';
import type { Config } from './config.ts';
import type { Objection, Path } from './issues.ts';

export function ofCards(config: Config): readonly Objection[] {
  return [...ofCertificates(config), ...ofCardKeys(config)];
}

/** Keys that count as cards: a list of models is worth what vouches for it. */
function ofCardKeys({ enrolment }: Config): readonly Objection[] {
  const { cardClass, attestationRoots, metadata } = enrolment;
  const vouched = [attestationRoots, metadata].filter((one) => one !== undefined).length;
  if (cardClass.length > 0 && vouched === 1) return [];
  if (cardClass.length === 0 && vouched === 0) return [];
  const path = ['enrolment', vouched === 0 ? 'cardClass' : vouched === 2 ? 'metadata' : 'attestationRoots'];
  if (vouched === 0)
    return [
      {
        path,
        problem: 'is believed on the browser\u2019s word',
        fix: 'add metadata: <file>, or attestationRoots: <directory>',
      },
    ];
  return vouched === 2
    ? [{ path, problem: 'and attestationRoots both say who is trusted', fix: 'keep one of them' }]
    : [
        {
          path: ['enrolment'],
          problem: 'trusts makers of keys and counts no model as a card',
          fix: 'add cardClass: [<AAGUID>]',
        },
      ];
}

function ofCertificates(config: Config): readonly Objection[] {
  const first = config.identity.findIndex(({ kind }) => kind === 'client-certificate');
  return config.identity.flatMap((setting, index) => {
    if (setting.kind !== 'client-certificate') return [];
    const path = ['identity', index, setting.kind];
    return index === first
      ? ofCard(config, setting, path)
      : [{ path, problem: 'is a second listener for cards', fix: 'put both sets of authorities into one' }];
  });
}

function ofCard(config: Config, setting: ClientCertificateSetting, path: Path): readonly Objection[] {
  const others = config.identity.filter(({ kind }) => kind !== 'client-certificate');
  const tellPerson = others.some((one) => 'pointers' in one && one.pointers.person !== undefined);
  const national = setting.account === 'ps-id-nat' || setting.account === 'rpps';
  const checks: readonly (readonly [boolean, string, string, string])[] = [
    [
      setting.origin.protocol === 'https:',
      'origin',
      'is http: a certificate is shown in TLS only',
      'write https://...',
    ],
    [
      setting.origin.host !== config.origin.host,
      'origin',
      'is the origin of the portal: certificates would be asked of everybody',
      'give the listener a host or a port of its own, below the same domain',
    ],
    [
      setting.tls !== undefined || config.tls !== undefined || setting.behind !== undefined,
      'tls',
      'is missing, and the gateway has no TLS of its own either',
      'write tls: { cert: cards.pem, key: cards.key }',
    ],
    [
      setting.behind === undefined || setting.tls === undefined,
      'behind',
      'is another end of TLS, and tls is given too',
      'keep the one that ends TLS',
    ],
    [
      setting.matches === 'account' || tellPerson,
      'matches',
      'is person, and no source of identity tells the person of an account',
      'add person: /rpps (a pointer) to the portal-session source, or write matches: account',
    ],
    [
      setting.matches === 'person' || !tellPerson,
      'matches',
      'is account, and a source of identity tells the person of an account',
      'write matches: person, or take the pointer away',
    ],
    [
      others.length > 0 || setting.signsIn,
      'signsIn',
      'is not true, and this is the only source of identity: nobody could sign in',
      'write signsIn: true, or add a portal-session, jwt or oidc source',
    ],
    [
      national || setting.issuers !== undefined || setting.policies.length > 0,
      'account',
      'is a name that servers and organisations can have too',
      "say which certificates are persons': issuers: <PEM file>, or policies: [<identifier>]",
    ],
  ];
  return checks.flatMap(([sound, key, problem, fix]) =>
    sound ? [] : [{ path: key === 'tls' ? path : [...path, key], problem, fix }],
  );
}
