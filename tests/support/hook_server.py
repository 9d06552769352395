#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""usage: hook_server.py FOLDER [CERTIFICATE KEY]: an HTTP(S) server of the loopback that answers a
POST as FOLDER/answer says (a status, or `hang`, `cut`, `loop`: a redirect), and keeps each request
in FOLDER/log as a line of JSON. FOLDER/port has its port."""
import http.server
import json
import pathlib
import ssl
import sys
import time

FOLDER = pathlib.Path(sys.argv[1])


class Hook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        with open(FOLDER / "log", "a") as log:
            log.write(json.dumps({"path": self.path, "headers": dict(self.headers), "body": body}) + "\n")
        answer = (FOLDER / "answer").read_text().strip()
        if answer == "hang":
            time.sleep(100)
        if answer in ("hang", "cut"):
            self.close_connection = True
            return
        self.send_response(302 if answer == "loop" else int(answer))
        if answer == "loop":
            self.send_header("Location", "/elsewhere")
        said = b"" if answer == "204" else b"the fleet\x1b[31m says\n" + answer.encode() + b"x" * 5000
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook)
server.daemon_threads = True
if len(sys.argv) > 2:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[2], sys.argv[3])
    server.socket = context.wrap_socket(server.socket, server_side=True)
(FOLDER / "port.new").write_text(str(server.server_port))
(FOLDER / "port.new").rename(FOLDER / "port")
server.serve_forever()
