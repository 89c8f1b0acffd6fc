// How other ends of TLS write the certificate a client showed them into headers. Each form is read in exactly the spelling
// its writer uses and in no other; what comes twice or is not whole is refused. Names in text form (`CN=...`) are never
// read: they are ambiguous where a value holds "/" or ",".
export type ForwardedForm = 'rfc9440' | 'nginx' | 'apache' | 'haproxy' | 'traefik' | 'envoy';

export const forwardedForms = ['rfc9440', 'nginx', 'apache', 'haproxy', 'traefik', 'envoy'] as const;

/** DER, the leaf first; nothing when the client showed none. */
export type Forwarded = readonly Uint8Array[] | 'malformed';

/** Values of a header, in lower case, as they came: none, one, or more. */
export type HeaderValues = (name: string) => readonly string[];

export function readForwarded(form: ForwardedForm, values: HeaderValues): Forwarded {
  return readers[form](values);
}

type Reader = (values: HeaderValues) => Forwarded;

const readers: Readonly<Record<ForwardedForm, Reader>> = {
  // A byte sequence, and a list of them without the leaf (RFC 9440 section 2, RFC 9651 section 3.3.5).
  rfc9440: (values) => {
    const leaf = only(values, 'client-cert');
    const chain = only(values, 'client-cert-chain');
    if (leaf === undefined) return chain === undefined ? [] : 'malformed';
    if (leaf === 'twice' || chain === 'twice') return 'malformed';
    const pieces = [leaf, ...(chain === undefined ? [] : chain.split(',').map((piece) => piece.trim()))];
    return all(pieces, (piece) => /^:([A-Za-z0-9+/]+={0,2}):$/.exec(piece)?.[1]);
  },
  // $ssl_client_escaped_cert: PEM with escapes; $ssl_client_verify beside it.
  nginx: (values) => {
    const pem = only(values, 'x-ssl-client-cert');
    const verified = only(values, 'x-ssl-client-verify');
    if (verified === 'NONE' && (pem === undefined || pem === '')) return [];
    return verified === 'SUCCESS' ? escapedPem(pem) : 'malformed';
  },
  // %{SSL_CLIENT_CERT}s: PEM whose line ends became spaces, or `(null)`.
  apache: (values) => {
    const pem = only(values, 'x-ssl-client-cert');
    const verified = only(values, 'x-ssl-client-verify');
    if (verified === 'NONE' && (pem === undefined || pem === '' || pem === '(null)')) return [];
    return verified === 'SUCCESS' && pem !== undefined && pem !== 'twice'
      ? all([pem], bodyOfPem)
      : 'malformed';
  },
  // %[ssl_c_der,base64], and the number of %[ssl_c_verify].
  haproxy: (values) => {
    const der = only(values, 'x-ssl-client-der');
    const verified = only(values, 'x-ssl-client-verify');
    if (der === undefined || der === '') return verified === 'twice' ? 'malformed' : [];
    return verified === '0' && der !== 'twice' ? all([der], base64) : 'malformed';
  },
  // The bodies of PEM blocks, escaped as a whole, the leaf first.
  traefik: (values) => {
    const given = only(values, 'x-forwarded-tls-client-cert');
    if (given === undefined || given === '') return [];
    const text = given === 'twice' ? undefined : unescaped(given);
    return text === undefined ? 'malformed' : all(text.split(','), (body) => base64(body.replace(/\s/g, '')));
  },
  // One element only: with more than one, somebody before this front has forwarded too.
  envoy: (values) => {
    const given = only(values, 'x-forwarded-client-cert');
    if (given === undefined || given === '') return [];
    const fields = given === 'twice' ? undefined : envoyFields(given);
    return fields === undefined ? 'malformed' : escapedPem(fields.get('cert'));
  },
};

function only(values: HeaderValues, name: string): string | 'twice' | undefined {
  const [first, ...more] = values(name);
  return more.length > 0 ? 'twice' : first;
}

const mostCertificates = 8;

function all(pieces: readonly string[], body: (piece: string) => string | undefined): Forwarded {
  if (pieces.length > mostCertificates) return 'malformed';
  const bodies = pieces.map(body);
  return bodies.includes(undefined)
    ? 'malformed'
    : bodies.map((text) => new Uint8Array(Buffer.from(text ?? '', 'base64')));
}

function base64(text: string): string | undefined {
  return /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? text : undefined;
}

function escapedPem(given: string | undefined): Forwarded {
  const text = given === undefined || given === 'twice' ? undefined : unescaped(given);
  return text === undefined ? 'malformed' : all([text], bodyOfPem);
}

/** Escapes of bytes in ASCII; `+` is a plus here, as base64 has it. */
function unescaped(text: string): string | undefined {
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) return undefined;
  const plain = text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return /^[\t\n\r\x20-\x7e]*$/.test(plain) ? plain : undefined;
}

/** The one block of a PEM text. */
function bodyOfPem(text: string): string | undefined {
  const found = /^-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----\s*$/.exec(text);
  return found === null ? undefined : base64((found[1] ?? '').replace(/\s/g, ''));
}

/** `Hash=...;Cert="...";Subject="..."`; undefined when it is not exactly one element or a key comes twice. */
function envoyFields(text: string): ReadonlyMap<string, string> | undefined {
  const fields = new Map<string, string>();
  const pair = /([A-Za-z]+)=(?:"((?:[^"\\]|\\.)*)"|([^",;]*))(;|$)/y;
  while (pair.lastIndex < text.length) {
    const found = pair.exec(text);
    if (found === null) return undefined;
    const key = (found[1] ?? '').toLowerCase();
    // `URI` and `DNS` may come more than once and are not read; the certificate may not.
    if (fields.has(key) && key !== 'uri' && key !== 'dns') return undefined;
    fields.set(key, found[2] ?? found[3] ?? '');
  }
  return fields;
}
