// Cards behind another end of TLS: real nginx, HAProxy and Apache with the shipped files, and the shapes in which others
// hand a certificate on. What a front says is where the certificate is; whether it counts, the gateway judges again.
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { freePort } from '../../examples/portal/free-port.ts';
import { type ForwardedForm, readForwarded } from '../../packages/gateway/src/card/forwarded/forms.ts';
import { formTo } from '../support/forms.ts';
import {
  type FrontProgram,
  type FrontServer,
  isFrontMissing,
  shippedFront,
  startFront,
} from '../support/front-server.ts';
import type { Pki } from '../support/pki.ts';
import { type Professional, seat } from '../support/professional.ts';
import { type CardSite, present, startCardSite } from './card-site.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface Behind extends CardSite {
  /** Where the gateway itself listens for the front. */
  readonly inner: number;
}

async function siteBehind(form: ForwardedForm, more: Readonly<Record<string, string>> = {}): Promise<Behind> {
  const inner = await freePort();
  const site = await startCardSite(({ lists }) => ({
    listen: `127.0.0.1:${inner}`,
    tls: '',
    behind: `{ form: ${form}, trustedPeers: [127.0.0.1] }`,
    crl: lists,
    dangerouslyWithoutRevocation: '',
    ...more,
  }));
  closers.push(() => site.close());
  return { ...site, inner };
}

async function addressFor(who: Professional): Promise<string> {
  await who.signIn();
  const stop = await who.browser.follow('/patients?nom=durand');
  const { action, fields } = formTo(stop, '/.palier/step-up/card');
  return (await who.browser.post(action, fields)).location;
}

const joined = (...files: readonly string[]): string =>
  files.map((file) => readFileSync(file, 'utf8')).join('');

/** The files the shipped configurations name. */
function filesOf(pki: Pki): Readonly<Record<string, string>> {
  const { chain, key } = pki.leaf('server');
  const cards = joined(chain);
  const secret = joined(key);
  return {
    'cards.pem': cards,
    'cards.key': secret,
    'cards-and-key.pem': cards + secret,
    'authorities.pem': joined(pki.anchors, pki.intermediates),
  };
}

const shipped: readonly (readonly [FrontProgram, ForwardedForm, string])[] = [
  ['nginx', 'nginx', 'nginx-cards.conf'],
  ['haproxy', 'haproxy', 'haproxy-cards.cfg'],
  ['apache2', 'apache', 'apache-cards.conf'],
];

const apacheModules = ['ssl', 'socache_shmcb', 'headers', 'proxy', 'proxy_http']
  .map((name) => `LoadModule ${name}_module modules/mod_${name}.so\n`)
  .join('');

async function frontOf(program: FrontProgram, file: string, site: Behind): Promise<FrontServer> {
  const places: [string, string][] = Object.keys(filesOf(site.pki)).flatMap((name): [string, string][] => {
    const text = readFileSync(new URL(`../../examples/card-fronts/${file}`, import.meta.url), 'utf8');
    return text.includes(` ${name}`) ? [[` ${name}`, ` {folder}/${name}`]] : [];
  });
  const text = shippedFront(`../card-fronts/${file}`, [
    ...places,
    ['127.0.0.1:8443', `127.0.0.1:${site.cardPort}`],
    ['127.0.0.1:8444', `127.0.0.1:${site.inner}`],
  ]);
  const front = await startFront(
    program,
    program === 'apache2' ? apacheModules + text : text,
    site.cardPort,
    filesOf(site.pki),
  );
  closers.push(() => front.stop());
  return front;
}

