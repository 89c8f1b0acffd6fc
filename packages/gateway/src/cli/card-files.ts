// What `palier check` tries beyond the configuration's own words: the files of certificates and of key models it names.
import { systemClock } from '@palier/mfa-core';
import { cardKeyPolicy } from '../card/key-models.ts';
import { readTrust } from '../card/trust.ts';
import type { ClientCertificateSetting } from '../config/card-settings.ts';
import type { Config } from '../config/config.ts';
import type { Objection, Path } from '../config/issues.ts';
import { readPair } from '../files/certificate-pair.ts';
import { faultOf } from '../files/file-fault.ts';

/** Every file that is not what its setting says, with the setting's place. */
export async function cardFileObjections(config: Config): Promise<readonly Objection[]> {
  const certificates = config.identity.flatMap((setting, index) =>
    setting.kind === 'client-certificate' ? ofCertificates(setting, ['identity', index, setting.kind]) : [],
  );
  const { metadata } = config.enrolment;
  const place = ['enrolment', metadata === undefined ? 'attestationRoots' : 'metadata'];
  const models = await cardKeyPolicy(config.enrolment, systemClock).then(
    () => [],
    (error: unknown) => [flaw(place, error, 'fetch it anew, or name the right one')],
  );
  return [...certificates, ...models];
}

function ofCertificates(setting: ClientCertificateSetting, path: Path): readonly Objection[] {
  const { ca, intermediates, issuers, tls } = setting;
  const fix = 'name a PEM file of certificates: roots in ca, authorities below them in intermediates';
  const read = (key: string, act: () => unknown): readonly Objection[] => {
    try {
      act();
      return [];
    } catch (error) {
      return [flaw([...path, key], error, fix)];
    }
  };
  const roots = read('ca', () => readTrust({ anchors: ca, intermediates: undefined, issuers: undefined }));
  // Without sound roots the others cannot be judged beside them.
  const others = (['intermediates', 'issuers'] as const).flatMap((key) => {
    const files = {
      anchors: ca,
      intermediates: undefined,
      issuers: undefined,
      [key]: { intermediates, issuers }[key],
    };
    return roots.length > 0 ? [] : read(key, () => readTrust(files));
  });
  return [...roots, ...others, ...(tls === undefined ? [] : read('tls', () => readPair(tls)))];
}

function flaw(path: Path, error: unknown, fix: string): Objection {
  const { problem, fix: own } = faultOf(error, fix);
  return { path, problem, fix: own };
}
