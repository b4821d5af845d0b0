"""Sends the requests of stdin, a JSON list, in one session of httpx. Prints a JSON list of answers."""
import contextlib
import json
import sys

import httpx


def grouped(fields):
    """httpx takes a dictionary, with a list of values for each name."""
    values = {}
    for name, value in fields:
        values.setdefault(name, []).append(value)
    return values


def send(client, request):
    with contextlib.ExitStack() as opened:

        def bytes_of(path):
            return opened.enter_context(open(path, "rb"))

        options = {"headers": request.get("headers")}
        if "body" in request:
            options["content"] = bytes_of(request["body"])
        else:
            options["data"] = grouped(request.get("fields", []))
            options["files"] = [
                (file["field"], (file["filename"], bytes_of(file["path"]), file["type"]))
                for file in request.get("files", [])
            ]
        try:
            answer = client.request(request["method"], request["url"], **options)
            return {"status": answer.status_code, "text": answer.text}
        except httpx.HTTPError as error:
            return {"error": repr(error)}


with httpx.Client(trust_env=False, timeout=60) as client:
    print(json.dumps([send(client, request) for request in json.load(sys.stdin)]))
