# === an expression
import re

def find(lines):
    for line in lines:
        if re.compile("a+b").match(line):  # repeated_computation high
            print(line)

# === an expression of a parameter, with a flag
import re

def find(lines, pattern):
    for line in lines:
        expression = re.compile(pattern, re.IGNORECASE)  # repeated_computation medium
        print(expression.match(line))

# === a different expression in each round
import re

def find(patterns):
    return [re.compile(pattern) for pattern in patterns]

# === the largest one, for each
def normalize(values):
    return [value / max(values) for value in values]  # repeated_computation medium

# === sorted in each round
def rank(values, names):
    for name in names:
        print(name, sorted(values)[0])  # repeated_computation medium

# === a set for each question
def common(xs, ys):
    return [x for x in xs if x in set(ys)]  # repeated_computation medium

# === what the loop changes
def grow(values, names):
    for name in names:
        values.append(name)
        print(sum(values), max(values))

# === what the loop hands on
def shuffled(values, names):
    for name in names:
        shuffle(values)
        print(sorted(values))

# === what the loop binds
def largest(rows):
    for row in rows:
        cells = row.cells
        print(max(cells), sum(row.cells))

# === an attribute of what the loop asks
class Queue:
    def run(self):
        for name in self.names:
            self.step(name)
            print(sorted(self.items))

# === a length that stays
def each(xs):
    i = 0
    while i < len(xs):  # repeated_computation low
        print(xs[i])
        i += 1

# === a length that changes
def drain(xs):
    while len(xs) > 0:
        xs.pop()

# === a fresh copy in each round
def copies(template, names):
    for name in names:
        row = list(template)
        row.append(name)
        print(row)

# === what a loop goes over
def each(values):
    for value in sorted(values):
        print(value)

# === a key of the round
def nearest(points, centres):
    return [min(centres, key=lambda c: distance(c, p)) for p in points]

# === max of two
def clip(values, low):
    return [max(value, low) for value in values]

# === not the built-in one
def each(values, sum):
    for value in values:
        print(value, sum(values))

# === a length that a method may change
def grow(graph, n):
    while len(graph) < n:
        graph.add_node(n)

# === a length of what is asked only
def each(xs):
    i = 0
    while i < len(xs):  # repeated_computation low
        i += 1 + xs.index(i)
