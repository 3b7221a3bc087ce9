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

# === a sleep that is imported elsewhere
async def tick():
    time.sleep(1)  # blocking_io_in_async medium

# === a request
import requests

async def fetch(url):
    return requests.get(url).json()  # blocking_io_in_async high

# === a request of a session
import requests

async def fetch(url):
    session = requests.Session()
    return session.get(url)  # blocking_io_in_async high

# === a file
async def load(path):
    with open(path) as f:  # blocking_io_in_async high
        for line in f:
            print(line)

# === a file by its path
from pathlib import Path

async def load(path):
    Path(path).write_text("a")  # blocking_io_in_async high
    return path.read_text()  # blocking_io_in_async medium

# === a program
import subprocess

async def build():
    subprocess.run(["make"])  # blocking_io_in_async high

# === what waits as it should
import asyncio, aiofiles, aiohttp

async def fetch(url, path):
    await asyncio.sleep(1)
    async with aiohttp.ClientSession() as session:
        async with session.get(url) as response:
            body = await response.text()
    async with aiofiles.open(path, "w") as f:
        await f.write(body)

# === what goes to a thread
import asyncio, requests, time

async def fetch(url):
    await asyncio.to_thread(time.sleep, 1)
    await asyncio.to_thread(lambda: open(url))
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(None, requests.get, url)

# === open that is not the built-in one
from aiofiles import open

async def load(path):
    async with open(path) as f:
        async for line in f:
            print(line)

# === a function in a coroutine is none
import time

async def outer():
    def inner():
        time.sleep(1)
    return inner

# === a function that is no coroutine
import time, requests

def fetch(url):
    time.sleep(1)
    return requests.get(url)

# === a variable that is called so
async def wait(time, requests):
    time.sleep(1)
    requests.get("a")
