"""Digital signatures of requests about money, which eBay wants of sellers in the EU and the UK.

RFC 9421 (HTTP Message Signatures) as of its draft 11, with the parts and their order as eBay prescribes them.
"""

import base64
import hashlib
from datetime import datetime
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_private_key

from crossdock import AuthExpired

_NOT_A_KEY = (
    "signing_key is no private key that eBay's Key Management gives (Ed25519 or RSA). Create one there and set both "
    "signing_key and signing_jwe."
)


def sign(key: str, jwe: str, *, method: str, url: str, body: bytes | None, at: datetime) -> dict[str, str]:
    """The headers that make a request signed. `key` is PKCS 8, with or without PEM's first and last line.

    Raises AuthExpired where the key is none.
    """
    place = urlsplit(url)
    parts = {"x-ebay-signature-key": jwe, "@method": method, "@path": place.path, "@authority": place.netloc.lower()}
    headers = {"x-ebay-signature-key": jwe}
    if body is not None:
        digest = f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"
        parts, headers["content-digest"] = {"content-digest": digest} | parts, digest
    named = " ".join(f'"{name}"' for name in parts)
    params = f"({named});created={int(at.timestamp())}"
    lines = [*(f'"{name}": {value}' for name, value in parts.items()), f'"@signature-params": {params}']
    signature = base64.b64encode(_signed(key, "\n".join(lines).encode())).decode()
    return headers | {"signature-input": f"sig1={params}", "signature": f"sig1=:{signature}:"}


def _signed(key: str, content: bytes) -> bytes:
    inner = "".join(line for line in key.split("\n") if "-----" not in line)
    try:
        private = load_der_private_key(base64.b64decode(inner), password=None)
    except ValueError:
        raise AuthExpired(_NOT_A_KEY) from None
    match private:
        case ed25519.Ed25519PrivateKey():
            return private.sign(content)
        case rsa.RSAPrivateKey():
            return private.sign(content, padding.PKCS1v15(), SHA256())
    raise AuthExpired(_NOT_A_KEY)
