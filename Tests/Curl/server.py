#!/usr/bin/env python3
"""An HTTP/1.1 server for the tests of Curl: says "ready PORT" on its output, ends when its input ends.

server.py (tcp | unix PATH) [CERTIFICATE KEY [CLIENT-CA (any | 1.2)]]
"""
import http.server
import os
import socket
import socketserver
import ssl
import sys
import threading
from urllib.parse import parse_qs, urlsplit


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = False
    connections = 0
    lock = threading.Lock()

    def setup(self):
        super().setup()
        with Handler.lock:
            Handler.connections += 1
            self.number = Handler.connections

    def log_message(self, *arguments):
        pass

    def parameter(self, name, default):
        return int(parse_qs(urlsplit(self.path).query).get(name, [default])[0])

    def request_body(self):
        if self.headers.get("Transfer-Encoding") == "chunked":
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def answer(self, status, body, headers=()):
        self.send_response(status)
        self.send_header("X-Connection", str(self.number))
        for name, value in headers:
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def chunks(self):
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        piece = b"x" * self.parameter("size", 1000)
        for _ in range(self.parameter("count", 10)):
            self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
        self.wfile.write(b"0\r\n\r\n")

    def handle_any(self):
        body = self.request_body()
        path = urlsplit(self.path).path
        if path == "/hello":
            self.answer(200, b"hello")
        elif path == "/echo":
            framing = self.headers.get("Transfer-Encoding") or self.headers.get("Content-Length") or "none"
            self.answer(200, body, [("X-Method", self.command), ("X-Framing", framing), ("X-Path", self.path)])
        elif path == "/headers":
            self.answer(200, str(self.headers).encode())
        elif path == "/chunks":
            self.chunks()
        elif path == "/redirect":
            self.answer(302, b"elsewhere", [("Location", "/hello")])
        elif path == "/nothing":
            self.answer(204, b"")
        else:
            self.answer(404, b"not here")

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = handle_any


class TCPServer(socketserver.ThreadingMixIn, socketserver.TCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 256

    def handle_error(self, request, client_address):
        pass


class UnixServer(TCPServer):
    address_family = socket.AF_UNIX


def end_with_input():
    sys.stdin.buffer.read()
    os._exit(0)


def main(arguments):
    if arguments[0] == "unix":
        server, rest = UnixServer(arguments[1], Handler), arguments[2:]
    else:
        server, rest = TCPServer(("127.0.0.1", 0), Handler), arguments[1:]
    if rest:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(rest[0], rest[1])
        if len(rest) > 2:
            context.load_verify_locations(rest[2])
            context.verify_mode = ssl.CERT_REQUIRED
            if rest[3] == "1.2":
                context.maximum_version = ssl.TLSVersion.TLSv1_2
        # The handshake belongs to the connection's own thread.
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=end_with_input, daemon=True).start()
    print("ready", server.server_address[1] if arguments[0] == "tcp" else 0, flush=True)
    server.serve_forever()


main(sys.argv[1:])
