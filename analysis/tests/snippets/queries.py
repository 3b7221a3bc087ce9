# === Django: get in a for loop
def names(ids):
    found = []
    for id in ids:
        found.append(User.objects.get(id=id))  # n_plus_one_query high
    return found

# === Django: one finding for a chain
def latest(authors):
    for author in authors:
        print(Book.objects.filter(author=author).order_by("-date").first())  # n_plus_one_query high

# === Django: related rows of the loop variable
def show(authors):
    for author in authors:
        for book in author.books.all():  # n_plus_one_query medium
            print(book)

# === Django: iterating over one query
def show():
    for author in Author.objects.filter(alive=True).prefetch_related("books"):
        print(author.name)

# === SQLAlchemy: query in a loop
def load(session, ids):
    out = []
    for id in ids:
        user = session.query(User).filter(User.id == id).one()  # n_plus_one_query high
        out.append(user)
    return out

# === SQLAlchemy: get by table and key
def load(session, ids):
    return [session.get(User, id) for id in ids]  # n_plus_one_query medium

# === SQLAlchemy: a statement and its rows are one finding
def load(session, ids):
    rows = []
    for id in ids:
        rows += session.execute(select(User).where(User.id == id)).scalars().all()  # n_plus_one_query medium
    return rows

# === Flask: the query attribute of a class
def load(ids):
    while ids:
        user = User.query.filter_by(id=ids.pop()).first()  # n_plus_one_query high
        print(user)

# === a cursor
def load(cursor, ids):
    for id in ids:
        cursor.execute("SELECT name FROM users WHERE id = ?", (id,))  # n_plus_one_query medium
        print(cursor.fetchone())

# === one query for many rows
def store(cursor, rows):
    cursor.executemany("INSERT INTO t VALUES (?)", rows)
    users = User.objects.filter(id__in=[row.id for row in rows])
    return users

# === keyword arguments that a dictionary does not take
def load(repository, ids):
    for id in ids:
        yield repository.get(pk=id)  # n_plus_one_query medium

# === a dictionary
def count(words):
    counts = {}
    for word in words:
        counts[word] = counts.get(word, 0) + 1
    return counts

# === other objects with get, filter and first
def other(items, session, cache, config, client):
    for item in items:
        cache.get(item)
        config["a"].get("b")
        item.attributes.get("c")
        item.get("d", None)
        session.get(f"https://example.org/{item}")
        client.get(url=item)
        list(filter(None, item))
        item.filter(lambda x: x)
        os.environ.get("HOME")

# === arrays
def arrays(masks, df):
    for mask in masks:
        if mask.all() or (mask == 1).all():
            df.query("a > 1").count()

# === a query before a return
def find(names):
    for name in names:
        if name.startswith("a"):
            return User.objects.get(name=name)

# === a query before a break
def retry():
    while True:
        try:
            user = User.objects.get(id=1)
            break
        except OperationalError:
            time.sleep(1)
    return user

# === a break in some iterations only
def some(names):
    for name in names:
        user = User.objects.get(name=name)  # n_plus_one_query high
        if user.is_active:
            continue
        break

# === a function defined in a loop
def handlers(names):
    out = []
    for name in names:
        def handler(id):
            return User.objects.get(id=id)
        out.append(handler)
        out.append(lambda id: User.objects.get(id=id))
    return out

# === in a string or a comment
def words():
    for i in range(10):
        # User.objects.get(id=1)
        print("User.objects.get(id=1)")
