// Verifies Palier-Assertion in nginx with njs 0.7.9 or newer (Debian: libnginx-mod-http-js), for an application that
// cannot do it itself. Used by nginx-njs.conf. The keys are a file: fetch jwks.json from the gateway every few minutes and
// reload nginx when it changed; the gateway publishes each key long before it signs with it.

const lifetime = 60;
const tolerance = 5;
// RFC 5480: the fixed beginning of a P-256 key, before the point.
const spkiHead = '3059301306072a8648ce3d020106082a8648ce3d03010703420004';

function bytes(text) {
  return Buffer.from(text, 'base64url');
}

function json(part) {
  try {
    const value = JSON.parse(bytes(part).toString());
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch (_e) {
    return undefined;
  }
}

// What is preloaded has no methods of its own.
function keyOf(kid) {
  for (let at = 0; at < palier_jwks.keys.length; at += 1) {
    const key = palier_jwks.keys[at];
    if (key.kid === kid && key.kty === 'EC' && key.crv === 'P-256') return key;
  }
  return undefined;
}

async function claimsOf(token) {
  if (token.length > 4096 || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) return undefined;
  const parts = token.split('.');
  const header = json(parts[0]);
  // The algorithm is ours to choose, and so is the key: nothing the token says about either is believed.
  // biome-ignore lint/complexity/useOptionalChain: njs 0.7 has none
  if (!header || header.alg !== 'ES256' || header.typ !== 'palier-assertion+jwt' || header.crit)
    return undefined;
  const jwk = keyOf(header.kid);
  if (!jwk) return undefined;
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  const spki = Buffer.concat([Buffer.from(spkiHead, 'hex'), bytes(jwk.x), bytes(jwk.y)]);
  const key = await crypto.subtle.importKey('spki', spki, algorithm, false, ['verify']);
  const signed = Buffer.from(`${parts[0]}.${parts[1]}`);
  const sound = await crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key, bytes(parts[2]), signed);
  return sound ? json(parts[1]) : undefined;
}

function isNow(claims, r) {
  const now = Math.floor(Date.now() / 1000);
  return (
    typeof claims.iat === 'number' &&
    typeof claims.exp === 'number' &&
    claims.exp > now - tolerance &&
    claims.iat <= now + tolerance &&
    now - claims.iat <= lifetime + tolerance &&
    claims.iss === r.variables.palier_issuer &&
    claims.aud === r.variables.palier_audience &&
    typeof claims.sub === 'string' &&
    /^[\x21-\x7e]+$/.test(claims.sub)
  );
}

/** An assertion bound to a request is only good for that one. */
function speaksOf(claims, r) {
  if (claims.path_digest === undefined) return r.variables.palier_bind !== 'request';
  // biome-ignore lint/style/useNodejsImportProtocol: it is njs, not Node
  const digest = require('crypto').createHash('sha256').update(r.variables.request_uri).digest('base64url');
  return claims.htm === r.variables.request_method && claims.path_digest === digest;
}

async function verify(r) {
  try {
    // A header that came twice is joined with a comma and no token.
    const claims = await claimsOf(r.headersIn['Palier-Assertion'] || '');
    if (!claims || !isNow(claims, r) || !speaksOf(claims, r)) return r.return(401);
    r.headersOut['Palier-Account'] = claims.sub;
    r.headersOut['Palier-Acr'] = String(claims.acr);
    r.return(204);
  } catch (e) {
    r.error(`palier: ${e.message}`);
    r.return(401);
  }
}

// biome-ignore lint/style/noDefaultExport: njs knows no other export
export default { verify };
