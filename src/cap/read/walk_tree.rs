//! [`walk`]: everything below a directory, by several threads, each entry reached from the handle of
//! the directory that holds it.
//!
//! A directory is opened by its name in its parent, and only if it is one: a link is an entry and
//! nothing more, so a walk neither leaves the grant nor goes round. What waits to be walked holds the
//! handle of its parent, up to [`MAX_OPEN`] of them; beyond that it is found again from the root of the
//! walk, name by name.
//!
//! A [`Visit`] decides what to do with each entry. The order is that of the threads: callers that need another
//! order sort what was found.
//!
//! May import: `path`, `limits`, `error`, `system`. It does not follow links, and does not know ignore rules.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use rustix::fs::FileType;
use rustix::io::Errno;

use crate::cap::grants::grant::Grant;
use crate::cap::handle::open::{To, open};
use crate::cap::handle::pseudo::is_pseudo;
use crate::cap::handle::step::{Kind, stays_on_mount};
use crate::cap::place::Place;
use crate::cap::read::tally::{Skipped, Tally};
use crate::cap::read::walked::{Listing, WalkedDir, WalkedEntry};
use crate::cap::rights::Read;
use crate::cap::rules::temp_name::is_temp;
use crate::error::ToolError;
use crate::limits::{Budget, StopReason};
use crate::path::Name;
use crate::system::{self, Names};

/// Most directories of one walk that are open at once, besides those being read.
const MAX_OPEN: usize = 32;
/// Most directories on the way from the root of a walk to an entry. Deeper is skipped, and counted.
const MAX_DEPTH: usize = 512;
/// Entries of one directory that one thread visits before it looks whether another has nothing to do.
const CHUNK: usize = 64;

/// What is done with what a walk finds. One for all threads.
pub trait Visit: Sync {
    /// What is known in a directory and holds for all below it.
    type Known: Clone + Send + Sync;
    /// What one thread has found.
    type Found: Default + Send;
    /// Is a file much work? Then a directory is shared among threads that have nothing else to do.
    const IS_WORK: bool;

    /// A directory was read: what holds in it, and for all below it.
    fn enter(&self, dir: &WalkedDir, names: &Listing, above: &Self::Known) -> Self::Known;

    /// One entry. For a directory the answer says whether to go on into it.
    fn entry(
        &self,
        dir: &WalkedDir,
        entry: WalkedEntry<'_>,
        known: &Self::Known,
        found: &mut Self::Found,
    ) -> bool;
}

/// What became of a walk.
pub struct Walked<F> {
    /// What each thread has found.
    pub found: Vec<F>,
    /// What was not looked into.
    pub skipped: Skipped,
    /// Did its time end before it did?
    pub is_cut: bool,
}

/// Walks everything below a directory. `known` is what holds at its root.
///
/// # Errors
/// Those of [`Place::entries`] for the root itself; `cancelled`.
pub fn walk<V: Visit>(
    root: &Place<Read>,
    visit: &V,
    known: V::Known,
    budget: &Budget,
) -> Result<Walked<V::Found>, ToolError> {
    let dir = WalkedDir::root(root)?;
    let walk = TreeWalk {
        visit,
        grant: &root.grant,
        budget,
        root: Arc::new(dir),
        queue: Mutex::default(),
        more: Condvar::new(),
        idle: AtomicUsize::new(0),
        skipped: Mutex::default(),
        spent: AtomicBool::new(false),
        cancelled: AtomicBool::new(false),
    };
    let root = Task { dir: Where::Here(Arc::clone(&walk.root)), work: Work::Read(known) };
    walk.queue().tasks.push(root);
    let found = std::thread::scope(|scope| {
        let helpers: Vec<_> =
            (1..search_threads(budget)).map(|_| scope.spawn(|| walk.work())).collect();
        let mut found = vec![walk.work()];
        for helper in helpers {
            found.push(helper.join().unwrap_or_else(|crash| std::panic::resume_unwind(crash)));
        }
        found
    });
    if walk.cancelled.load(Ordering::Relaxed) {
        return Err(StopReason::Cancelled.into());
    }
    let skipped = walk.skipped.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(Walked { found, skipped, is_cut: walk.spent.load(Ordering::Relaxed) })
}

