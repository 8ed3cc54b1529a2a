"""Notifications as eBay sends them: signed with a key that it publishes."""

import base64
import json
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


class Signer:
    """One key pair, a new one each time that the sandbox is made, under a new id: ids are remembered."""

    def __init__(self) -> None:
        self.key_id = str(uuid4())
        self._private = ec.generate_private_key(ec.SECP256R1())

    def published(self) -> dict[str, str]:
        """The public key as getPublicKey gives it: without line breaks."""
        pem = self._private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        return {"algorithm": "ECDSA", "digest": "SHA1", "key": pem.replace("\n", "")}

    def headers(self, body: bytes) -> Mapping[str, str]:
        """What makes a body eBay's."""
        signature = self._private.sign(body, ec.ECDSA(SHA1()))  # noqa: S303  # eBay's choice
        said = {
            "alg": "ecdsa",
            "kid": self.key_id,
            "signature": base64.b64encode(signature).decode(),
            "digest": "SHA1",
        }
        return {
            "content-type": "application/json",
            "x-ebay-signature": base64.b64encode(json.dumps(said).encode()).decode(),
        }


def letter(topic: str, notification_id: str, at: str, data: Mapping[str, Any]) -> bytes:
    """The body of a notification."""
    return json.dumps(
        {
            "metadata": {"topic": topic, "schemaVersion": "1.0", "deprecated": False},
            "notification": {
                "notificationId": notification_id,
                "eventDate": at,
                "publishDate": at,
                "publishAttemptCount": 1,
                "data": dict(data),
            },
        }
    ).encode()
