# === the basic example
result = ""
for item in items:
    result += "a"  # inefficient_loop high

# === in a function, with added values of unknown type
def join(lines):
    text = ""
    for line in lines:
        text += line  # inefficient_loop high
    return text

# === without +=
def join(lines):
    text = ''
    for line in lines:
        text = text + line + "\n"  # inefficient_loop high
    while lines:
        text = lines.pop() + text  # inefficient_loop high
    return text

# === a parameter
def join(lines, text: str, other):
    for line in lines:
        text += line  # inefficient_loop high
        other += f"{line}\n"  # inefficient_loop medium
    return text

# === bytes
def join(parts):
    data = b""
    for part in parts:
        data += part  # inefficient_loop high
    return data

# === an attribute
class Page:
    def render(self, lines):
        for line in lines:
            self.text += line + "\n"  # inefficient_loop medium

# === a number, a list, a bytearray
def sums(lines, limit):
    total, all = 0, []
    n = 0
    data = bytearray()
    for line in lines:
        total += 1
        n += len(line)
        all += [line]
        data += b"a"
        limit += 1
    return total

# === reset in each iteration
def rows(table):
    for row in table:
        line = ""
        line += str(row.id)
        line += ","
        yield line

# === reset, and extended in an inner loop
def rows(table):
    for row in table:
        line = ""
        for cell in row:
            line += str(cell)  # inefficient_loop high
        yield line

# === joined
def join(lines):
    pieces = []
    for line in lines:
        pieces.append(line + "\n")
    text = "".join(pieces)
    text += "end"
    return text

# === values of a dictionary
def group(rows):
    groups = {}
    for key, value in rows:
        groups[key] = groups.get(key, "") + value
    return groups

# === three loops
def triples(xs, ys, zs):
    for x in xs:
        for y in ys:
            for z in zs:  # inefficient_loop medium
                print(x, y, z)

# === four loops are one finding
def quadruples(n):
    for a in range(n):
        for b in range(n):
            for c in range(n):  # inefficient_loop medium
                for d in range(n):
                    print(a, b, c, d)

# === three loops in a comprehension
def triples(n):
    return [a for a in range(n) for b in range(n) for c in range(n) if a + b == c]  # inefficient_loop medium

# === two loops
def pairs(xs, ys):
    for x in xs:
        for y in ys:
            print(x, y)
    for z in xs:
        print(z)

# === loops with few known items
def cube(xs):
    for x in xs:
        for y in (1, 2, 3):
            for z in range(3):
                print(x, y, z)

# === a loop that waits for events
def serve(queue):
    while True:
        for batch in queue.get():
            for item in batch:
                print(item)