describe.each(shipped)('%s with the shipped file', (program, form, file) => {
  it.skipIf(isFrontMissing(program))(
    'hands the card on, and the gateway judges it again: whose it is, and whether it was revoked',
    async () => {
      const site = await siteBehind(form);
      await frontOf(program, file, site);
      const doctor = seat(site, 'medecin-01');
      const leaf = await site.cardOf('medecin-01');
      const shown = await present(site, await addressFor(doctor), leaf);
      expect(shown.status, shown.text).toBe(303);
      const back = await doctor.browser.go(shown.location.slice(site.origin.origin.length));
      expect(back.location).toMatch(/^\/patients/);

      const nobody = await present(site, await addressFor(seat(site, 'medecin-02')), undefined);
      expect(nobody.status).toBe(403);
      const wrong = await present(site, await addressFor(seat(site, 'medecin-02')), leaf);
      expect([wrong.status, wrong.location]).toEqual([403, '']);
      const revoked = await site.cardOf('medecin-03');
      await site.pki.revoke(revoked);
      await site.pki.publish('persons', { from: 0, to: 7 });
      await site.again();
      const refused = await present(site, await addressFor(seat(site, 'medecin-03')), revoked);
      expect([refused.status, refused.location]).toEqual([403, '']);
      expect(site.log.filter(({ kind }) => kind === 'card').map(({ outcome }) => outcome)).toEqual([
        'shown',
        'refused:no-certificate',
        'refused:wrong-person',
        'refused:revoked',
      ]);
    },
    60_000,
  );

  it.skipIf(isFrontMissing(program))(
    'A215: lets through no certificate that a client only writes into a header',
    async () => {
      const site = await siteBehind(form);
      await frontOf(program, file, site);
      const address = await addressFor(seat(site, 'medecin-01'));
      const leaf = await site.cardOf('medecin-01');
      for (const [name, value] of Object.entries(everySpelling(leaf.certificate))) {
        const forged = await present(site, address, undefined, {
          headers: { [name]: value, 'x-ssl-client-verify': 'SUCCESS' },
        });
        expect([forged.status, forged.location], name).toEqual([expect.any(Number), '']);
        expect(forged.status, name).toBeGreaterThanOrEqual(400);
      }
      expect(site.log.some(({ outcome }) => outcome === 'shown')).toBe(false);
    },
    60_000,
  );
});

const derOf = (file: string): Buffer => new X509Certificate(readFileSync(file)).raw;

/** The certificate in each form, by header. */
function everySpelling(file: string): Readonly<Record<string, string>> {
  const der = derOf(file).toString('base64');
  const pem = new X509Certificate(readFileSync(file)).toString();
  return {
    'client-cert': `:${der}:`,
    'x-ssl-client-cert': encodeURIComponent(pem),
    'x-ssl-client-der': der,
    'x-forwarded-tls-client-cert': encodeURIComponent(der),
    'x-forwarded-client-cert': `Hash=00;Cert="${encodeURIComponent(pem)}";Subject="CN=x"`,
    'ssl-client-cert': encodeURIComponent(pem),
    'x-client-cert': encodeURIComponent(pem),
  };
}

/** Sends headers straight to the gateway's own listener, as a front would. */
function asFront(
  site: Behind,
  address: string,
  headers: Readonly<Record<string, string | string[]>>,
  localAddress = '127.0.0.1',
) {
  const url = new URL(address);
  return new Promise<{ status: number; location: string }>((resolve, reject) => {
    const sending = request(
      {
        host: '127.0.0.1',
        port: site.inner,
        path: `${url.pathname}${url.search}`,
        localAddress,
        agent: false,
        headers: { host: url.host, ...headers },
      },
      (response) => {
        response.resume();
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, location: response.headers.location ?? '' }),
        );
      },
    );
    sending.on('error', reject);
    sending.end();
  });
}

const recorded: readonly (readonly [ForwardedForm, (file: string) => Readonly<Record<string, string>>])[] = [
  ['rfc9440', (file) => ({ 'client-cert': `:${derOf(file).toString('base64')}:` })],
  [
    'traefik',
    (file) => ({ 'x-forwarded-tls-client-cert': encodeURIComponent(derOf(file).toString('base64')) }),
  ],
  ['envoy', (file) => ({ 'x-forwarded-client-cert': everySpelling(file)['x-forwarded-client-cert'] ?? '' })],
];

describe.each(recorded)('a front that writes as %s', (form, headersOf) => {
  it('hands a card on', async () => {
    const site = await siteBehind(form);
    const leaf = await site.cardOf('medecin-01');
    const shown = await asFront(
      site,
      await addressFor(seat(site, 'medecin-01')),
      headersOf(leaf.certificate),
    );
    expect([shown.status, shown.location.includes('/.palier/card/done?shown=')]).toEqual([303, true]);
  });
});

