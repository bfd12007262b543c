"""taskiq's no-op job: it writes one row when it is done, by a pool of connections."""
import os

import asyncpg
from taskiq import TaskiqEvents
from taskiq_aio_pika import AioPikaBroker

broker = AioPikaBroker(os.environ["BENCH_AMQP_URL"], queue_name="bench_taskiq", exchange_name="bench_taskiq")
pool = None


@broker.on_event(TaskiqEvents.WORKER_STARTUP)
async def connect(_):
    global pool
    pool = await asyncpg.create_pool(os.environ["BENCH_DATABASE_URL"], min_size=4, max_size=8)


@broker.task
async def nothing(job: str) -> None:
    await pool.execute("INSERT INTO jobs_done (job) VALUES ($1)", job)
