"""python3 -m django test --settings app.settings"""

from __future__ import annotations

import json
import pathlib
import tempfile

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.test import SimpleTestCase
from jwt.utils import base64url_encode

from .keys import FRESH, INTERVAL, STALE, Keys, KeysUnavailable


def key(kid: str) -> dict[str, str]:
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    point = public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    x, y = (base64url_encode(n).decode() for n in (point[1:33], point[33:]))
    return {"kty": "EC", "crv": "P-256", "kid": kid, "x": x, "y": y}


class KeysTests(SimpleTestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = pathlib.Path(folder.name, "jwks.json")
        self.now = 0.0
        self.keys = Keys(self.file.as_uri(), clock=lambda: self.now)

    def publish(self, *kids: str) -> None:
        self.file.write_text(json.dumps({"keys": [key(kid) for kid in kids]}))

    def assertFound(self, kid: str) -> None:
        self.assertEqual(getattr(self.keys.find(kid), "key_id", None), kid)

    def assertUnavailable(self, kid: str) -> None:
        with self.assertRaises(KeysUnavailable):
            self.keys.find(kid)

    def test_a_known_key_is_not_fetched_again(self) -> None:
        self.publish("a")
        self.assertFound("a")
        self.file.unlink()
        self.now = FRESH - 1
        self.assertFound("a")

    def test_an_unknown_key_is_asked_for_once_in_an_interval(self) -> None:
        self.publish("a")
        self.assertIsNone(self.keys.find("b"))
        self.publish("a", "b")
        self.now = INTERVAL - 1
        self.assertUnavailable("b")
        self.assertFound("a")
        self.now = INTERVAL
        self.assertFound("b")
        self.now = 2 * INTERVAL
        self.assertIsNone(self.keys.find("c"))

    def test_a_withdrawn_key_is_used_no_longer_than_keys_are_fresh(self) -> None:
        self.publish("a")
        self.assertFound("a")
        self.publish("b")
        self.now = FRESH
        self.assertIsNone(self.keys.find("a"))

    def test_known_keys_outlive_an_outage_of_an_hour(self) -> None:
        self.publish("a")
        self.assertFound("a")
        self.file.unlink()
        self.now = STALE - 1
        self.assertFound("a")
        self.assertUnavailable("b")
        self.now = STALE
        self.assertUnavailable("a")

    def test_what_is_no_key_set_is_an_outage_which_ends_by_itself(self) -> None:
        documents = ["", "<html>", "[]", '{"keys": [1]}', '{"keys": []}', "[" * 9000]
        for document in documents:
            with self.subTest(document=document[:20]):
                self.file.write_text(document)
                self.assertUnavailable("a")
                self.now += INTERVAL
        self.publish("a")
        self.assertFound("a")
