// Which public keys are accepted: three algorithms, each with the one key shape that belongs to it. The library pins
// the algorithm number at registration only, and not what stands beside it. COSE keys: RFC 9053, WebAuthn L3 section
// 5.8.5. Verifying with them is the library's.
import { decodeCBOR } from '@levischuck/tiny-cbor';

/** EdDSA, ES256, RS256. Pinned on both ceremonies, so that a mixed fleet of Node versions accepts the same keys. */
export const algorithms: readonly [-8, -7, -257] = [-8, -7, -257];

type Key = ReadonlyMap<unknown, unknown>;

/** Labels: 1 kty, 3 alg, -1 crv (or n), -2 x (or e), -3 y. */
const shapes: ReadonlyMap<unknown, (key: Key) => boolean> = new Map([
  [-8, (key: Key) => key.get(1) === 1 && key.get(-1) === 6 && hasBytes(key.get(-2), 32, 32)],
  [
    -7,
    (key: Key) =>
      key.get(1) === 2 && key.get(-1) === 1 && hasBytes(key.get(-2), 32, 32) && hasBytes(key.get(-3), 32, 32),
  ],
  [-257, (key: Key) => key.get(1) === 3 && hasBytes(key.get(-1), 256, 512) && isUsualExponent(key.get(-2))],
]);

/** Whether these bytes are one whole COSE key of a pinned algorithm. Never throws. */
export function isAcceptedKey(cose: Uint8Array): boolean {
  return acceptedAlgorithm(cose) !== undefined;
}

/** The pinned algorithm of one whole COSE key; undefined for anything else. Never throws. */
export function acceptedAlgorithm(cose: Uint8Array): (typeof algorithms)[number] | undefined {
  try {
    // A copy: the decoder reads the whole buffer beneath a view.
    const key: unknown = decodeCBOR(Uint8Array.from(cose));
    if (!(key instanceof Map) || shapes.get(key.get(3))?.(key) !== true) return undefined;
    return algorithms.find((algorithm) => algorithm === key.get(3));
  } catch {
    return undefined;
  }
}

/**
 * Whether an ES256 signature is one whole DER sequence of two integers and nothing behind it. The library reads the
 * beginning and does not mind the rest, so that one signature would have many texts.
 */
export function isWholeSignature(der: Uint8Array): boolean {
  const [tag, length, first, lengthOfR = 0] = der;
  const [second, lengthOfS = 0] = der.subarray(4 + lengthOfR);
  const isInteger = (bytes: number): boolean => bytes >= 1 && bytes <= 33;
  return (
    tag === 0x30 &&
    length === der.length - 2 &&
    first === 0x02 &&
    second === 0x02 &&
    isInteger(lengthOfR) &&
    isInteger(lengthOfS) &&
    der.length === 6 + lengthOfR + lengthOfS
  );
}

function hasBytes(value: unknown, least: number, most: number): boolean {
  return value instanceof Uint8Array && value.length >= least && value.length <= most;
}

/** 65537. A modulus of 4096 bits with an exponent as long would make every later verification slow on purpose. */
function isUsualExponent(value: unknown): boolean {
  return value instanceof Uint8Array && Buffer.from(value).equals(Buffer.from([1, 0, 1]));
}
