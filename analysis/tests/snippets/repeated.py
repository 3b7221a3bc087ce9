# === a compiled expression
import re

def find(lines):
    for line in lines:
        if re.compile("a+b").match(line):  # repeated_computation high
            print(line)

# === a compiled expression from a parameter, with a flag
import re

def find(lines, pattern):
    for line in lines:
        expression = re.compile(pattern, re.IGNORECASE)  # repeated_computation medium
        print(expression.match(line))

# === a different expression in each iteration
import re

def find(patterns):
    return [re.compile(pattern) for pattern in patterns]

# === max of an unchanged list
def normalize(values):
    return [value / max(values) for value in values]  # repeated_computation medium

# === sorted in each iteration
def rank(values, names):
    for name in names:
        print(name, sorted(values)[0])  # repeated_computation medium

# === a new set for each membership test
def common(xs, ys):
    return [x for x in xs if x in set(ys)]  # repeated_computation medium

# === a list that the loop changes
def grow(values, names):
    for name in names:
        values.append(name)
        print(sum(values), max(values))

# === a list that the loop passes on
def shuffled(values, names):
    for name in names:
        shuffle(values)
        print(sorted(values))

# === a name that the loop binds
def largest(rows):
    for row in rows:
        cells = row.cells
        print(max(cells), sum(row.cells))

# === an attribute of an object that the loop calls
class Queue:
    def run(self):
        for name in self.names:
            self.step(name)
            print(sorted(self.items))

# === an unchanged length
def each(xs):
    i = 0
    while i < len(xs):  # repeated_computation low
        print(xs[i])
        i += 1

# === a changing length
def drain(xs):
    while len(xs) > 0:
        xs.pop()

# === a new copy in each iteration
def copies(template, names):
    for name in names:
        row = list(template)
        row.append(name)
        print(row)

# === the iterable of a loop
def each(values):
    for value in sorted(values):
        print(value)

# === a key that depends on the iteration
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
