"""Sends the requests of stdin, a JSON list, in one session of requests. Prints a JSON list of answers."""
import contextlib
import json
import sys

import requests


def send(session, request):
    with contextlib.ExitStack() as opened:

        def bytes_of(path):
            return opened.enter_context(open(path, "rb"))

        options = {"headers": request.get("headers")}
        if "body" in request:
            options["data"] = bytes_of(request["body"])
        else:
            options["data"] = [tuple(field) for field in request.get("fields", [])]
            options["files"] = [
                (file["field"], (file["filename"], bytes_of(file["path"]), file["type"]))
                for file in request.get("files", [])
            ]
        try:
            answer = session.request(request["method"], request["url"], **options)
            return {"status": answer.status_code, "text": answer.text}
        except requests.RequestException as error:
            return {"error": repr(error)}


with requests.Session() as session:
    session.trust_env = False
    print(json.dumps([send(session, request) for request in json.load(sys.stdin)]))
