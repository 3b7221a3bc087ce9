# === read a whole file
def load(path):
    with open(path) as f:
        return f.read()  # memory_inefficiency high

# === read without a variable
def load(path):
    return open(path).read()  # memory_inefficiency high

# === readlines
def load(path):
    f = open(path)
    for line in f.readlines():  # memory_inefficiency high
        print(line)

# === a parameter with the name of a file
def load(f, log_file):
    a = f.read()  # memory_inefficiency medium
    return a + log_file.read(-1)  # memory_inefficiency medium

# === readlines of an unknown object
def load(stream):
    return stream.readlines()  # memory_inefficiency medium

# === parsers
import json
import pickle

def load(path):
    with open(path) as f:
        a = json.load(f)  # memory_inefficiency high
    with open(path, "rb") as f:
        b = pickle.load(f)  # memory_inefficiency high
    return a, b

# === standard input
import sys

def load():
    return sys.stdin.read()  # memory_inefficiency high

# === read in pieces or lines
def load(path):
    with open(path) as f:
        head = f.read(1024)
        for line in f:
            print(line)
        return head

# === other objects with a read method
import io

def load(sensor, response, text):
    sensor.read()
    response.read()
    buffer = io.StringIO(text)
    buffer.readlines()
    return buffer.read()

# === strings that are in memory already
import json

def load(text):
    return json.loads(text)

# === an awaited body
async def handle(request):
    return await request.read()
