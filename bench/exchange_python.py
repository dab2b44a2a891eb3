"""Exchanges a code repeatedly in Python, in turns with other programs: `exchange.py` starts it.

    python exchange_python.py NAME JOB

The loop is in `repeat.py`.
"""

# ruff: noqa: PLC0415  (a process imports only what it measures)
from __future__ import annotations

import asyncio
import atexit
import json
import socket as sockets
import ssl
import sys
from pathlib import Path
from typing import Any, Callable
from urllib.parse import urlsplit

from repeat import answer_lines

Job = dict[str, Any]
Operation = Callable[[], object]
AUTHORIZATION = {"Authorization": "Basic Y2xpZW50OnNlY3JldA=="}
HEADERS = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded", **AUTHORIZATION}


def clever_sso(job: Job) -> Operation:
    from clever_sso import Client

    client = Client("client", "secret", job["redirect_uri"], base_url=job["base_url"], ca_bundle=job["authority"])
    return lambda: client.exchange_code("code")


def clever_sso_async(job: Job) -> Operation:
    from clever_sso import AsyncClient

    client = AsyncClient("client", "secret", job["redirect_uri"], base_url=job["base_url"], ca_bundle=job["authority"])
    loop = asyncio.new_event_loop()
    return lambda: loop.run_until_complete(client.exchange_code("code"))


def socket(job: Job) -> Operation:
    context = ssl.create_default_context(cafile=job["authority"])
    host, port = urlsplit(job["base_url"]).hostname, urlsplit(job["base_url"]).port
    request = job["request"].encode()
    streams: list[ssl.SSLSocket] = []

    def exchange() -> object:
        if not streams:
            plain = sockets.create_connection((host, port))
            plain.setsockopt(sockets.IPPROTO_TCP, sockets.TCP_NODELAY, 1)
            streams.append(context.wrap_socket(plain, server_hostname=host))
        stream = streams[0]
        stream.sendall(request)
        read = b""
        while b"\r\n\r\n" not in read:
            read += stream.recv(65536)
        head, _, body = read.partition(b"\r\n\r\n")
        length = int(head.partition(b"Content-Length: ")[2].partition(b"\r\n")[0])
        while len(body) < length:
            body += stream.recv(65536)
        if b"\r\nConnection: close" in head:
            streams.pop().close()
        return json.loads(body)

    return exchange


def http_client(job: Job) -> Operation:
    from http.client import HTTPSConnection

    context = ssl.create_default_context(cafile=job["authority"])
    connection = HTTPSConnection(urlsplit(job["base_url"]).netloc, context=context)

    def exchange() -> object:
        connection.request("POST", "/oauth/tokens", job["form"], HEADERS)
        answer = connection.getresponse()
        assert answer.status == 200
        return json.loads(answer.read())

    return exchange


def urllib3(job: Job) -> Operation:
    from urllib3 import PoolManager

    pool, url = PoolManager(ca_certs=job["authority"]), f"{job['base_url']}/oauth/tokens"

    def exchange() -> object:
        answer = pool.request("POST", url, body=job["form"], headers=HEADERS)
        assert answer.status == 200
        return answer.json()

    return exchange


def form(job: Job) -> dict[str, str]:
    """The form as a dictionary, for libraries that encode it themselves."""
    return {"grant_type": "authorization_code", "code": "code", "redirect_uri": job["redirect_uri"]}


def requests(job: Job) -> Operation:
    from requests import Session

    session, url = Session(), f"{job['base_url']}/oauth/tokens"
    session.verify = job["authority"]

    def exchange() -> object:
        answer = session.post(url, form(job), auth=("client", "secret"))
        answer.raise_for_status()
        return answer.json()

    return exchange


def httpx(job: Job) -> Operation:
    from httpx import Client

    client = Client(verify=ssl.create_default_context(cafile=job["authority"]))
    url = f"{job['base_url']}/oauth/tokens"

    def exchange() -> object:
        answer = client.post(url, data=form(job), auth=("client", "secret"))
        return answer.raise_for_status().json()

    return exchange


def aiohttp(job: Job) -> Operation:
    from aiohttp import ClientSession, TCPConnector

    context = ssl.create_default_context(cafile=job["authority"])
    loop, url = asyncio.new_event_loop(), f"{job['base_url']}/oauth/tokens"

    async def session() -> ClientSession:
        return ClientSession(connector=TCPConnector(ssl=context), headers=AUTHORIZATION)

    opened = loop.run_until_complete(session())
    atexit.register(lambda: loop.run_until_complete(opened.close()))

    async def exchange() -> object:
        async with opened.post(url, data=form(job)) as answer:
            answer.raise_for_status()
            return await answer.json()

    return lambda: loop.run_until_complete(exchange())


def authlib(job: Job) -> Operation:
    from authlib.integrations.flask_client import OAuth
    from flask import Flask

    app = Flask(__name__)
    clever = OAuth(app).register(
        "clever",
        client_id="client",
        client_secret="secret",
        access_token_url=f"{job['base_url']}/oauth/tokens",
        client_kwargs={"verify": job["authority"]},
    )

    def exchange() -> object:
        return clever.fetch_access_token(redirect_uri=job["redirect_uri"], code="code")

    return exchange


EXCHANGES = {
    each.__name__: each
    for each in (clever_sso, clever_sso_async, socket, http_client, urllib3, requests, httpx, aiohttp, authlib)
}

if __name__ == "__main__":
    answer_lines(EXCHANGES[sys.argv[1]](json.loads(Path(sys.argv[2]).read_text("utf-8"))))
