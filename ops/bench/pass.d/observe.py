"""Says what an agent would have seen on every host that has not been observed yet: observe.py DATABASE-URL AMQP-URL SITE-FILE.

Of each hundred chains one has a node that has ended. Prints the number of hosts."""
import base64
import datetime
import hashlib
import hmac
import json
import sys
import uuid

import pika
import psycopg2

database, broker, site_file = sys.argv[1:]
site = json.load(open(site_file))
key = base64.b64decode(site["reportKey"])


def message(host, chains):
    for number, chain in enumerate(chains):
        if number == 50:
            chain["nodes"][3] |= {"state": "exited", "health": "unknown"}
    now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    seen = {"type": "seen", "observation": {"chains": chains}}
    return {
        "schema": 1, "id": str(uuid.uuid4()), "kind": "report", "destination": "continuo.reports", "site": site["site"],
        "installation": site["installation"], "issuedAt": now, "repeat": False,
        "payload": {"type": "observation", "observation": {"host": host, "number": 1, "asOf": 1 << 40, "result": seen}},
    }


connection = pika.BlockingConnection(pika.URLParameters(broker))
channel = connection.channel()
channel.confirm_delivery()
ledger = psycopg2.connect(database)
hosts = ledger.cursor("hosts")
hosts.execute("""
    SELECT h.id::text, jsonb_agg(jsonb_build_object('id', c.id, 'nodes', c.nodes, 'sequence', o.sequence, 'objects', '[]'::jsonb) ORDER BY c.id)
    FROM hosts h JOIN chains c ON c.host = h.id JOIN operations o ON o.chain = c.id
    WHERE h.observed_number = 0 GROUP BY h.id""")
count = 0
for host, chains in hosts:
    body = json.dumps(message(host, chains), separators=(",", ":"), sort_keys=True).encode()
    signature = base64.b64encode(hmac.new(key, body, hashlib.sha256).digest()).decode()
    headers = {"continuo-key": site["site"] + "/reports", "continuo-signature": signature}
    channel.basic_publish(
        "continuo.reports", site["site"], body, pika.BasicProperties(headers=headers, delivery_mode=2, content_type="application/json"))
    count += 1
connection.close()
print(count)
