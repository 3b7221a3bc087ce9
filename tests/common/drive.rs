//! [`Drive`]: a file system in this process, by FUSE: it gives and takes fewer bytes than it is asked for, and takes its time. What
//! a network drive may do to a server, and what no disk does.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, SystemTime};

use fuser::{
    BackgroundSession, Config, Errno, FileAttr, FileHandle, FileType, Filesystem, FopenFlags,
    Generation, INodeNo, LockOwner, MountOption, OpenFlags, RenameFlags, ReplyAttr, ReplyCreate,
    ReplyData, ReplyDirectory, ReplyEmpty, ReplyEntry, ReplyOpen, ReplyWrite, Request, TimeOrNow,
    WriteFlags,
};

use super::Sandbox;

/// How a drive behaves.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a property of its own")]
pub struct Manners {
    /// Bytes that it gives or takes at a time.
    pub most: usize,
    /// How long it takes to find a name, or to read.
    pub delay: Duration,
    /// Does it find what has a long name by a short one as well, as vfat, NTFS and shares of Windows do?
    pub short_names: bool,
    /// Does it rename without replacing anything, if it is asked to? NFS, 9p and ntfs-3g do not.
    pub has_no_replace: bool,
    /// Can a file have several names? Not on exFAT.
    pub has_hard_links: bool,
    /// Are names that differ in case one name?
    pub ignores_case: bool,
    /// Does it refuse to make a name with a `:` in it, as vfat does?
    pub refuses_colons: bool,
    /// Does it refuse to look for such a name as well?
    pub finds_no_colons: bool,
}

impl Manners {
    pub const OF_A_DISK: Self = Self {
        most: 1 << 20,
        delay: Duration::ZERO,
        short_names: false,
        has_no_replace: true,
        has_hard_links: true,
        ignores_case: false,
        refuses_colons: false,
        finds_no_colons: false,
    };
}

/// A drive, mounted; gone when it is dropped.
pub struct Drive {
    session: Option<BackgroundSession>,
    held: Arc<Mutex<Held>>,
}

impl Drive {
    /// An empty drive at a path of a sandbox; nothing if this user may not mount one.
    pub fn mount(sandbox: &Sandbox, path: &str, manners: Manners) -> Option<Self> {
        let at = sandbox.path(path);
        std::fs::create_dir_all(&at).unwrap();
        let mut config = Config::default();
        config.mount_options = vec![
            MountOption::FSName("drive".into()),
            MountOption::CUSTOM("max_read=131072".into()),
        ];
        let held = Arc::new(Mutex::new(Held::new(manners)));
        let files = Files { manners, held: Arc::clone(&held) };
        match fuser::spawn_mount(files, at, &config) {
            Ok(session) => Some(Self { session: Some(session), held }),
            Err(why) => {
                eprintln!("not run: this user may not mount a FUSE file system ({why})");
                None
            }
        }
    }

    /// From now on all is found under other numbers, as on a drive that keeps none of its own and was asked to forget. What is
    /// open stays so, under the number that it has.
    pub fn renumber(&self) {
        self.held.lock().unwrap().found_as = Some(BTreeMap::new());
    }
}

impl Drop for Drive {
    fn drop(&mut self) {
        if let Some(session) = self.session.take() {
            let _ = session.umount_and_join();
        }
    }
}

/// What has a name.
enum Node {
    Dir(BTreeMap<OsString, u64>),
    File(Vec<u8>),
    Link(Vec<u8>),
}

struct Inode {
    node: Node,
    mode: u16,
    owner: (u32, u32),
    links: u32,
    modified: SystemTime,
}

/// All that is on a drive, by number.
struct Held {
    inodes: BTreeMap<u64, Inode>,
    /// Numbers that the kernel was given in place of others, and those that they stand for.
    lent: BTreeMap<u64, u64>,
    /// The other way, for those that are still found under it; nothing before the first are lent.
    found_as: Option<BTreeMap<u64, u64>>,
    next: u64,
    manners: Manners,
}

struct Files {
    manners: Manners,
    held: Arc<Mutex<Held>>,
}

type Answer<T> = Result<T, Errno>;

impl Held {
    fn new(manners: Manners) -> Self {
        let (inodes, lent) = (BTreeMap::new(), BTreeMap::new());
        let mut held = Self { inodes, lent, found_as: None, next: 1, manners };
        held.add(Node::Dir(BTreeMap::new()), 0o755, (0, 0));
        held
    }

    fn add(&mut self, node: Node, mode: u16, owner: (u32, u32)) -> u64 {
        let number = self.next;
        self.next += 1;
        self.inodes
            .insert(number, Inode { node, mode, owner, links: 1, modified: SystemTime::now() });
        number
    }

