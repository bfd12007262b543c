"""Restarts chains over HTTP as fast as it can: load.py URL KEY-FILE, the chains' ids on stdin.

A few keep-alive connections, each with one request under way; every request must be accepted."""
import socket
import sys
import threading
import urllib.parse

CONNECTIONS = 16


def restart(host, port, key, ids):
    connection = socket.create_connection((host, port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for chain in ids:
        connection.sendall(
            f"POST /v1/chains/{chain}/restart HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {key}\r\n"
            "Content-Length: 0\r\n\r\n".encode()
        )
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += connection.recv(65536)
        head, _, body = answer.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 202"):
            failed.append(answer.decode(errors="replace"))
            return
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
        length = int(fields[b"content-length"])
        while len(body) < length:
            body += connection.recv(65536)


failed = []
url, key_file = sys.argv[1:]
target = urllib.parse.urlsplit(url)
key = open(key_file).read().strip()
ids = sys.stdin.read().split()
threads = [
    threading.Thread(target=restart, args=(target.hostname, target.port, key, ids[start::CONNECTIONS]))
    for start in range(CONNECTIONS)
]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
if failed:
    sys.exit(failed[0])