/// How many threads search: as many as the machine has for us; more would be in each other's way.
pub fn search_threads(budget: &Budget) -> usize {
    system::processors().min(budget.limits().max_search_threads).max(1)
}

struct TreeWalk<'a, V: Visit> {
    visit: &'a V,
    grant: &'a Grant,
    budget: &'a Budget,
    root: Arc<WalkedDir>,
    queue: Mutex<Queue<V::Known>>,
    more: Condvar,
    /// Threads that wait for a task.
    idle: AtomicUsize,
    skipped: Mutex<Skipped>,
    spent: AtomicBool,
    cancelled: AtomicBool,
}

struct Queue<K> {
    tasks: Vec<Task<K>>,
    /// Threads that may still add tasks.
    busy: usize,
}

impl<K> Default for Queue<K> {
    fn default() -> Self {
        Self { tasks: vec![], busy: 0 }
    }
}

struct Task<K> {
    dir: Where,
    work: Work<K>,
}

/// Where the directory of a task is.
enum Where {
    /// It is open.
    Here(Arc<WalkedDir>),
    /// It has this name in an open one.
    In(Arc<WalkedDir>, Name),
    /// It is at the end of these names below the root of the grant.
    Below(Vec<Name>),
}

enum Work<K> {
    /// Read it; that is what holds above.
    Read(K),
    /// Visit these entries of it.
    Visit(Listing, K),
}