    fn inode(&mut self, number: u64) -> Answer<&mut Inode> {
        let number = self.lent.get(&number).unwrap_or(&number);
        self.inodes.get_mut(number).ok_or(Errno::ENOENT)
    }

    /// The number under which this one is found.
    fn lend(&mut self, number: u64) -> u64 {
        let Some(found_as) = &mut self.found_as else { return number };
        let lent = *found_as.entry(number).or_insert(self.next);
        self.next = self.next.max(lent + 1);
        self.lent.insert(lent, number);
        lent
    }

    fn names(&mut self, directory: u64) -> Answer<&mut BTreeMap<OsString, u64>> {
        let inode = self.inode(directory)?;
        inode.modified = SystemTime::now();
        match &mut inode.node {
            Node::Dir(names) => Ok(names),
            _ => Err(Errno::ENOTDIR),
        }
    }

    fn bytes(&mut self, number: u64) -> Answer<&mut Vec<u8>> {
        match &mut self.inode(number)?.node {
            Node::File(bytes) | Node::Link(bytes) => Ok(bytes),
            Node::Dir(_) => Err(Errno::EISDIR),
        }
    }

    fn find(&mut self, parent: u64, name: &OsStr) -> Answer<u64> {
        let listed = self.listed(parent, name)?;
        self.names(parent)?.get(&listed).copied().ok_or(Errno::ENOENT)
    }

    /// The name under which a directory lists what is found by this one.
    fn listed(&mut self, parent: u64, name: &OsStr) -> Answer<OsString> {
        let Manners { short_names, ignores_case, .. } = self.manners;
        let names = self.names(parent)?;
        if names.contains_key(name) {
            return Ok(name.to_owned());
        }
        let is_it = |listed: &&OsString| {
            (short_names && short(listed).iter().any(|s| *s == *name))
                || (ignores_case && listed.eq_ignore_ascii_case(name))
        };
        names.keys().find(is_it).cloned().ok_or(Errno::ENOENT)
    }

    fn make(
        &mut self,
        parent: u64,
        name: &OsStr,
        node: Node,
        mode: u32,
        request: &Request,
    ) -> Answer<FileAttr> {
        if self.find(parent, name).is_ok() {
            return Err(Errno::EEXIST);
        }
        self.check(name)?;
        let number = self.add(node, (mode & 0o7777) as u16, (request.uid(), request.gid()));
        self.names(parent)?.insert(name.to_owned(), number);
        self.attributes(number)
    }

    /// Fails if a new entry may not have this name.
    fn check(&self, name: &OsStr) -> Answer<()> {
        let is_refused = self.manners.refuses_colons && name.as_encoded_bytes().contains(&b':');
        if is_refused { Err(Errno::EINVAL) } else { Ok(()) }
    }

    /// Another name for a file or a link.
    fn link(&mut self, number: u64, parent: u64, name: &OsStr) -> Answer<FileAttr> {
        if !self.manners.has_hard_links {
            return Err(Errno::EPERM);
        }
        if self.find(parent, name).is_ok() {
            return Err(Errno::EEXIST);
        }
        self.check(name)?;
        let number = self.lent.get(&number).copied().unwrap_or(number);
        self.names(parent)?.insert(name.to_owned(), number);
        self.inode(number)?.links += 1;
        self.attributes(number)
    }

    /// Takes a name away; what has none any more is still there for those who hold it open.
    fn unname(&mut self, parent: u64, name: &OsStr, is_dir: bool) -> Answer<()> {
        let number = self.find(parent, name)?;
        match &self.inode(number)?.node {
            Node::Dir(names) if is_dir && !names.is_empty() => return Err(Errno::ENOTEMPTY),
            Node::Dir(_) if !is_dir => return Err(Errno::EISDIR),
            Node::File(_) | Node::Link(_) if is_dir => return Err(Errno::ENOTDIR),
            _ => {}
        }
        self.inode(number)?.links -= 1;
        let listed = self.listed(parent, name)?;
        self.names(parent)?.remove(&listed);
        Ok(())
    }

    fn rename(&mut self, from: (u64, &OsStr), to: (u64, &OsStr), flags: RenameFlags) -> Answer<()> {
        if !flags.is_empty() && !self.manners.has_no_replace {
            return Err(Errno::EINVAL);
        }
        self.check(to.1)?;
        let number = self.find(from.0, from.1)?;
        if let Ok(there) = self.find(to.0, to.1) {
            if flags.contains(RenameFlags::RENAME_NOREPLACE) {
                return Err(Errno::EEXIST);
            }
            let is_dir = matches!(self.inode(there)?.node, Node::Dir(_));
            self.unname(to.0, to.1, is_dir)?;
        }
        let listed = self.listed(from.0, from.1)?;
        self.names(from.0)?.remove(&listed);
        self.names(to.0)?.insert(to.1.to_owned(), number);
        Ok(())
    }

