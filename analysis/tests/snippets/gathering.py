# === awaits one after the other
async def fetch_all(urls):
    results = []
    for url in urls:
        results.append(await fetch(url))  # missing_async_opportunity medium
    return results

# === in a comprehension
async def fetch_all(client, urls):
    return [await client.get(url) for url in urls]  # missing_async_opportunity high

# === a method of each item
async def refresh(devices):
    for device in devices:
        await device.refresh()  # missing_async_opportunity medium

# === the second await depends on the first
async def load(ids):
    for id in ids:
        user = await find(id)  # missing_async_opportunity medium
        await greet(user)

# === awaited together
import asyncio

async def fetch_all(urls):
    tasks = [asyncio.create_task(fetch(url)) for url in urls]
    for task in tasks:
        await task
    return await asyncio.gather(*(fetch(url) for url in urls))

# === each iteration needs the one before
async def fold(items):
    state = None
    for item in items:
        state = await step(state, item)
    return state

# === a loop that ends early
async def first(hosts):
    for host in hosts:
        if await ping(host):
            return host

# === a loop with sleeps
import asyncio

async def poll(urls):
    for url in urls:
        await fetch(url)
        await asyncio.sleep(1)

# === operations whose order matters
async def send(socket, writer, queue, items):
    for item in items:
        await socket.send(item)
        writer.write(item)
        await writer.drain()
        await queue.put(item)

# === one database session
async def load(session, ids):
    for id in ids:
        await session.get(User, id)  # n_plus_one_query medium

# === inside a lock
async def load(lock, ids):
    for id in ids:
        async with lock:
            await fetch(id)

# === an asynchronous iterator
async def load(stream):
    async for item in stream:
        await handle(item)

# === a server loop
async def serve(queue):
    while True:
        item = await queue.get()
        await handle(item)

# === results that depend on the order
async def stream(urls):
    for url in urls:
        yield await fetch(url)
