// What `palier check` tries of identity providers: the certificate the gateway shows them, the authorities it trusts, and
// the file that says whose card belongs to which account.
import { X509Certificate } from 'node:crypto';
import type { Config } from '../config/config.ts';
import type { Objection, Path } from '../config/issues.ts';
import type { ProviderSetting } from '../config/oidc-settings.ts';
import { readPair } from '../files/certificate-pair.ts';
import { faultOf } from '../files/file-fault.ts';
import { readText } from '../files/reading.ts';
import { samePerson } from '../oidc/person.ts';

/** Every file that is not what its setting says, with the setting's place. */
export function providerFileObjections({ identity, stepUp }: Config): readonly Objection[] {
  return [
    ...identity.flatMap((setting, index) =>
      setting.kind === 'oidc' ? ofProvider(setting.provider, ['identity', index, 'oidc']) : [],
    ),
    ...stepUp.flatMap(({ provider, person }, index) => {
      const path: Path = ['stepUp', index, 'oidc'];
      const fix = 'write JSON: { "<account>": ["<the provider’s name for the person>"] }';
      return [...ofProvider(provider, path), ...tried([...path, 'person'], fix, () => samePerson(person))];
    }),
  ];
}

function ofProvider({ credential, ca }: ProviderSetting, path: Path): readonly Objection[] {
  const fix = 'name a PEM file, and the key that belongs to the certificate';
  const shown =
    credential.kind === 'certificate' ? tried([...path, 'certificate'], fix, () => readPair(credential)) : [];
  const trusted =
    ca === undefined ? [] : tried([...path, 'ca'], fix, () => new X509Certificate(readText(ca)));
  return [...shown, ...trusted];
}

function tried(path: Path, fix: string, act: () => unknown): readonly Objection[] {
  try {
    act();
    return [];
  } catch (error) {
    return [{ path, ...faultOf(error, fix) }];
  }
}