impl<V: Visit> TreeWalk<'_, V> {
    fn queue(&self) -> MutexGuard<'_, Queue<V::Known>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes tasks until there are none, and nobody is left who could add one.
    fn work(&self) -> V::Found {
        let mut found = V::Found::default();
        let mut reader = Names::new();
        loop {
            let mut queue = self.queue();
            let task = loop {
                if let Some(task) = queue.tasks.pop() {
                    break task;
                }
                if queue.busy == 0 {
                    self.more.notify_all();
                    return found;
                }
                self.idle.fetch_add(1, Ordering::Relaxed);
                queue = self.more.wait(queue).unwrap_or_else(PoisonError::into_inner);
                self.idle.fetch_sub(1, Ordering::Relaxed);
            };
            queue.busy += 1;
            drop(queue);
            let _busy = Busy(self);
            if !self.is_over() {
                self.run(task, &mut reader, &mut found);
            }
        }
    }

    fn is_over(&self) -> bool {
        match self.budget.step() {
            Ok(()) => self.spent.load(Ordering::Relaxed),
            Err(spent) => {
                self.spent.store(true, Ordering::Relaxed);
                if spent == StopReason::Cancelled {
                    self.cancelled.store(true, Ordering::Relaxed);
                }
                true
            }
        }
    }

    fn run(&self, task: Task<V::Known>, reader: &mut Names, found: &mut V::Found) {
        let Some(dir) = self.open(task.dir) else { return };
        match task.work {
            Work::Visit(names, known) => self.visit_all(&dir, &names, &known, found),
            Work::Read(above) => {
                let Ok(names) = self.read(&dir, reader) else {
                    return self.skip(|skipped| &mut skipped.unreadable, &dir.below);
                };
                let known = self.visit.enter(&dir, &names, &above);
                self.visit_all(&dir, &names, &known, found);
            }
        }
    }

    fn visit_all(
        &self,
        dir: &Arc<WalkedDir>,
        names: &Listing,
        known: &V::Known,
        found: &mut V::Found,
    ) {
        let mut inside = vec![];
        let mut end = names.len();
        for (i, entry) in names.iter().enumerate() {
            if i >= end || ((V::IS_WORK || i % CHUNK == CHUNK - 1) && self.is_over()) {
                break;
            }
            // Not before somebody waits for it: a share costs a copy of its names.
            let is_shared = V::IS_WORK
                && i % CHUNK == CHUNK - 1
                && end - i > CHUNK
                && self.idle.load(Ordering::Relaxed) > 0;
            if is_shared {
                // Behind this entry, which is still to be visited here.
                let half = i + (end - i) / 2;
                let dir = Where::Here(Arc::clone(dir));
                let work = Work::Visit(names.part(half..end), known.clone());
                end = half;
                self.add(inside.drain(..).chain([Task { dir, work }]));
            }
            let goes_on = self.visit.entry(dir, entry, known, found);
            if !goes_on || entry.kind != Kind::Directory {
                continue;
            }
            let Some(name) = Name::from_bytes(entry.name) else { continue };
            if dir.depth() >= MAX_DEPTH {
                self.skip(|skipped| &mut skipped.too_deep, &dir.names_to(&name));
                continue;
            }
            let at = if dir.open.load(Ordering::Relaxed) > MAX_OPEN {
                Where::Below(dir.names_to(&name))
            } else {
                Where::In(Arc::clone(dir), name)
            };
            inside.push(Task { dir: at, work: Work::Read(known.clone()) });
        }
        self.add(inside);
    }

    fn add(&self, tasks: impl IntoIterator<Item = Task<V::Known>>) {
        let mut queue = self.queue();
        let before = queue.tasks.len();
        queue.tasks.extend(tasks);
        if queue.tasks.len() > before {
            self.more.notify_all();
        }
    }

    /// Opens the directory of a task; where it is gone, or must not be entered, that is counted.
    fn open(&self, dir: Where) -> Option<Arc<WalkedDir>> {
        let (parent, name) = match dir {
            Where::Here(dir) => return Some(dir),
            Where::In(parent, name) => (parent, name),
            Where::Below(mut below) => {
                let name = below.pop()?;
                let mut parent = Arc::clone(&self.root);
                for step in below.split_off(self.root.root_depth) {
                    parent = self.enter(&parent, &step)?;
                }
                (parent, name)
            }
        };
        self.enter(&parent, &name)
    }

    fn enter(&self, parent: &WalkedDir, name: &Name) -> Option<Arc<WalkedDir>> {
        let elsewhere = || self.skip(|skipped| &mut skipped.elsewhere, &parent.names_to(name));
        if !stays_on_mount(self.grant.mount, &parent.fd, name) {
            elsewhere();
            return None;
        }
        let fd = match open(&parent.fd, name, To::List) {
            Ok(fd) => fd,
            // It was swapped for something else, or is gone.
            Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => return None,
            Err(_) => {
                self.skip(|skipped| &mut skipped.unreadable, &parent.names_to(name));
                return None;
            }
        };
        if system::stat(&fd).map_or(true, |stat| stat.device != self.grant.device)
            && is_pseudo(&fd) != Ok(false)
        {
            elsewhere();
            return None;
        }
        Some(Arc::new(parent.inside(fd, name)))
    }

    /// The names in a directory, hidden ones left out.
    fn read(&self, dir: &WalkedDir, reader: &mut Names) -> Result<Listing, Errno> {
        let mut names = Listing::default();
        reader.of(&dir.fd, |name, said| {
            if names.len() % CHUNK == CHUNK - 1 && self.is_over() {
                return ControlFlow::Break(());
            }
            if is_temp(name) {
                self.skip(|skipped| &mut skipped.unfinished, &dir.below);
                return ControlFlow::Continue(());
            }
            // Nearly always, and without a copy.
            let is_plain = self.grant.rules.hide_none() && said != FileType::Unknown;
            let kind = if is_plain {
                Some(said.into())
            } else {
                Name::from_bytes(name).and_then(|name| dir.kind(&name, said))
            };
            if let Some(kind) = kind {
                names.push(name, kind);
            }
            ControlFlow::Continue(())
        })?;
        Ok(names)
    }

    fn skip(&self, which: impl FnOnce(&mut Skipped) -> &mut Tally, below: &[Name]) {
        let mut skipped = self.skipped.lock().unwrap_or_else(PoisonError::into_inner);
        which(&mut skipped).one(self.root.grants.display_path(&self.root.grant, below));
    }
}

/// A thread that runs a task. When it ends, even by a crash, the others hear of it.
struct Busy<'w, 'a, V: Visit>(&'w TreeWalk<'a, V>);

impl<V: Visit> Drop for Busy<'_, '_, V> {
    fn drop(&mut self) {
        let mut queue = self.0.queue();
        queue.busy -= 1;
        if queue.busy == 0 && queue.tasks.is_empty() {
            self.0.more.notify_all();
        }
    }
}
