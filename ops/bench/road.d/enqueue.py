"""Hands over COUNT no-op jobs, 16 at a time: enqueue.py celery|dramatiq|taskiq COUNT. Prints `JOB SECONDS` of each, the time at
which handing it over began."""
import asyncio
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

AT_ONCE = 16
kind, count = sys.argv[1], int(sys.argv[2])


def celery(_):
    from celery_job import nothing

    began = time.time()
    return nothing.delay().id, began


def dramatiq(_):
    from dramatiq_job import nothing

    job, began = str(uuid.uuid4()), time.time()
    nothing.send(job)
    return job, began


async def taskiq():
    from taskiq_job import broker, nothing

    turns = asyncio.Semaphore(AT_ONCE)

    async def send():
        async with turns:
            job, began = str(uuid.uuid4()), time.time()
            await nothing.kiq(job)
            return job, began

    await broker.startup()
    jobs = await asyncio.gather(*(send() for _ in range(count)))
    await broker.shutdown()
    return jobs


if kind == "taskiq":
    jobs = asyncio.run(taskiq())
else:
    with ThreadPoolExecutor(AT_ONCE) as threads:
        jobs = list(threads.map({"celery": celery, "dramatiq": dramatiq}[kind], range(count)))
for job, began in jobs:
    print(job, began)
