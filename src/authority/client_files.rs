//! Files of clients, for `preopen install`: read, shown, and replaced in one step.
//!
//! Between reading and replacing a user reads what is to change and agrees. So a file is read again before
//! it is replaced, and left alone if it, or the directory that holds it, is not what was shown.
//!
//! May import: `install` (where clients look). This module does not know what the files are to say.

use cap_std::AmbientAuthority;

use super::client_places::ClientPlace;
use super::kept_texts::KeptText;
use super::plain_file::{self, AtMost, check_owner, reason};
use crate::authority::refusal::Refusal;
use crate::install::Base;
use crate::system::Stat;

/// A file of a client, as it was when it was read.
pub struct ClientFile {
    place: ClientPlace,
    base: Base,
    path: &'static str,
    /// Its text; `None` if there is no file.
    pub text: Option<String>,
    /// Its text before this program changed it, if that was kept.
    pub before: Option<String>,
    stat: Option<Stat>,
}

impl ClientFile {
    /// Reads it.
    ///
    /// # Ambient Authority
    /// Reads files of the user.
    ///
    /// # Errors
    /// A [`Refusal`] when it cannot be read, is not a regular file with text, or is reached by a link in a
    /// project.
    pub fn read(
        base: Base,
        path: &'static str,
        ambient: AmbientAuthority,
    ) -> Result<Self, Refusal> {
        let place = ClientPlace::find(base, path, ambient)?;
        let at_most = if base == Base::Project { AtMost::OneMib } else { AtMost::SixteenMib };
        let read = place.dir().map(|dir| plain_file::read(dir, &place.name, at_most));
        let read = read.transpose().map_err(|reason| place.cannot("read", reason))?.flatten();
        let kept = KeptText::of(&place.real, ambient);
        let kept = kept.map(|kept| kept.read(ambient)).transpose()?.flatten();
        let (text, stat) = read.map(|read| (read.text, read.stat)).unzip();
        Ok(Self { place, base, path, text, before: kept.map(|kept| kept.text), stat })
    }

    /// Its path, safe to print, and what a reader should know before it is replaced.
    pub fn shown(&self) -> String {
        let shown = self.place.shown();
        match self.other_names() {
            0 => shown,
            1 => format!("{shown} (it has another name, which keeps the old text)"),
            n => format!("{shown} (it has {n} other names, which keep the old text)"),
        }
    }

    /// Fails if this user should not replace it.
    ///
    /// # Ambient Authority
    /// Asks who this user is.
    ///
    /// # Errors
    /// A [`Refusal`] for a file of another user.
    pub fn check_may_be_replaced(&self, ambient: AmbientAuthority) -> Result<(), Refusal> {
        let Some(stat) = &self.stat else { return Ok(()) };
        check_owner(stat, ambient).map_err(|reason| self.place.cannot("changed", reason))
    }

    /// Puts another text in its place, or removes it. With `keeps_old`, the text that is there is kept until
    /// the file has it again; the answer is where.
    ///
    /// # Ambient Authority
    /// Changes files of the user.
    ///
    /// # Errors
    /// A [`Refusal`] when that is not possible. The file then has the old text or the new one.
    pub fn replace(
        &self,
        text: Option<&str>,
        keeps_old: bool,
        ambient: AmbientAuthority,
    ) -> Result<Option<String>, Refusal> {
        self.check_may_be_replaced(ambient)?;
        let now = Self::read(self.base, self.path, ambient)?;
        if !now.place.is_as(&self.place) || now.text != self.text {
            return Err(Refusal {
                sentence: format!("`{}` has changed since it was shown", self.place.shown()),
                hint: "the file was not changed; run the same command again".into(),
            });
        }
        let kept = KeptText::of(&now.place.real, ambient);
        let mut kept_in = None;
        if let (Some(old), true) = (&now.text, keeps_old) {
            let kept = kept.as_ref().ok_or_else(|| Refusal {
                sentence: "there is no directory in which to keep the present text of the file"
                    .into(),
                hint: "set HOME or XDG_STATE_HOME".into(),
            })?;
            kept.keep(old, ambient)?;
            kept_in = Some(kept.shown());
        }
        let changed = now.put(text);
        changed.map_err(|errno| self.place.cannot("changed", reason(errno)))?;
        if let (Some(kept), true) = (kept, now.before.is_some() && now.before.as_deref() == text) {
            kept.forget(ambient);
        }
        Ok(kept_in)
    }

    fn put(&self, text: Option<&str>) -> Result<(), rustix::io::Errno> {
        let dir = self.place.make_dir()?;
        match text {
            Some(text) => plain_file::replace(&dir, &self.place.name, text, self.stat.as_ref()),
            None => plain_file::remove(&dir, &self.place.name),
        }
    }

    fn other_names(&self) -> u64 {
        self.stat.map_or(0, |stat| stat.links.saturating_sub(1))
    }
}
