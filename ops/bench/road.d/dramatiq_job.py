"""Dramatiq's no-op job: it writes one row when it is done, by a connection of each thread's own."""
import os
import threading

import dramatiq
import psycopg2
from dramatiq.brokers.rabbitmq import RabbitmqBroker

dramatiq.set_broker(RabbitmqBroker(url=os.environ["BENCH_AMQP_URL"]))
own = threading.local()


@dramatiq.actor(queue_name="bench_dramatiq")
def nothing(job):
    if not hasattr(own, "connection"):
        own.connection = psycopg2.connect(os.environ["BENCH_DATABASE_URL"])
        own.connection.autocommit = True
    with own.connection.cursor() as cursor:
        cursor.execute("INSERT INTO jobs_done (job) VALUES (%s)", (job,))
