"""Celery's no-op job: RabbitMQ carries it, the result is a row in PostgreSQL."""
import os

from celery import Celery

app = Celery(
    "celery_job",
    broker=os.environ["BENCH_AMQP_URL"],
    backend="db+" + os.environ["BENCH_DATABASE_URL"].replace("postgresql://", "postgresql+psycopg2://"),
)
app.conf.update(task_ignore_result=False, broker_connection_retry_on_startup=True)


@app.task
def nothing():
    return None