    fn attributes(&mut self, number: u64) -> Answer<FileAttr> {
        let inode = self.inode(number)?;
        let (kind, size) = match &inode.node {
            Node::Dir(_) => (FileType::Directory, 0),
            Node::File(bytes) => (FileType::RegularFile, bytes.len() as u64),
            Node::Link(target) => (FileType::Symlink, target.len() as u64),
        };
        let time = inode.modified;
        Ok(FileAttr {
            ino: INodeNo(number),
            size,
            blocks: size.div_ceil(512),
            atime: time,
            mtime: time,
            ctime: time,
            crtime: time,
            kind,
            perm: inode.mode,
            nlink: inode.links,
            uid: inode.owner.0,
            gid: inode.owner.1,
            rdev: 0,
            blksize: 4096,
            flags: 0,
        })
    }
}

/// Other names of what has a long name: the short one, and the one of old systems, which cut it.
fn short(name: &OsStr) -> Vec<OsString> {
    let upper = name.to_str().unwrap_or_default().to_uppercase();
    let text = upper.trim_start_matches('.');
    let (stem, extension) = text.rsplit_once('.').unwrap_or((text, ""));
    let fits = stem.len() <= 8 && extension.len() <= 3 && !upper.starts_with('.');
    if fits {
        return vec![];
    }
    let cut = |text: &str, most: usize| text.chars().take(most).collect::<String>();
    let end = if extension.is_empty() { String::new() } else { format!(".{}", cut(extension, 3)) };
    [format!("{}~1{end}", cut(stem, 6)), format!("{}{end}", cut(stem, 8))].map(Into::into).into()
}

impl Files {
    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap()
    }
}

/// Nothing is remembered by the kernel: every question comes here.
const NOT_AT_ALL: Duration = Duration::ZERO;

fn entry(found: Answer<FileAttr>, reply: ReplyEntry) {
    match found {
        Ok(attributes) => reply.entry(&NOT_AT_ALL, &attributes, Generation(0)),
        Err(why) => reply.error(why),
    }
}

fn done(done: Answer<()>, reply: ReplyEmpty) {
    match done {
        Ok(()) => reply.ok(),
        Err(why) => reply.error(why),
    }
}

impl Filesystem for Files {
    fn lookup(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEntry) {
        std::thread::sleep(self.manners.delay);
        let mut held = self.held();
        let may_look = if self.manners.finds_no_colons { held.check(name) } else { Ok(()) };
        let found = may_look.and_then(|()| held.find(parent.0, name)).and_then(|number| {
            let number = held.lend(number);
            held.attributes(number)
        });
        entry(found, reply);
    }

    fn getattr(&self, _: &Request, ino: INodeNo, _: Option<FileHandle>, reply: ReplyAttr) {
        match self.held().attributes(ino.0) {
            Ok(attributes) => reply.attr(&NOT_AT_ALL, &attributes),
            Err(why) => reply.error(why),
        }
    }

    fn setattr(
        &self,
        _: &Request,
        ino: INodeNo,
        mode: Option<u32>,
        uid: Option<u32>,
        gid: Option<u32>,
        size: Option<u64>,
        _: Option<TimeOrNow>,
        modified: Option<TimeOrNow>,
        _: Option<SystemTime>,
        _: Option<FileHandle>,
        _: Option<SystemTime>,
        _: Option<SystemTime>,
        _: Option<SystemTime>,
        _: Option<fuser::BsdFileFlags>,
        reply: ReplyAttr,
    ) {
        let mut held = self.held();
        if let Ok(inode) = held.inode(ino.0) {
            inode.mode = mode.map_or(inode.mode, |mode| (mode & 0o7777) as u16);
            inode.owner = (uid.unwrap_or(inode.owner.0), gid.unwrap_or(inode.owner.1));
            inode.modified = match modified {
                Some(TimeOrNow::SpecificTime(time)) => time,
                Some(TimeOrNow::Now) => SystemTime::now(),
                None => inode.modified,
            };
            if let (Node::File(bytes), Some(size)) = (&mut inode.node, size) {
                bytes.resize(size as usize, 0);
            }
        }
        match held.attributes(ino.0) {
            Ok(attributes) => reply.attr(&NOT_AT_ALL, &attributes),
            Err(why) => reply.error(why),
        }
    }

    fn readlink(&self, _: &Request, ino: INodeNo, reply: ReplyData) {
        match self.held().bytes(ino.0) {
            Ok(target) => reply.data(target),
            Err(why) => reply.error(why),
        }
    }

