"""An OpenID Connect provider on loopback: asks who you are, trusts you, and signs RS256. For tests of the login.

with Provider(("甲", "乙")) as provider: ... provider.url ... the page shows one link for each name
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Sequence
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

CLIENT, SECRET = "zhibi-test", "loopback-only"
_KEY = "test-key"


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _number(n: int) -> str:
    return _b64(n.to_bytes((n.bit_length() + 7) // 8, "big"))


class Provider:
    """``codes`` given out and not yet exchanged; each is good for one exchange."""

    def __init__(self, people: Sequence[str]) -> None:
        from cryptography.hazmat.primitives.asymmetric import rsa

        self.people = people
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.codes: dict[str, tuple[str, str]] = {}
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self) -> Provider:
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def secrets(self, page: str) -> str:
        """The ``[auth]`` section for a page at this address."""
        return (
            f'[auth]\nredirect_uri = "{page}/oauth2callback"\ncookie_secret = "{secrets.token_hex(32)}"\n'
            f'client_id = "{CLIENT}"\nclient_secret = "{SECRET}"\n'
            f'server_metadata_url = "{self.url}/.well-known/openid-configuration"\n'
        )

    def metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "scopes_supported": ["openid", "profile", "email"],
        }

    def jwks(self) -> dict[str, Any]:
        public = self.key.public_key().public_numbers()
        return {"keys": [{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": _KEY,
                          "n": _number(public.n), "e": _number(public.e)}]}  # fmt: skip

    def choice(self, query: dict[str, str]) -> str:
        """One link a person, each with a code of its own."""
        links = []
        for person in self.people:
            code = secrets.token_urlsafe(16)
            self.codes[code] = (person, query.get("nonce", ""))
            back = urlencode({"code": code, "state": query.get("state", "")})
            links.append(
                f'<p><a href="{escape(query["redirect_uri"])}?{escape(back)}">{escape(person)}</a></p>'
            )
        return "<!DOCTYPE html><meta charset=utf-8>" + "".join(links)

    def token(self, code: str) -> dict[str, Any] | None:
        person, nonce = self.codes.pop(code, ("", ""))
        if not person:
            return None
        now = int(time.time())
        subject = hashlib.sha256(person.encode()).hexdigest()[:16]
        claims = {"iss": self.url, "aud": CLIENT, "sub": subject, "name": person, "email": f"{subject}@example.gov.cn",
                  "iat": now, "exp": now + 3600} | ({"nonce": nonce} if nonce else {})  # fmt: skip
        return {"access_token": secrets.token_urlsafe(16), "token_type": "Bearer", "expires_in": 3600,
                "id_token": self._signed(claims)}  # fmt: skip

    def _signed(self, claims: dict[str, Any]) -> str:
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import padding

        head = {"alg": "RS256", "typ": "JWT", "kid": _KEY}
        body = ".".join(_b64(json.dumps(part).encode()) for part in (head, claims))
        return f"{body}.{_b64(self.key.sign(body.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def _handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            asked = urlsplit(self.path)
            if asked.path == "/authorize":
                query = {k: v[0] for k, v in parse_qs(asked.query).items()}
                self._send(provider.choice(query).encode(), "text/html")
            elif asked.path == "/.well-known/openid-configuration":
                self._json(provider.metadata())
            elif asked.path == "/jwks":
                self._json(provider.jwks())
            else:
                self._json({"error": "not_found"}, 404)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            form = {k: v[0] for k, v in parse_qs(body).items()}
            basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
            known = (
                self.headers.get("Authorization") == f"Basic {basic}" or form.get("client_secret") == SECRET
            )
            given = provider.token(form.get("code", "")) if known else None
            self._json(given or {"error": "invalid_grant"}, 200 if given else 400)

        def _json(self, data: dict[str, Any], status: int = 200) -> None:
            self._send(json.dumps(data).encode(), "application/json", status)

        def _send(self, data: bytes, kind: str, status: int = 200) -> None:
            self.send_response(status)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    return Handler
