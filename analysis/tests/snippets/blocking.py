# === a sleep
import time

async def tick():
    time.sleep(1)  # blocking_io_in_async high

# === a sleep by another name
from time import sleep as nap
import time as t

async def tick():
    nap(1)  # blocking_io_in_async high
    t.sleep(1)  # blocking_io_in_async high

# === a sleep imported inside a function
async def tick():
    time.sleep(1)  # blocking_io_in_async medium

# === a request
import requests

async def fetch(url):
    return requests.get(url).json()  # blocking_io_in_async high

# === a request through a session
import requests

async def fetch(url):
    session = requests.Session()
    return session.get(url)  # blocking_io_in_async high

# === a file
async def load(path):
    with open(path) as f:  # blocking_io_in_async high
        for line in f:
            print(line)

# === a file through pathlib
from pathlib import Path

async def load(path):
    Path(path).write_text("a")  # blocking_io_in_async high
    return path.read_text()  # blocking_io_in_async medium

# === a subprocess
import subprocess

async def build():
    subprocess.run(["make"])  # blocking_io_in_async high

# === calls that are awaited
import asyncio, aiofiles, aiohttp

async def fetch(url, path):
    await asyncio.sleep(1)
    async with aiohttp.ClientSession() as session:
        async with session.get(url) as response:
            body = await response.text()
    async with aiofiles.open(path, "w") as f:
        await f.write(body)

# === calls that run in a thread
import asyncio, requests, time

async def fetch(url):
    await asyncio.to_thread(time.sleep, 1)
    await asyncio.to_thread(lambda: open(url))
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(None, requests.get, url)

# === open, but not the built-in function
from aiofiles import open

async def load(path):
    async with open(path) as f:
        async for line in f:
            print(line)

# === a plain function inside a coroutine
import time

async def outer():
    def inner():
        time.sleep(1)
    return inner

# === a function that is not a coroutine
import time, requests

def fetch(url):
    time.sleep(1)
    return requests.get(url)

# === a variable with the same name
async def wait(time, requests):
    time.sleep(1)
    requests.get("a")