    fn mkdir(
        &self,
        request: &Request,
        parent: INodeNo,
        name: &OsStr,
        mode: u32,
        umask: u32,
        reply: ReplyEntry,
    ) {
        let node = Node::Dir(BTreeMap::new());
        entry(self.held().make(parent.0, name, node, mode & !umask, request), reply);
    }

    fn symlink(
        &self,
        request: &Request,
        parent: INodeNo,
        name: &OsStr,
        target: &Path,
        reply: ReplyEntry,
    ) {
        let node = Node::Link(target.as_os_str().as_encoded_bytes().to_vec());
        entry(self.held().make(parent.0, name, node, 0o777, request), reply);
    }

    fn link(
        &self,
        _: &Request,
        ino: INodeNo,
        newparent: INodeNo,
        newname: &OsStr,
        reply: ReplyEntry,
    ) {
        entry(self.held().link(ino.0, newparent.0, newname), reply);
    }

    fn unlink(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        done(self.held().unname(parent.0, name, false), reply);
    }

    fn rmdir(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        done(self.held().unname(parent.0, name, true), reply);
    }

    fn rename(
        &self,
        _: &Request,
        parent: INodeNo,
        name: &OsStr,
        newparent: INodeNo,
        newname: &OsStr,
        flags: RenameFlags,
        reply: ReplyEmpty,
    ) {
        done(self.held().rename((parent.0, name), (newparent.0, newname), flags), reply);
    }

    fn open(&self, _: &Request, _: INodeNo, _: OpenFlags, reply: ReplyOpen) {
        // What is read is what comes from here, and no more.
        reply.opened(FileHandle(0), FopenFlags::FOPEN_DIRECT_IO);
    }

    fn create(
        &self,
        request: &Request,
        parent: INodeNo,
        name: &OsStr,
        mode: u32,
        umask: u32,
        _: i32,
        reply: ReplyCreate,
    ) {
        match self.held().make(parent.0, name, Node::File(vec![]), mode & !umask, request) {
            Ok(new) => reply.created(
                &NOT_AT_ALL,
                &new,
                Generation(0),
                FileHandle(0),
                FopenFlags::FOPEN_DIRECT_IO,
            ),
            Err(why) => reply.error(why),
        }
    }

    fn read(
        &self,
        _: &Request,
        ino: INodeNo,
        _: FileHandle,
        offset: u64,
        size: u32,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyData,
    ) {
        std::thread::sleep(self.manners.delay);
        match self.held().bytes(ino.0) {
            Ok(bytes) => {
                let rest = bytes.get(offset as usize..).unwrap_or_default();
                reply.data(&rest[..rest.len().min(size as usize).min(self.manners.most)]);
            }
            Err(why) => reply.error(why),
        }
    }

    fn write(
        &self,
        _: &Request,
        ino: INodeNo,
        _: FileHandle,
        offset: u64,
        data: &[u8],
        _: WriteFlags,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyWrite,
    ) {
        let taken = &data[..data.len().min(self.manners.most)];
        let mut held = self.held();
        let written = held.bytes(ino.0).map(|bytes| {
            let end = offset as usize + taken.len();
            bytes.resize(bytes.len().max(end), 0);
            bytes[offset as usize..end].copy_from_slice(taken);
        });
        match written.and_then(|()| held.inode(ino.0)) {
            Ok(inode) => {
                inode.modified = SystemTime::now();
                reply.written(taken.len() as u32);
            }
            Err(why) => reply.error(why),
        }
    }

    fn readdir(
        &self,
        _: &Request,
        ino: INodeNo,
        _: FileHandle,
        offset: u64,
        mut reply: ReplyDirectory,
    ) {
        std::thread::sleep(self.manners.delay);
        let mut held = self.held();
        let names: Vec<(OsString, u64)> = match held.names(ino.0) {
            Ok(names) => names.iter().map(|(name, number)| (name.clone(), *number)).collect(),
            Err(why) => return reply.error(why),
        };
        for (at, (name, number)) in names.into_iter().enumerate().skip(offset as usize) {
            let Ok(attributes) = held.attributes(number) else { continue };
            if reply.add(INodeNo(number), at as u64 + 1, attributes.kind, name) {
                break;
            }
        }
        reply.ok();
    }

    fn fsync(&self, _: &Request, _: INodeNo, _: FileHandle, _: bool, reply: ReplyEmpty) {
        reply.ok();
    }

    fn flush(&self, _: &Request, _: INodeNo, _: FileHandle, _: LockOwner, reply: ReplyEmpty) {
        reply.ok();
    }

    fn fsyncdir(&self, _: &Request, _: INodeNo, _: FileHandle, _: bool, reply: ReplyEmpty) {
        reply.ok();
    }
}
