"""Verifies Palier-Assertion, the gateway's word on who asks and what they proved. Needs PyJWT 2.6 and cryptography.

    palier = PalierAssertion("https://portail.example", "https://portail.example",
                             "https://portail.example/.palier/jwks.json")
    claims = palier.verify(request.headers.get("Palier-Assertion"))
    if claims is None: return 401
    account = claims["sub"]

On routes with `bind: request`: verify(token, request.method, the target as it came in, path and query).
"""
import base64
import hashlib
import json
import sys
import threading
import time
import urllib.request

import jwt

LIFETIME, TOLERANCE, KEYS_FRESH = 60, 5, 300


class PalierAssertion:
    def __init__(self, issuer, audience, jwks_url):
        self._issuer, self._audience, self._jwks_url = issuer, audience, jwks_url
        self._keys, self._asked, self._lock = None, 0.0, threading.Lock()

    def verify(self, token, method=None, target=None):
        """The claims, or None: then there is nobody. Raises when the keys could never be fetched."""
        if not token or len(token) > 4096:
            return None
        try:
            header = jwt.get_unverified_header(token)
            if header.get("typ") != "palier-assertion+jwt" or "crit" in header:
                return None
            key = self._key(header.get("kid"))
            if key is None:
                return None
            # The algorithm is ours to choose, and so is the key: nothing the token says about either is believed.
            claims = jwt.decode(
                token, key, algorithms=["ES256"], issuer=self._issuer, audience=self._audience,
                leeway=TOLERANCE, options={"require": ["exp", "iat", "sub"]},
            )
        except (jwt.PyJWTError, ValueError):
            return None
        # PyJWT takes "1700000000" for a number.
        numbers = all(type(claims[name]) in (int, float) for name in ("exp", "iat"))
        old = not numbers or time.time() - claims["iat"] > LIFETIME + TOLERANCE
        account = claims["sub"]
        if old or not isinstance(account, str) or not account or not isinstance(claims["aud"], str):
            return None
        return claims if method is None or _speaks_of(claims, method, target) else None

    def _key(self, kid):
        """Of the keys the gateway publishes; an unknown one is looked for again, at most once a second."""
        with self._lock:
            age = time.monotonic() - self._asked
            known = self._keys is not None and kid in self._keys
            if self._keys is None or age > KEYS_FRESH or (not known and age >= 1):
                self._fetch()
            return self._keys.get(kid)

    def _fetch(self):
        self._asked = time.monotonic()
        try:
            with urllib.request.urlopen(self._jwks_url, timeout=2) as answer:
                published = jwt.PyJWKSet.from_dict(json.loads(answer.read(65536)))
            self._keys = {one.key_id: one.key for one in published.keys if one.key_type == "EC"}
        except (OSError, ValueError, jwt.PyJWTError):
            # Through an outage of the gateway the old keys are still good.
            if self._keys is None:
                raise


def _speaks_of(claims, method, target):
    digest = base64.urlsafe_b64encode(hashlib.sha256(target.encode("latin-1")).digest()).rstrip(b"=").decode()
    return isinstance(claims.get("jti"), str) and claims.get("htm") == method and claims.get("path_digest") == digest


# By hand: python3 palier_assertion.py ISSUER AUDIENCE JWKS_URL, then a line for each token [method target].
if __name__ == "__main__":
    palier = PalierAssertion(*sys.argv[1:4])
    for line in sys.stdin:
        found = palier.verify(*line.rstrip("\n").split(" "))
        print("refused" if found is None else f"{found['sub']} {found['acr']}", flush=True)
