"""Sends the requests of stdin, a JSON list, in one session of aiohttp. Prints a JSON list of answers."""
import asyncio
import contextlib
import json
import sys

import aiohttp


async def send(session, request):
    with contextlib.ExitStack() as opened:

        def bytes_of(path):
            return opened.enter_context(open(path, "rb"))

        if "body" in request:
            data = bytes_of(request["body"])
        else:
            data = aiohttp.FormData()
            for name, value in request.get("fields", []):
                data.add_field(name, value)
            for file in request.get("files", []):
                data.add_field(
                    file["field"], bytes_of(file["path"]), filename=file["filename"], content_type=file["type"]
                )
        try:
            url, headers = request["url"], request.get("headers")
            async with session.request(request["method"], url, data=data, headers=headers) as answer:
                return {"status": answer.status, "text": await answer.text()}
        except aiohttp.ClientError as error:
            return {"error": repr(error)}


async def main():
    async with aiohttp.ClientSession() as session:
        print(json.dumps([await send(session, request) for request in json.load(sys.stdin)]))


asyncio.run(main())