describe('the listener behind a front', () => {
  it('A215: believes nobody who is not listed, and nobody without the secret where there is one', async () => {
    const site = await siteBehind('rfc9440', { behind: '{ form: rfc9440, trustedPeers: [127.0.0.2] }' });
    const headers = everySpelling((await site.cardOf('medecin-01')).certificate);
    const address = await addressFor(seat(site, 'medecin-01'));
    const only = { 'client-cert': headers['client-cert'] ?? '' };
    expect(await asFront(site, address, only)).toEqual({ status: 403, location: '' });
    expect(site.log).toContainEqual(expect.objectContaining({ outcome: 'refused:front-peer' }));
    // The listed one is believed: the list is what makes the difference.
    expect((await asFront(site, address, only, '127.0.0.2')).status).toBe(303);
  });

  it('A215: reads no other form than the one configured', async () => {
    const site = await siteBehind('rfc9440');
    const { 'client-cert': right, ...others } = everySpelling((await site.cardOf('medecin-01')).certificate);
    const address = await addressFor(seat(site, 'medecin-01'));
    expect((await asFront(site, address, others)).status).toBe(403);
    expect((await asFront(site, address, { 'client-cert': [right ?? '', right ?? ''] })).status).toBe(400);
    expect((await asFront(site, address, { 'client-cert': right ?? '' })).status).toBe(303);
  });
});

describe('a header of a front', () => {
  const read = (form: ForwardedForm, headers: Readonly<Record<string, readonly string[]>>): string => {
    const forwarded = readForwarded(form, (name) => headers[name] ?? []);
    return forwarded === 'malformed'
      ? forwarded
      : forwarded.map((der) => Buffer.from(der).toString('latin1')).join(',');
  };
  const b64 = (text: string): string => Buffer.from(text).toString('base64');

  it('is read in its one spelling', () => {
    expect(read('rfc9440', {})).toBe('');
    expect(
      read('rfc9440', {
        'client-cert': [`:${b64('leaf')}:`],
        'client-cert-chain': [`:${b64('one')}:, :${b64('two')}:`],
      }),
    ).toBe('leaf,one,two');
    expect(read('haproxy', { 'x-ssl-client-der': [b64('leaf')], 'x-ssl-client-verify': ['0'] })).toBe('leaf');
    expect(read('nginx', { 'x-ssl-client-verify': ['NONE'] })).toBe('');
    expect(read('apache', { 'x-ssl-client-cert': ['(null)'], 'x-ssl-client-verify': ['NONE'] })).toBe('');
    expect(read('traefik', { 'x-forwarded-tls-client-cert': [`${b64('leaf')},${b64('one')}`] })).toBe(
      'leaf,one',
    );
  });

  it.each<readonly [ForwardedForm, Readonly<Record<string, readonly string[]>>]>([
    ['rfc9440', { 'client-cert': ['AAAA'] }],
    ['rfc9440', { 'client-cert': [':AAAA:, :BBBB:'] }],
    ['rfc9440', { 'client-cert': [':AAAA:', ':AAAA:'] }],
    ['rfc9440', { 'client-cert': [':AA AA:'] }],
    ['rfc9440', { 'client-cert-chain': [':AAAA:'] }],
    ['nginx', { 'x-ssl-client-cert': ['x'], 'x-ssl-client-verify': ['FAILED:certificate has expired'] }],
    ['nginx', { 'x-ssl-client-cert': ['%2'], 'x-ssl-client-verify': ['SUCCESS'] }],
    ['nginx', { 'x-ssl-client-verify': ['SUCCESS'] }],
    ['nginx', {}],
    ['nginx', { 'x-ssl-client-cert': ['x'], 'x-ssl-client-verify': ['NONE'] }],
    [
      'apache',
      {
        'x-ssl-client-cert': [
          '-----BEGIN CERTIFICATE----- AAAA -----END CERTIFICATE----- -----BEGIN CERTIFICATE----- AAAA -----END CERTIFICATE-----',
        ],
        'x-ssl-client-verify': ['SUCCESS'],
      },
    ],
    ['haproxy', { 'x-ssl-client-der': ['AAAA'], 'x-ssl-client-verify': ['10'] }],
    ['haproxy', { 'x-ssl-client-der': ['AAAA'] }],
    ['traefik', { 'x-forwarded-tls-client-cert': ['AAAA%0'] }],
    ['traefik', { 'x-forwarded-tls-client-cert': ['AAAA', 'AAAA'] }],
    ['envoy', { 'x-forwarded-client-cert': ['Cert="a";Cert="b"'] }],
    ['envoy', { 'x-forwarded-client-cert': ['Hash=1;Cert="a",Hash=2;Cert="b"'] }],
    ['envoy', { 'x-forwarded-client-cert': ['Subject="CN=a;Cert=b"'] }],
  ])('%s: what is not whole, or comes twice, is refused: %j', (form, headers) => {
    expect(read(form, headers)).toBe('malformed');
  });
});
